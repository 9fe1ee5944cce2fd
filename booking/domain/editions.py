"""What a date may be: its sessions, sums and limits must go together; and the days on which it is repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from booking.domain.catalogue import EditionSpec, MeetingSpec
from booking.domain.errors import Refusal
from booking.domain.local_time import instant

Reason = Literal[
    "too_dear",
    "above_capacity",
    "early_alone",
    "early_not_below",
    "overlap",
    "same_time",
    "after_start",
    "closes_before_opens",
    "in_the_past",
    "was_held",
    "no_place",
    "no_policy",
    "promised",
]
Rhythm = Literal["week", "two_weeks", "month"]

MOST_SEATS: Final = 5000
DEAREST: Final = 100_000_000  # centimes a seat: a million francs is a slip of the finger
MOST_REPEATS: Final = 30
LIMITS: Final = ("early_until", "opens", "closes", "decision")  # none is of use once the date has begun


@dataclass(frozen=True)
class Fault:
    """A field of EditionSpec that cannot stay so, and why."""

    field: str
    reason: Reason


@dataclass
class DateRefused(Refusal):
    """A date cannot stand as it is written: everything that is wrong with it."""

    faults: tuple[Fault, ...]


def faults(spec: EditionSpec) -> list[Fault]:
    """Where the parts of a date contradict each other; in the order of the fields."""
    return [*_sums(spec), *_times(spec)]


def faults_of_time(spec: EditionSpec, before: EditionSpec | None, now: datetime) -> list[Fault]:
    """Sessions that are new must lie ahead, and those that were held stay. `before` is None for a new date."""
    known = {(meeting.starts_at, meeting.ends_at) for meeting in before.meetings} if before else set()
    wanted = {(meeting.starts_at, meeting.ends_at) for meeting in spec.meetings}
    found = []
    if any(starts <= now for starts, _ in wanted - known):
        found.append(Fault("meetings", "in_the_past"))
    if any(starts <= now for starts, _ in known - wanted):
        found.append(Fault("meetings", "was_held"))
    return found


def repeated(first: date, rhythm: Rhythm, times: int) -> list[date]:
    """The next `times` days after `first`: each week, every second week, or each month on the same weekday of it (the
    second Saturday; a fifth one, where a month has none, is its last)."""
    if rhythm == "month":
        return [_same_weekday(first, step) for step in range(1, times + 1)]
    weeks = {"week": 1, "two_weeks": 2}[rhythm]
    return [first + timedelta(weeks=weeks * step) for step in range(1, times + 1)]


def overlap(ones: Iterable[MeetingSpec], others: Iterable[MeetingSpec]) -> bool:
    """Whether a session of one date is held while one of the other is."""
    times = [(other.starts_at, other.ends_at) for other in others]
    return any(one.starts_at < ends and starts < one.ends_at for one in ones for starts, ends in times)


def on_day(spec: EditionSpec, day: date) -> EditionSpec:
    """The same date, its first session on `day`: every other day keeps its distance, every clock its time.

    Raises ClockChange where clocks change on one of the new days.
    """
    zone = ZoneInfo(spec.zone)
    step = day - spec.meetings[0].starts_at.astimezone(zone).date()

    def shifted(at: datetime) -> datetime:
        local = at.astimezone(zone)
        return instant(local.date() + step, local.time(), spec.zone)

    meetings = tuple(
        replace(meeting, starts_at=shifted(meeting.starts_at), ends_at=shifted(meeting.ends_at))
        for meeting in spec.meetings
    )
    limits: dict[str, Any] = {name: shifted(at) for name in LIMITS if (at := getattr(spec, name))}
    return replace(spec, meetings=meetings, **limits)


def _same_weekday(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    start = date(year, month + 1, 1)
    day = start + timedelta(days=(first.weekday() - start.weekday()) % 7, weeks=(first.day - 1) // 7)
    return day if day.month == start.month else day - timedelta(weeks=1)


def _sums(spec: EditionSpec) -> Iterator[Fault]:
    if spec.price is not None and spec.price > DEAREST:
        yield Fault("price", "too_dear")
    if spec.minimum > spec.capacity:
        yield Fault("minimum", "above_capacity")
    if (spec.early_price is None) != (spec.early_until is None):
        yield Fault("early_price" if spec.early_price is None else "early_until", "early_alone")
    if spec.early_price is not None and spec.price is not None and spec.early_price >= spec.price:
        yield Fault("early_price", "early_not_below")


def _times(spec: EditionSpec) -> Iterator[Fault]:
    for earlier, later in zip(spec.meetings, spec.meetings[1:], strict=False):
        if later.starts_at < earlier.ends_at:
            yield Fault("meetings", "overlap")
            break
    if spec.meetings:
        for name in LIMITS:
            at = getattr(spec, name)
            if at and at > spec.meetings[0].starts_at:
                yield Fault(name, "after_start")
    if spec.opens and spec.closes and spec.opens >= spec.closes:
        yield Fault("closes", "closes_before_opens")
