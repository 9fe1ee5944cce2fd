"""A day and a time on the clocks of a place, as an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Literal
from zoneinfo import ZoneInfo

ZONE: Final = "Europe/Zurich"  # the clocks of the house: of every day and hour that is not of a date with its own


@dataclass
class ClockChange(ValueError):
    """Clocks change that night: the time is 'skipped' (in spring), or comes 'twice' (in autumn)."""

    reason: Literal["skipped", "twice"]
    day: date
    at: time

    def __str__(self) -> str:
        return f"{self.at:%H:%M} is {self.reason} on {self.day.isoformat()}"


def instant(day: date, at: time, zone: str) -> datetime:
    """That local time in `zone`, aware. Raises ClockChange where it is no single instant."""
    tz = ZoneInfo(zone)
    local = datetime.combine(day, at, tz)
    if local.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ClockChange("skipped", day, at)
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        raise ClockChange("twice", day, at)
    return local
