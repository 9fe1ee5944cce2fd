"""Writing a booking down and beginning its account, inside the caller's transaction. The edition is locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from booking.domain import reference
from booking.domain.actor import Actor
from booking.domain.booking import BookingState, Channel
from booking.domain.cancellation import SeatPrice
from booking.domain.documents import Issuer
from booking.domain.errors import EditionFull
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.persistence import bookings, issuing, journal, lifecycle, terms
from booking.persistence.bookings import Answer, Attendee, Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition


def check_free(edition: Edition, seats: int, now: datetime) -> None:
    """Raises EditionFull unless that many seats are free. Means nothing unless the edition is locked."""
    free = max(0, edition.capacity - bookings.seats_taken(edition.id, now))
    if seats > free:
        raise EditionFull(free)


def write(
    edition: Edition,
    contact: Contact,
    seats: Sequence[SeatOrder],
    prices: Sequence[SeatPrice],
    channel: Channel,
    locale: str,
    accepted: Acceptance,
    now: datetime,
    voucher_id: int | None = None,
) -> Booking:
    """The rows of a pending booking, its attendees and their answers; the policy of today is frozen on it."""
    terms.remember(accepted.digest, accepted.language, accepted.body, now, accepted.number)
    costs = any(price.net_price for price in prices)
    booking = Booking(
        reference=bookings.new_reference(),
        edition=edition,
        state=BookingState.PENDING,
        channel=channel,
        locale=locale,
        created_at=now,
        voucher_id=voucher_id,
        policy=edition.policy.to_json() if edition.policy and costs else None,
        terms_digest=accepted.digest,
        terms_language=accepted.language,
        terms_accepted_at=now,
        **asdict(contact),
    )
    booking.attendees += [_attendee(edition, seat, price) for seat, price in zip(seats, prices, strict=True)]
    db.session.add(booking)
    db.session.flush()
    return booking


def add_attendee(booking: Booking, seat: SeatOrder, price: SeatPrice) -> Attendee:
    """One more attendee of a booking that is written; its account does not know of it yet."""
    attendee = _attendee(booking.edition, seat, price)
    booking.attendees.append(attendee)
    db.session.flush()
    return attendee


def open_account(booking: Booking, issuer: Issuer, now: datetime, by: Actor, **facts: Any) -> None:
    """Journal (with those further facts), prices and the reference to pay under."""
    seats, channel = len(booking.attendees), booking.channel.value
    journal.note("booked", by, now, booking.id, seats=seats, channel=channel, **facts)
    lifecycle.charge(booking, booking.active, now)
    if issuer.iban:
        booking.qr_reference = reference.make("booking", booking.id, issuer.iban)


def confirm_on_account(booking: Booking, issuer: Issuer, now: datetime, by: Actor) -> None:
    """Confirmed unpaid: the invoice is to be paid within 30 days."""
    issuing.invoice(booking, issuer, now, due_at=issuing.on_account(booking, now))
    lifecycle.confirm(booking, now, by)


def _attendee(edition: Edition, seat: SeatOrder, price: SeatPrice) -> Attendee:
    asked = {question.id for question in edition.master_class.questions}  # one may have gone since it was answered
    given = {question: value for question, value in seat.answers.items() if value and question in asked}
    return Attendee(
        name=seat.name,
        email=seat.email,
        list_price=price.list_price,
        net_price=price.net_price,
        answers=[Answer(question_id=question, value=value) for question, value in given.items()],
    )
