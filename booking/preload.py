"""What a process loads before it answers anybody, so that no visitor waits for it later (docs/adr/collector.md)."""

from __future__ import annotations

import gc
from typing import Final

from flask import Flask

from booking.config import Settings
from booking.persistence.db import db

PAGES: Final = ("", "terms", "link")
ALLOCATIONS: Final = 10_000  # a page makes many times Python's own 700, and the collector would look as often


def preload(app: Flask) -> None:
    """Reads a few pages and tells the garbage collector to leave alone what that has brought: mappers, statements,
    templates and words.

    Call it once, where workers are forked from: they share that memory. No connection and no thread outlives it.
    """
    settings: Settings = app.extensions["settings"]
    for language in settings.languages:
        for page in PAGES:
            app.test_client().get(f"/{language}/{page}")
    with app.app_context():
        db.engine.dispose()
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
