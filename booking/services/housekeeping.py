"""Sweeps: idempotent, safe to run twice and on several machines at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from booking.domain.booking import BookingState
from booking.domain.payment import UNDER_WAY
from booking.persistence import lifecycle, payments, registration_rows
from booking.persistence.bookings import Booking, edition_of, is_being_paid, lock_booking
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import lock_edition
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from booking.services.ports import Ports

DRAFTS_KEPT: Final = timedelta(days=1)
JOBS_KEPT: Final = timedelta(days=30)
ROWS_AT_ONCE: Final = 500


def attempts_past_their_time(now: datetime) -> list[int]:
    """Bookings with a payment page that should have ended: the provider must be asked (`pay.end_attempts`)."""
    query = select(Payment.booking_id).where(Payment.state.in_(UNDER_WAY), Payment.expires_at <= now)
    return list(dict.fromkeys(db.session.scalars(query.order_by(Payment.id))))


def release_holds(now: datetime, ports: Ports) -> int:
    """Ends the holds whose time is over and that no provider can still be paid for. Gives how many it ended."""
    over = select(Booking.id).where(Booking.state == BookingState.PENDING, Booking.hold_until <= now)
    ended = 0
    for booking_id in db.session.scalars(over.where(~is_being_paid()).order_by(Booking.id)).all():
        with atomic():
            lock_edition(edition_of(booking_id))
            booking = lock_booking(booking_id)
            past = booking.hold_until is not None and booking.hold_until <= now
            if booking.state is BookingState.PENDING and past and not payments.open_attempts(booking_id):
                lifecycle.expire(booking, ports.issuer, now)
                ended += 1
    return ended


def complete_registrations(_now: datetime) -> None:
    """Gives every booking its row in the desk's list: after an update, those from before have none."""
    written = ROWS_AT_ONCE
    while written == ROWS_AT_ONCE:
        with atomic():
            written = registration_rows.write_missing(ROWS_AT_ONCE)


def tidy(now: datetime) -> None:
    """Erases what nobody needs any more: old drafts, jobs long done."""
    with atomic():
        db.session.execute(delete(Draft).where(Draft.created_at < now - DRAFTS_KEPT))
        db.session.execute(delete(OutboxJob).where(OutboxJob.done_at < now - JOBS_KEPT))
