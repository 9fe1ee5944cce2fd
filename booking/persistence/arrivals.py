"""Money that came past every payment provider: a transfer, cash, the organiser's own terminal. Verbs inside the
caller's transaction, the edition and the booking locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from booking.domain.actor import Actor
from booking.domain.booking import Channel
from booking.domain.documents import Issuer
from booking.domain.errors import WrongAmount
from booking.domain.payment import Means
from booking.domain.reference import normalise
from booking.persistence import documents, lifecycle, payments
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment

MOST: Final = 100_000_000  # centimes: a million francs is a slip of the finger
A_DAY: Final = timedelta(days=1)  # banks name days, written down as their noon


@dataclass(frozen=True)
class Arrival:
    """`amount` centimes came at `at` (aware). The same sum of the same instant is a repetition, unless `once_more`."""

    amount: int
    at: datetime
    means: Means = Means.BANK
    once_more: bool = False


def take(booking: Booking, arrival: Arrival, issuer: Issuer, now: datetime, by: Actor, tell: bool = True) -> Payment:
    """Books it, with everything that follows (`lifecycle.receive`).

    Raises WrongAmount('not_positive' | 'huge' | 'future' | 'repeated').
    """
    if arrival.amount <= 0:
        raise WrongAmount("not_positive")
    if arrival.amount > MOST:
        raise WrongAmount("huge")
    if arrival.at > now + A_DAY:
        raise WrongAmount("future")
    known = [(payment.amount, payment.created_at) for payment in payments.paid_payments(booking.id)]
    if (arrival.amount, arrival.at) in known and not arrival.once_more:
        raise WrongAmount("repeated")
    payment = Payment(
        booking_id=booking.id,
        channel=Channel.TRANSFER,
        amount=arrival.amount,
        created_at=arrival.at,
        means=arrival.means,
    )
    db.session.add(payment)
    db.session.flush()
    lifecycle.receive(booking, payment, issuer, now, by, tell)
    return payment


def booking_for(reference: str) -> int | None:
    """The booking that a payment reference (blanks allowed) asks money for, be it for its seats or for a fee."""
    wanted = normalise(reference)
    if not wanted:
        return None
    found = db.session.scalar(select(Booking.id).where(Booking.qr_reference == wanted))
    document = documents.by_reference(wanted)
    return found or (document.booking_id if document else None)
