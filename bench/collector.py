"""Watches Python's garbage collector: a full collection stops all threads for as long as it looks around."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def full_collections() -> Iterator[list[float]]:
    """Processor time in milliseconds of each full collection meanwhile."""
    begun, found = 0.0, list[float]()

    def note(phase: str, about: dict[str, Any]) -> None:
        nonlocal begun
        if about["generation"] == 2 and phase == "start":
            begun = time.process_time()
        elif about["generation"] == 2:
            found.append((time.process_time() - begun) * 1000)

    gc.callbacks.append(note)
    try:
        yield found
    finally:
        gc.callbacks.remove(note)
