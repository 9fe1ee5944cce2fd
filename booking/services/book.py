"""Booking: what it would cost, and placing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.domain import reference
from booking.domain.actor import PARTICIPANT
from booking.domain.booking import (
    CARD_HOLD,
    BookingState,
    Channel,
    Confirmation,
    check_open,
    transfer_due,
)
from booking.domain.cancellation import SeatPrice
from booking.domain.errors import (
    AlreadyBooked,
    ChannelRefused,
    EditionFull,
    NotFound,
    PriceChanged,
    RegistrationNotOpen,
)
from booking.domain.pricing import check_voucher, list_price, seat_prices
from booking.persistence import bookings, counters, issuing, journal, lifecycle, terms, vouchers
from booking.persistence.bookings import Answer, Attendee, Booking
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition, lock_edition
from booking.persistence.transaction import atomic
from booking.persistence.vouchers import Voucher
from booking.services.ports import Ports


@dataclass(frozen=True)
class Contact:
    """The person who books. `email` is checked and lower case; the address is needed only where it is wanted."""

    name: str
    email: str
    phone: str = ""
    company: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "CH"


@dataclass(frozen=True)
class SeatOrder:
    """One attendee; `answers` by question id."""

    name: str
    email: str
    answers: Mapping[int, str]


@dataclass(frozen=True)
class Acceptance:
    """The terms that were ticked: their text, its SHA-256, its language and the number of the version."""

    digest: str
    language: str
    body: str
    number: int = 0


@dataclass(frozen=True)
class Order:
    """Everything a booking is made of, as it was shown on the check page. `shown_total` in centimes."""

    edition_id: int
    draft_token: str
    locale: str
    contact: Contact
    seats: tuple[SeatOrder, ...]
    channel: Channel
    terms: Acceptance
    shown_total: int
    voucher_code: str = ""
    once_more: bool = False  # "yes, book again" after AlreadyBooked


@dataclass(frozen=True)
class Estimate:
    """What the order would cost now. `channels` are the ways of paying on offer, best first."""

    seats: tuple[SeatPrice, ...]
    channels: tuple[Channel, ...]

    @property
    def total(self) -> int:
        return sum(seat.net_price for seat in self.seats)

    @property
    def discount(self) -> int:
        return sum(seat.list_price - seat.net_price for seat in self.seats)


def estimate(edition: Edition, seats: int, voucher_code: str, now: datetime, ports: Ports) -> Estimate:
    """Prices and ways of paying for `seats` seats, without holding anything.

    Raises RegistrationNotOpen, EditionFull, VoucherRefused.
    """
    _check_open(edition, now)
    _check_free(edition, seats, now)
    voucher = _voucher(edition, voucher_code, now) if voucher_code else None
    return _estimate(edition, seats, voucher, now, ports)


def place(order: Order, now: datetime, ports: Ports) -> int:
    """Holds or confirms the seats in one transaction and gives the booking's id; nothing was held if it raises.

    The same draft placed twice gives the first booking. Raises RegistrationNotOpen, EditionFull, VoucherRefused,
    ChannelRefused, PriceChanged, AlreadyBooked.
    """
    with atomic():
        edition = lock_edition(order.edition_id)
        draft = db.session.get(Draft, order.draft_token, with_for_update=True, populate_existing=True)
        if draft is None:
            raise NotFound("draft")
        if draft.booking_id is not None:
            return draft.booking_id
        _check_open(edition, now)
        _check_free(edition, len(order.seats), now)
        voucher = _voucher(edition, order.voucher_code, now, lock=True) if order.voucher_code else None
        price = _estimate(edition, len(order.seats), voucher, now, ports)
        if price.total != order.shown_total:
            raise PriceChanged(order.shown_total, price.total)
        if order.channel not in price.channels:
            raise ChannelRefused(order.channel)
        same = bookings.same_person_booked(edition.id, order.contact.email, now)
        if same and not order.once_more:
            raise AlreadyBooked(same.reference)
        booking = _write(order, edition, price, voucher, now)
        draft.booking_id = booking.id
        _begin(booking, edition, now, ports)
        return booking.id


def _check_open(edition: Edition, now: datetime) -> None:
    if edition.called_off_at is None and not edition.bookable:
        raise RegistrationNotOpen("closed", now)
    called_off = edition.called_off_at is not None
    check_open(edition.registration_opens_at, edition.registration_closes_at, edition.starts_at, called_off, now)


def _check_free(edition: Edition, seats: int, now: datetime) -> None:
    free = max(0, edition.capacity - bookings.seats_taken(edition.id, now))
    if seats > free:
        raise EditionFull(free)


def _voucher(edition: Edition, code: str, now: datetime, lock: bool = False) -> Voucher:
    voucher = vouchers.find(code, lock)
    check_voucher(voucher.terms, bookings.voucher_uses(voucher.id, now), edition.master_class_id, now)
    return voucher


def _estimate(edition: Edition, seats: int, voucher: Voucher | None, now: datetime, ports: Ports) -> Estimate:
    price = list_price(edition.price, edition.early_price, edition.early_until, now)
    prices = seat_prices([price] * seats, voucher.discount if voucher else None)
    return Estimate(prices, _channels(edition, sum(seat.net_price for seat in prices), now, ports))


def _channels(edition: Edition, total: int, now: datetime, ports: Ports) -> tuple[Channel, ...]:
    if total == 0:
        return (Channel.FREE,)
    if edition.confirmation is Confirmation.ON_BOOKING:
        return (Channel.TRANSFER,) if ports.issuer.iban else ()
    transfer = bool(ports.issuer.iban) and transfer_due(now, edition.starts_at, edition.zone) is not None
    return (*ports.gateways, *((Channel.TRANSFER,) if transfer else ()))


def _write(order: Order, edition: Edition, price: Estimate, voucher: Voucher | None, now: datetime) -> Booking:
    terms.remember(order.terms.digest, order.terms.language, order.terms.body, now, order.terms.number)
    contact = order.contact
    booking = Booking(
        reference=bookings.new_reference(),
        edition=edition,
        state=BookingState.PENDING,
        channel=order.channel,
        locale=order.locale,
        created_at=now,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        company=contact.company,
        street=contact.street,
        house_number=contact.house_number,
        postcode=contact.postcode,
        town=contact.town,
        country=contact.country,
        voucher_id=voucher.id if voucher else None,
        policy=edition.policy.to_json() if edition.policy and price.total else None,
        terms_digest=order.terms.digest,
        terms_language=order.terms.language,
        terms_accepted_at=now,
    )
    asked = {question.id for question in edition.master_class.questions}  # one may have gone since it was answered
    for seat, prices in zip(order.seats, price.seats, strict=True):
        given = {question: value for question, value in seat.answers.items() if value and question in asked}
        answers = [Answer(question_id=question, value=value) for question, value in given.items()]
        booking.attendees.append(
            Attendee(
                name=seat.name,
                email=seat.email,
                list_price=prices.list_price,
                net_price=prices.net_price,
                answers=answers,
            )
        )
    db.session.add(booking)
    db.session.flush()
    return booking


def _begin(booking: Booking, edition: Edition, now: datetime, ports: Ports) -> None:
    """From 'written' to held or confirmed, with what the person needs for the next step."""
    journal.note("booked", PARTICIPANT, now, booking.id, seats=len(booking.attendees), channel=booking.channel.value)
    lifecycle.charge(booking, now)
    if ports.issuer.iban:
        booking.qr_reference = reference.make("booking", booking.id, ports.issuer.iban)
    if booking.channel is Channel.FREE:
        lifecycle.confirm(booking, now, PARTICIPANT)
    elif edition.confirmation is Confirmation.ON_BOOKING:
        issuing.invoice(booking, ports.issuer, now, due_at=now + issuing.ON_ACCOUNT_TERM)
        lifecycle.confirm(booking, now, PARTICIPANT)
    elif booking.channel is Channel.TRANSFER:
        lifecycle.await_transfer(booking, ports.issuer, now)
    else:
        booking.hold_until = now + CARD_HOLD
    counters.catalogue_changed()
