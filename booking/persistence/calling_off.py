"""Dates that were called off at the desk: what participants are told, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import JSON, ForeignKey, exists, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.bilingual import Bilingual
from booking.domain.booking import ALIVE
from booking.domain.payment import RefundState
from booking.persistence.bookings import Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import Model, db
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Refund

TOPIC: Final = "call_off"
REASON: Final = "called_off"  # of the refunds


class CallingOff(Model):
    """`offers` are ids of other editions that the letter proposes; `bookings`, how many there were to end."""

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), unique=True)
    at: Mapped[datetime]
    words: Mapped[Bilingual]
    offers: Mapped[list[int]] = mapped_column(JSON, default=list)
    bookings: Mapped[int]


@dataclass(frozen=True)
class Progress:
    """How many bookings and mails are still to come, and the refunds by state: (how many, centimes)."""

    bookings_left: int
    mails_left: int
    refunds: dict[RefundState, tuple[int, int]]


def of_edition(edition_id: int) -> CallingOff | None:
    """How the edition was called off; None when it was not, or not at the desk."""
    return db.session.scalar(select(CallingOff).where(CallingOff.edition_id == edition_id))


def unreached(calling_off: CallingOff) -> list[Booking]:
    """Whose booking is ended by it, and who has no e-mail address: somebody must tell them. By name."""
    ended = exists().where(Cancellation.booking_id == Booking.id, Cancellation.ground == REASON)
    query = select(Booking).where(Booking.edition_id == calling_off.edition_id, Booking.email == "", Booking.name != "")
    return list(db.session.scalars(query.where(or_(Booking.state.in_(ALIVE), ended)).order_by(Booking.name)))


def progress(calling_off: CallingOff) -> Progress:
    """Counted in the rows themselves, so that it is right after any interruption. Three queries."""
    edition_id = calling_off.edition_id
    alive = select(func.count(Booking.id)).where(Booking.edition_id == edition_id, Booking.state.in_(ALIVE))
    waiting = OutboxJob.key.like(f"mail-called\\_off-booker-%-calling\\_off\\_id{calling_off.id}", escape="\\")
    mails = select(func.count(OutboxJob.id)).where(OutboxJob.done_at.is_(None), OutboxJob.topic == "mail", waiting)
    refunds = (
        select(Refund.state, func.count(Refund.id), func.sum(Refund.amount))
        .join(Booking, Booking.id == Refund.booking_id)
        .where(Booking.edition_id == edition_id, Refund.created_at >= calling_off.at, Refund.reason == REASON)
        .group_by(Refund.state)
    )
    return Progress(
        db.session.scalar(alive) or 0,
        db.session.scalar(mails) or 0,
        {state: (number, amount) for state, number, amount in db.session.execute(refunds)},
    )
