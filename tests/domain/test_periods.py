"""Months begin at midnight where the organiser is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from booking.domain import periods


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), date(2025, 12, 1)),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2026, 2, 1)),
    ],
    ids=["last second of November", "midnight of the first of December", "new year"],
)
def test_the_latest_twelve_months_end_with_this_one(now: datetime, first: date) -> None:
    assert periods.latest(now).first == first


def test_a_year_has_its_months_and_their_edges() -> None:
    year = periods.of_year(2026)
    assert (year.months[0], year.months[-1], year.after) == (date(2026, 1, 1), date(2026, 12, 1), date(2027, 1, 1))
    edges = [edge.astimezone(UTC).isoformat() for edge in year.edges]
    assert len(edges) == 13
    assert (edges[0], edges[3], edges[10]) == (
        "2025-12-31T23:00:00+00:00",
        "2026-03-31T22:00:00+00:00",  # summer time
        "2026-10-31T23:00:00+00:00",
    )


def test_the_month_after_december_is_january() -> None:
    assert periods.month_after(date(2026, 12, 1)) == date(2027, 1, 1)
