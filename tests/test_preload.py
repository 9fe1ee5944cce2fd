"""What a server loads before it forks its workers."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.pool import QueuePool

from booking.persistence.db import db
from booking.preload import preload


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector, afterwards as it was."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("collector")
def test_the_collector_leaves_alone_what_was_loaded(app: Flask):
    preload(app)
    assert len(gc.get_objects()) < 1000 < gc.get_freeze_count()
    assert gc.get_threshold()[0] == 10_000


@pytest.mark.usefixtures("collector")
def test_no_connection_outlives_it(app: Flask):
    preload(app)
    with app.app_context():
        assert isinstance(db.engine.pool, QueuePool)
        assert db.engine.pool.checkedin() == db.engine.pool.checkedout() == 0


@pytest.mark.usefixtures("collector")
def test_it_reads_pages_in_each_language(app: Flask):
    preload(app)
    assert "catalogue/index.html" in {name for _, name in app.jinja_env.cache or {}}
