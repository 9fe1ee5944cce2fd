"""Months of a calendar on the clocks of a place, for figures that are added up by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from booking.domain.local_time import ZONE

MONTHS: Final = 12


@dataclass(frozen=True)
class Period:
    """Twelve months that follow each other, the first beginning on `first`."""

    first: date
    zone: str = ZONE

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each."""
        return tuple(_later(self.first, count) for count in range(MONTHS))

    @property
    def after(self) -> date:
        """The day after the last one."""
        return _later(self.first, MONTHS)

    @property
    def edges(self) -> tuple[datetime, ...]:
        """The instants at which the months begin, and the one at which the last ends."""
        tz = ZoneInfo(self.zone)
        return tuple(datetime(day.year, day.month, 1, tzinfo=tz) for day in (*self.months, self.after))


def latest(now: datetime, zone: str = ZONE) -> Period:
    """The month in which `now` is, and the eleven before."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return Period(_later(today.replace(day=1), 1 - MONTHS), zone)


def of_year(year: int, zone: str = ZONE) -> Period:
    """A calendar year."""
    return Period(date(year, 1, 1), zone)


def month_after(first: date) -> date:
    """The first day of the next month."""
    return _later(first, 1)


def _later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
