"""What the forms of a date are filled with and read from, and what is said where its parts contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import FieldList, FormField

from booking.domain import money
from booking.domain.booking import Confirmation
from booking.domain.catalogue import EditionSpec, MeetingSpec
from booking.domain.editions import LIMITS
from booking.domain.local_time import ZONE, ClockChange, instant

NOTHING: Final = EditionSpec(
    slug="",
    meetings=(),
    venue=None,
    online_url="",
    zone=ZONE,
    price=None,
    early_price=None,
    early_until=None,
    minimum=0,
    capacity=1,
    opens=None,
    closes=None,
    decision=None,
    confirmation=Confirmation.ON_PAYMENT,
)


FAULTS: Final[dict[str, Callable[[], str]]] = {
    "too_dear": lambda: _("This is more than a seat costs: enter its price in francs."),
    "above_capacity": lambda: _("The minimum is above the number of seats. Lower it, or raise the seats."),
    "early_alone": lambda: _("An early-bird price needs its last day, and the other way round."),
    "early_not_below": lambda: _("The early-bird price must be below the price."),
    "overlap": lambda: _("Two sessions overlap. Correct their days or times."),
    "same_time": lambda: _("Two dates have sessions at the same time. Leave out one of them."),
    "after_start": lambda: _("This is after the first session begins. Choose an earlier day."),
    "closes_before_opens": lambda: _("Registration closes before it opens. Exchange the two days."),
    "in_the_past": lambda: _("This session lies in the past. Enter a day to come."),
    "was_held": lambda: _("A session that has begun stays as it is: enter it again as it was."),
    "no_place": lambda: _("Choose a place, or enter the address for joining online."),
    "no_policy": lambda: _("Give the class its cancellation terms first, or make this date free."),
    "promised": lambda: _("People booked with terms that count from this day: it cannot come nearer."),
}


def typed(spec: EditionSpec) -> dict[str, Any]:
    """A date as the fields of its form show it."""
    zone = ZoneInfo(spec.zone)
    values: dict[str, Any] = {
        "meetings": [_meeting_typed(meeting, zone) for meeting in spec.meetings],
        "venue": spec.venue or "",
        "online_url": spec.online_url,
        "zone": spec.zone,
        "price": money.plain(spec.price or 0),
        "early_price": "" if spec.early_price is None else money.plain(spec.early_price),
        "minimum": spec.minimum or None,
        "capacity": spec.capacity,
        "confirmation": spec.confirmation.value,
    }
    for name in LIMITS:
        at = getattr(spec, name)
        values[f"{name}_day"] = at.astimezone(zone).date() if at else None
        values[f"{name}_time"] = at.astimezone(zone).time() if at else None
    return values


def instant_of(field: Any, day: date, at: time, zone: str) -> datetime | None:
    """The instant, or None with a sentence at `field`."""
    try:
        return instant(day, at, zone)
    except ClockChange as change:
        sentences = {
            "skipped": _("Clocks go forward that night: there is no %(time)s on this day.", time=f"{at:%H:%M}"),
            "twice": _("Clocks go back that night: %(time)s comes twice on this day. Choose another time.",
                       time=f"{at:%H:%M}"),
        }  # fmt: skip
        field.errors = [sentences[change.reason]]
        return None


def every_field(fields: Any) -> Iterator[Any]:
    """The fields of a form, also those of its rows."""
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from every_field(field)
        else:
            yield field


def _meeting_typed(meeting: MeetingSpec, zone: ZoneInfo) -> dict[str, Any]:
    starts, ends = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    return {
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "title_fr": meeting.title.fr,
        "title_en": meeting.title.en,
    }
