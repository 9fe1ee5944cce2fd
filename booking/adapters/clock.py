"""The one place where the clock is read; everything below takes `now` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)
