"""Booking: what it would cost, and placing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.domain.actor import PARTICIPANT
from booking.domain.booking import (
    CARD_HOLD,
    Channel,
    Confirmation,
    check_open,
    transfer_due,
)
from booking.domain.cancellation import SeatPrice
from booking.domain.errors import (
    AlreadyBooked,
    ChannelRefused,
    DateChanged,
    NotFound,
    NoWayOfPaying,
    PriceChanged,
    RegistrationNotOpen,
)
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.domain.pricing import check_voucher, list_price, seat_prices
from booking.persistence import bookings, counters, editions, lifecycle, placing, vouchers
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition, lock_edition
from booking.persistence.transaction import atomic
from booking.persistence.vouchers import Voucher
from booking.services.ports import Ports


@dataclass(frozen=True)
class Order:
    """Everything a booking is made of, as it was shown on the check page. `shown_total` in centimes, `shown_promise`
    the mark of day, place and terms (`editions.promised`)."""

    edition_id: int
    draft_token: str
    locale: str
    contact: Contact
    seats: tuple[SeatOrder, ...]
    channel: Channel
    terms: Acceptance
    shown_total: int
    shown_promise: str
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

    Raises RegistrationNotOpen, EditionFull, VoucherRefused, NoWayOfPaying.
    """
    _check_open(edition, now)
    placing.check_free(edition, seats, now)
    voucher = _voucher(edition, voucher_code, now) if voucher_code else None
    return _estimate(edition, seats, voucher, now, ports)


def ways_of_paying(edition: Edition, total: int, now: datetime, ports: Ports) -> tuple[Channel, ...]:
    """What is on offer at `now` for `total` centimes, best first; may be empty."""
    if total == 0:
        return (Channel.FREE,)
    if edition.confirmation is Confirmation.ON_BOOKING:
        return (Channel.TRANSFER,) if ports.issuer.iban else ()
    transfer = bool(ports.issuer.iban) and transfer_due(now, edition.starts_at, edition.zone) is not None
    return (*ports.gateways, *((Channel.TRANSFER,) if transfer else ()))


def place(order: Order, now: datetime, ports: Ports) -> int:
    """Holds or confirms the seats in one transaction and gives the booking's id; nothing was held if it raises.

    The same draft placed twice gives the first booking. Raises RegistrationNotOpen, EditionFull, VoucherRefused,
    NoWayOfPaying, ChannelRefused, DateChanged, PriceChanged, AlreadyBooked.
    """
    with atomic():
        edition = lock_edition(order.edition_id)
        draft = db.session.get(Draft, order.draft_token, with_for_update=True, populate_existing=True)
        if draft is None:
            raise NotFound("draft")
        if draft.booking_id is not None:
            return draft.booking_id
        _check_open(edition, now)
        placing.check_free(edition, len(order.seats), now)
        voucher = _voucher(edition, order.voucher_code, now, lock=True) if order.voucher_code else None
        price = _estimate(edition, len(order.seats), voucher, now, ports)
        if editions.promised(edition) != order.shown_promise:
            raise DateChanged
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


def _voucher(edition: Edition, code: str, now: datetime, lock: bool = False) -> Voucher:
    voucher = vouchers.find(code, lock)
    check_voucher(voucher.terms, bookings.voucher_uses(voucher.id, now), edition.master_class_id, now)
    return voucher


def _estimate(edition: Edition, seats: int, voucher: Voucher | None, now: datetime, ports: Ports) -> Estimate:
    price = list_price(edition.price, edition.early_price, edition.early_until, now)
    prices = seat_prices([price] * seats, voucher.discount if voucher else None)
    channels = ways_of_paying(edition, sum(seat.net_price for seat in prices), now, ports)
    if not channels:
        raise NoWayOfPaying
    return Estimate(prices, channels)


def _write(order: Order, edition: Edition, price: Estimate, voucher: Voucher | None, now: datetime) -> Booking:
    return placing.write(
        edition,
        order.contact,
        order.seats,
        price.seats,
        order.channel,
        order.locale,
        order.terms,
        now,
        voucher.id if voucher else None,
    )


def _begin(booking: Booking, edition: Edition, now: datetime, ports: Ports) -> None:
    """From 'written' to held or confirmed, with what the person needs for the next step."""
    placing.open_account(booking, ports.issuer, now, PARTICIPANT)
    if booking.channel is Channel.FREE:
        lifecycle.confirm(booking, now, PARTICIPANT)
    elif edition.confirmation is Confirmation.ON_BOOKING:
        placing.confirm_on_account(booking, ports.issuer, now, PARTICIPANT)
    elif booking.channel is Channel.TRANSFER:
        lifecycle.await_transfer(booking, ports.issuer, now)
    else:
        booking.hold_until = now + CARD_HOLD
    counters.catalogue_changed()
