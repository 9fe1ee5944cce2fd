"""Bookings and seats that the organiser writes down: by telephone, on paper, at the door.

Both only show their outcome when `shown` is None, and otherwise must come to the outcome that was shown. The rules of
seats, prices and papers are those of bookings made on the pages (persistence/placing.py); deadlines do not bind here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from booking.domain.actor import Actor
from booking.domain.booking import ALIVE, BookingState, Channel
from booking.domain.cancellation import SeatPrice
from booking.domain.errors import AlreadyBooked, NotPossibleNow, RegistrationNotOpen, TooMuch
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.domain.pricing import list_price
from booking.persistence import (
    arrivals,
    bookings,
    counters,
    documents,
    issuing,
    journal,
    ledger,
    letters,
    lifecycle,
    notes,
    outcomes,
    payments,
    placing,
)
from booking.persistence.arrivals import Arrival
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition, lock_edition
from booking.persistence.outcomes import Outcome
from booking.persistence.transaction import atomic
from booking.services.ports import Ports


class Way(StrEnum):
    """How a booking by hand is paid: by transfer, which confirms it; on account, confirmed at once; or paid already."""

    TRANSFER = "transfer"
    ACCOUNT = "account"
    PAID = "paid"


@dataclass(frozen=True)
class Price:
    """Of a seat, centimes. None is today's price on the pages; any other needs a reason, '' for the early-bird's."""

    amount: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class HandOrder:
    """What was written down. `token` is the form's own: sent twice, it makes one booking. `arrival` says how and when
    it was paid, for Way.PAID; its amount is the total."""

    edition_id: int
    token: str
    locale: str
    contact: Contact
    seats: tuple[SeatOrder, ...]
    price: Price
    way: Way
    terms: Acceptance
    arrival: Arrival | None = None
    once_more: bool = False  # "yes, another one" after AlreadyBooked


def enrol(order: HandOrder, now: datetime, ports: Ports, by: Actor, shown: str | None) -> Outcome:
    """Writes the booking down; the outcome names it. Seats are never oversold: the organiser raises the cap first.

    Raises RegistrationNotOpen (called off, or over), EditionFull, ChannelRefused, TooMuch, AlreadyBooked, WrongAmount,
    PlanChanged.
    """
    with atomic(rehearsal=shown is None):
        edition = lock_edition(order.edition_id)
        draft = db.session.get(Draft, order.token, with_for_update=True, populate_existing=True)
        if draft is not None and draft.booking_id is not None:
            booking = bookings.by_id(draft.booking_id)
            return outcomes.look(booking).outcome(booking, None)
        _check_open(edition, now)
        placing.check_free(edition, len(order.seats), now)
        email = order.contact.email
        same = bookings.same_person_booked(edition.id, email, now) if email else None
        if same and not order.once_more:
            raise AlreadyBooked(same.reference)
        before = outcomes.look(None)
        booking = _write(order, edition, now)
        db.session.add(Draft(token=order.token, edition_id=edition.id, data={}, created_at=now, booking_id=booking.id))
        _begin(booking, order, now, ports, by)
        counters.catalogue_changed()
        return before.outcome(booking, shown)


def add_seat(
    booking_id: int, seat: SeatOrder, price: Price, now: datetime, ports: Ports, by: Actor, shown: str | None
) -> Outcome:
    """One more attendee. What it costs is owed by transfer: the invoice is taken back and written anew for all seats.

    Open payment pages must have been ended before. Raises NotPossibleNow, EditionFull, TooMuch, PlanChanged.
    """
    with atomic(rehearsal=shown is None):
        booking = lifecycle.lock(booking_id)
        before = outcomes.look(booking)
        _check_can_grow(booking, now)
        placing.check_free(booking.edition, 1, now)
        owed, seats = ledger.balance(booking.id), booking.active
        attendee = placing.add_attendee(booking, seat, _seat_price(booking.edition, price, now))
        lifecycle.charge(booking, [attendee], now)
        if attendee.net_price:
            _bill(booking, seats, owed, now, ports)
        journal.note("seat_added", by, now, booking.id, price=attendee.net_price)
        notes.write(booking.id, price.reason, by, now, about="price")
        letters.to_booker("seat_added", booking.id, now, attendee_id=attendee.id)
        if booking.state is BookingState.CONFIRMED and attendee.email not in ("", booking.email):
            letters.to_attendee("joining", booking.id, attendee.id, now)
        counters.catalogue_changed()
        return before.outcome(booking, shown)


def price_now(edition: Edition, now: datetime) -> int:
    """What a seat costs on the pages, centimes."""
    return list_price(edition.price, edition.early_price, edition.early_until, now)


def _check_open(edition: Edition, now: datetime) -> None:
    if edition.called_off_at is not None:
        raise RegistrationNotOpen("called_off")
    if now >= edition.ends_at:
        raise RegistrationNotOpen("closed", edition.ends_at)


def _check_can_grow(booking: Booking, now: datetime) -> None:
    lapsed = booking.state is BookingState.PENDING and (booking.hold_until is None or booking.hold_until <= now)
    if booking.state not in ALIVE or lapsed:
        raise NotPossibleNow("ended")
    if booking.edition.called_off_at is not None:
        raise NotPossibleNow("called_off")
    if now >= booking.edition.ends_at:
        raise NotPossibleNow("over")
    if payments.refunds_under_way(booking.id):
        raise NotPossibleNow("refund_under_way")


def _seat_price(edition: Edition, price: Price, now: datetime) -> SeatPrice:
    if price.amount is None:
        today = price_now(edition, now)
        return SeatPrice(today, today)
    if not 0 <= price.amount <= edition.price:
        raise TooMuch(edition.price)
    return SeatPrice(edition.price, price.amount)


def _write(order: HandOrder, edition: Edition, now: datetime) -> Booking:
    price = _seat_price(edition, order.price, now)
    return placing.write(
        edition,
        order.contact,
        order.seats,
        [price] * len(order.seats),
        Channel.TRANSFER if price.net_price else Channel.FREE,
        order.locale,
        order.terms,
        now,
    )


def _begin(booking: Booking, order: HandOrder, now: datetime, ports: Ports, by: Actor) -> None:
    """From 'written' to held or confirmed, as was agreed."""
    lowered = order.price.amount is not None and order.price.amount < booking.edition.price
    placing.open_account(booking, ports.issuer, now, by, by_hand=True, way=order.way.value, lowered=lowered)
    notes.write(booking.id, order.price.reason, by, now, about="price")
    total = sum(seat.net_price for seat in booking.active)
    if total == 0:
        lifecycle.confirm(booking, now, by)
    elif order.way is Way.TRANSFER:
        lifecycle.await_transfer(booking, ports.issuer, now)
    elif order.way is Way.ACCOUNT or order.arrival is None:
        placing.confirm_on_account(booking, ports.issuer, now, by)
    else:
        issuing.invoice(booking, ports.issuer, now, due_at=None, paid=total)
        lifecycle.confirm(booking, now, by)
        arrivals.take(booking, replace(order.arrival, amount=total), ports.issuer, now, by, tell=False)


def _bill(booking: Booking, seats: list[Attendee], owed: int, now: datetime, ports: Ports) -> None:
    """The papers of a booking that has grown beyond `seats`; `owed` was its balance before."""
    edition = booking.edition
    if booking.policy is None and edition.policy is not None:  # its first seats were free
        booking.policy = edition.policy.to_json()
    if booking.channel is Channel.FREE:
        booking.channel = Channel.TRANSFER
    known = documents.open_invoice(booking.id)
    if booking.state is BookingState.PENDING and known is None:
        return  # to be paid on the provider's page, which asks for the new sum
    due_at = issuing.term(booking, now)
    if known and known.due_at and known.due_at > now and owed > 0:
        due_at = known.due_at
    issuing.anew(booking, ports.issuer, seats if known else [], now, due_at)
