"""States of a booking, when an edition takes bookings, and how long a hold lasts."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from booking.domain.errors import RegistrationNotOpen
from booking.domain.state import Transitions

CARD_HOLD: Final = timedelta(minutes=31)  # outlasts the provider's page, which lives at least 30 minutes
TRANSFER_HOLD_DAYS: Final = 10
TRANSFER_LAST_DAYS: Final = 2  # money must be there this many days before the start
TRANSFER_NOT_UNDER_DAYS: Final = 12
EDITING_CUT_OFF: Final = timedelta(hours=24)
END_OF_DAY: Final = time(23, 59, 59)  # of the day by which something is to be paid


class BookingState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ALIVE: Final = (BookingState.PENDING, BookingState.CONFIRMED)  # neither cancelled nor expired

BOOKING_TRANSITIONS: Final = Transitions(
    {
        BookingState.PENDING: {BookingState.CONFIRMED, BookingState.CANCELLED, BookingState.EXPIRED},
        BookingState.CONFIRMED: {BookingState.CANCELLED},
        BookingState.EXPIRED: {BookingState.CONFIRMED},  # late money while a seat is free
        BookingState.CANCELLED: set(),
    }
)


class Channel(StrEnum):
    """How a booking is paid."""

    FREE = "free"
    TRANSFER = "transfer"
    DEMO = "demo"
    STRIPE = "stripe"  # card and TWINT


class Confirmation(StrEnum):
    """What confirms a booking of an edition: the payment, or the booking itself (billed on account)."""

    ON_PAYMENT = "on_payment"
    ON_BOOKING = "on_booking"


def check_open(
    opens_at: datetime | None,
    closes_at: datetime | None,
    starts_at: datetime,
    called_off: bool,
    now: datetime,
) -> None:
    """Raises RegistrationNotOpen unless bookings are taken at `now`. The deadline's last second is still in time."""
    if called_off:
        raise RegistrationNotOpen("called_off")
    if opens_at and now < opens_at:
        raise RegistrationNotOpen("soon", opens_at)
    if now >= starts_at or (closes_at and now > end_of_second(closes_at)):
        raise RegistrationNotOpen("closed", closes_at or starts_at)


def end_of_second(at: datetime) -> datetime:
    """A limit written to the second is inclusive until its last microsecond."""
    return at.replace(microsecond=999_999)


def payable_within(days: int, now: datetime, zone: str) -> datetime:
    """Until when a bill of today is to be paid: the end of the day that is printed on it."""
    tz = ZoneInfo(zone)
    return datetime.combine(now.astimezone(tz).date() + timedelta(days=days), END_OF_DAY, tz)


def transfer_due(now: datetime, starts_at: datetime, zone: str) -> datetime | None:
    """Until when a transfer may arrive: 10 days, at the latest 2 days before the start, end of the local day.

    None when the class starts in under 12 days: a transfer is not offered then (rules: holds).
    """
    tz = ZoneInfo(zone)
    today, start_day = now.astimezone(tz).date(), starts_at.astimezone(tz).date()
    if (start_day - today).days < TRANSFER_NOT_UNDER_DAYS:
        return None
    day = min(today + timedelta(days=TRANSFER_HOLD_DAYS), start_day - timedelta(days=TRANSFER_LAST_DAYS))
    return datetime.combine(day, END_OF_DAY, tz)


def due_after_move(due: datetime, now: datetime, starts_at: datetime, zone: str) -> datetime:
    """Until when a transfer that was due at `due` may arrive once the start has moved to `starts_at`.

    Never later than before, and at the latest 2 days before the start; where that day is over already, until the
    start: who was told to pay by another day does not lose the seats to a move.
    """
    tz = ZoneInfo(zone)
    last_day = starts_at.astimezone(tz).date() - timedelta(days=TRANSFER_LAST_DAYS)
    latest = datetime.combine(last_day, END_OF_DAY, tz)
    return min(due, latest if latest > now else starts_at)


def editing_closes(starts_at: datetime) -> datetime:
    """Names and answers may be changed online until 24 hours before the start."""
    return starts_at - EDITING_CUT_OFF
