"""Bookings, attendees and their answers; the count of live seats."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from booking.domain.booking import BOOKING_TRANSITIONS, BookingState, Channel
from booking.domain.cancellation import SeatPrice
from booking.domain.errors import NotFound
from booking.domain.payment import UNDER_WAY
from booking.domain.policy import CancellationPolicy
from booking.persistence.db import Model, db
from booking.persistence.masterclasses import Edition, Question
from booking.persistence.payments import Payment

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letter or digit that is read for another


class Booking(Model):
    """One booker, one edition, 1..n attendees; it is the order. `policy` is the frozen copy accepted at booking."""

    __table_args__ = (
        Index(
            "ix_booking_live",
            "edition_id",
            "state",
            sqlite_where=text("state in ('pending', 'confirmed')"),
            postgresql_where=text("state in ('pending', 'confirmed')"),
        ),
        Index("ix_booking_hold", "state", "hold_until"),
        Index("ix_booking_edition_email", "edition_id", "email"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    state: Mapped[BookingState]
    channel: Mapped[Channel]
    locale: Mapped[str]
    created_at: Mapped[datetime]
    hold_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # cancelled or expired
    link_version: Mapped[int] = mapped_column(default=1)
    qr_reference: Mapped[str | None] = mapped_column(unique=True)

    name: Mapped[str]
    email: Mapped[str]  # lower case
    phone: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    house_number: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="CH")

    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"), index=True)
    policy: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    terms_digest: Mapped[str] = mapped_column(ForeignKey("terms_version.digest"))
    terms_language: Mapped[str]
    terms_accepted_at: Mapped[datetime]

    edition: Mapped[Edition] = relationship()
    attendees: Mapped[list[Attendee]] = relationship(order_by="Attendee.id", back_populates="booking")

    def move_to(self, state: BookingState, now: datetime) -> None:
        """The only place where the state changes. Raises IllegalTransition."""
        BOOKING_TRANSITIONS.check(self.state, state)
        self.state = state
        if state == BookingState.CONFIRMED:
            self.confirmed_at, self.hold_until, self.ended_at = now, None, None
        else:
            self.ended_at = now

    @property
    def active(self) -> list[Attendee]:
        """Attendees whose seat was not cancelled."""
        return [attendee for attendee in self.attendees if attendee.cancelled_at is None]

    @property
    def frozen_policy(self) -> CancellationPolicy | None:
        return CancellationPolicy.from_json(self.policy) if self.policy else None


class Attendee(Model):
    """A seat, active until `cancelled_at`. Prices in centimes, fixed at booking."""

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    list_price: Mapped[int]
    net_price: Mapped[int]
    cancelled_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship(back_populates="attendees")
    answers: Mapped[list[Answer]] = relationship(cascade="all, delete-orphan")

    @property
    def seat_price(self) -> SeatPrice:
        return SeatPrice(self.list_price, self.net_price)


class Answer(Model):
    """What an attendee answered; `value` is text, a choice's key, or 'yes' / 'no'."""

    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    value: Mapped[str]

    question: Mapped[Question] = relationship()


def holds_seats(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a booking holds its seats at `now`.

    An expired hold frees its seats by itself; sweeps only tidy. But while a payment provider may still take the
    money, the seats stay held: they are released only once the provider says that it is over.
    """
    return or_(
        Booking.state == BookingState.CONFIRMED,
        and_(Booking.state == BookingState.PENDING, or_(Booking.hold_until > now, is_being_paid())),
    )


def is_being_paid() -> ColumnElement[bool]:
    """Whether a payment provider may still take money for a booking."""
    return exists().where(
        Payment.booking_id == Booking.id, Payment.channel != Channel.TRANSFER, Payment.state.in_(UNDER_WAY)
    )


def seats_taken(edition_id: int, now: datetime, apart_from: int | None = None) -> int:
    """Live seats of the edition at `now`: confirmed or held. `apart_from` leaves one booking's own seats out."""
    values = {"edition": edition_id, "now": now, "apart_from": apart_from or 0}
    return db.session.scalar(_live_seats(), values) or 0


@cache
def _live_seats() -> Select[int]:
    """The statement, built once: building it takes longer than running it."""
    live = holds_seats(bindparam("now"))
    return (
        select(func.count(Attendee.id))
        .join(Booking)
        .where(Booking.edition_id == bindparam("edition"), Booking.id != bindparam("apart_from"))
        .where(Attendee.cancelled_at.is_(None), live)
    )


def lock_booking(booking_id: int) -> Booking:
    """The booking, its row locked; lock its edition first."""
    return db.session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)


def by_id(booking_id: int) -> Booking:
    """A booking that is there, since something names it."""
    return db.session.get_one(Booking, booking_id)


def whole(booking_id: int) -> Booking | None:
    """The booking with its date and class, its attendees and their answers. Three queries."""
    with_edition = joinedload(Booking.edition).joinedload(Edition.master_class)
    with_seats = selectinload(Booking.attendees).selectinload(Attendee.answers)
    return db.session.scalar(select(Booking).where(Booking.id == booking_id).options(with_edition, with_seats))


def by_reference(reference: str) -> Booking:
    """The booking called so, in capitals or not, with its date and class. Raises NotFound('booking')."""
    query = select(Booking).where(Booking.reference == reference.upper())
    booking = db.session.scalar(query.options(joinedload(Booking.edition).joinedload(Edition.master_class)))
    if booking is None:
        raise NotFound("booking")
    return booking


def edition_of(booking_id: int) -> int:
    """The id of a booking's edition, to lock it before the booking."""
    return db.session.scalars(select(Booking.edition_id).where(Booking.id == booking_id)).one()


def voucher_uses(voucher_id: int, now: datetime) -> int:
    """How many live bookings carry the voucher."""
    query = select(func.count(Booking.id)).where(Booking.voucher_id == voucher_id, holds_seats(now))
    return db.session.scalar(query) or 0


def same_person_booked(edition_id: int, email: str, now: datetime) -> Booking | None:
    """A live booking by this e-mail address for this edition, if any."""
    query = select(Booking).where(Booking.edition_id == edition_id, Booking.email == email, holds_seats(now))
    return db.session.scalars(query.limit(1)).first()


def new_reference() -> str:
    """An unguessable public reference such as 'K7MX-4Q2R' (40 bits)."""
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
