"""What the desk sets is kept, and is nobody's until it is set."""

from __future__ import annotations

from booking.persistence import counters, settings
from booking.persistence.db import db
from booking.persistence.transaction import atomic
from tests.factories import NOW


def test_a_value_is_unset_until_it_is_written() -> None:
    assert settings.read("two_factor", False) is False
    with atomic():
        settings.write("two_factor", True, NOW)
    assert settings.read("two_factor", False) is True


def test_a_value_can_be_written_again_and_unset() -> None:
    for value in ({"fr": "a"}, {"fr": "b"}):
        with atomic():
            settings.write("words", value, NOW)
    db.session.rollback()
    assert settings.read("words", {}) == {"fr": "b"}
    with atomic():
        settings.write("words", None, NOW)
    assert settings.read("words", {}) == {}


def test_pages_that_everybody_reads_are_stale_after_a_change() -> None:
    before = counters.read(counters.CATALOGUE)
    with atomic():
        settings.write("words", "new", NOW)
    assert counters.read(counters.CATALOGUE) == before + 1
