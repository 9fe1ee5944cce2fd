"""What a letter about a booking is about: the rows that its payload names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from booking.adapters import wording
from booking.adapters.links import manage_url
from booking.adapters.mail import booking_letters, edition_letters
from booking.adapters.mail.headers import for_header
from booking.persistence import queries
from booking.persistence.bookings import Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import db
from booking.persistence.payments import Payment, Refund


def row(table: Any, payload: dict[str, Any], name: str = "") -> Any:
    """The row of `table` whose id the payload holds as `name`, 'refund_id' for a Refund."""
    return db.session.get_one(table, payload[name or f"{table.__name__.lower()}_id"])


def rows(kind: str, booking: Booking, payload: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the templates may name beside the booking."""
    found: dict[str, Any] = {
        name: row(table, payload)
        for name, table in (("cancellation", Cancellation), ("refund", Refund), ("payment", Payment))
        if f"{name}_id" in payload
    }
    if kind == "cancelled":
        gone = set(found["cancellation"].attendees)
        found["refunds"] = queries.refunds_of(booking.id, found["cancellation"].carried_out_at)
        found["gone"] = [for_header(attendee.name) for attendee in booking.attendees if attendee.id in gone]
    if kind in booking_letters.KINDS:
        found |= booking_letters.facts(booking, payload)
        found["attendee_name"] = for_header(found["attendee"].name) if "attendee" in found else ""
    if kind == "moved":
        found |= edition_letters.moved(booking, payload["move_id"])
    if kind == "called_off":
        found |= edition_letters.called_off(booking, payload["calling_off_id"], now)
    if kind == "link":
        mine = select(Booking).where(Booking.id.in_(payload["booking_ids"])).order_by(Booking.id)
        found["links"] = [(each, manage_url(each)) for each in db.session.scalars(mine)]
    return found


def ending(kind: str, booking: Booking, payload: dict[str, Any]) -> Cancellation | None:
    """The cancellation that the letter tells of."""
    if kind == "called_off":
        return edition_letters.of_calling_off(booking)
    cancellation: Cancellation | None = row(Cancellation, payload) if kind == "cancelled" else None
    return cancellation


def sums(payload: dict[str, Any]) -> dict[str, str]:
    """`amount`, the sum that the letter is about: given back, come in, or no longer asked for. Empty without one."""
    for table in (Refund, Payment):
        if f"{table.__name__.lower()}_id" in payload:
            return {"amount": wording.chf(row(table, payload).amount)}
    return {"amount": wording.chf(payload["amount"])} if "amount" in payload else {}
