"""Paying: opening a provider's page, settling what came of it, changing the way of paying, transfers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from booking.domain.actor import ORGANISER, PARTICIPANT, PROVIDER, Actor
from booking.domain.booking import CARD_HOLD, BookingState, Channel
from booking.domain.errors import ChannelRefused, GatewayUnavailable, NotPayable, WrongAmount
from booking.domain.payment import PaymentState
from booking.persistence import arrivals, journal, ledger, letters, lifecycle, payments, provider_events
from booking.persistence.arrivals import Arrival
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from booking.services.ports import (
    CheckoutFacts,
    CheckoutRefused,
    CheckoutRequest,
    CheckoutState,
    Gateway,
    GatewayDown,
    Ports,
)

SETTLED: Final = {BookingState.CONFIRMED: "settled", BookingState.CANCELLED: "cancelled"}  # where nothing is owed
START_AGAIN: Final = timedelta(minutes=1)


def start(booking_id: int, channel: Channel, now: datetime, ports: Ports) -> str:
    """The address of the provider's page for what this booking owes. An open page of that amount is used again.

    Raises NotPayable, ChannelRefused, GatewayUnavailable (the seats stay held; the same call may be repeated).
    """
    if channel not in ports.gateways:
        raise ChannelRefused(channel)
    _review_attempts(booking_id, channel, now, ports)
    with atomic():
        payment = _attempt(lifecycle.lock(booking_id), channel, now, ports)
        if payment.state is PaymentState.OPEN:
            return payment.provider_url
        payment_id, request = payment.id, CheckoutRequest.from_json(payment.request or {})
        repeated = payment.created_at < now
    try:
        checkout = ports.gateways[channel].start(request)
    except GatewayDown as error:
        raise GatewayUnavailable from error
    except CheckoutRefused as error:
        _abandon(payment_id, now)
        if repeated:  # the first try never arrived, and by now its time is too short for the provider
            return start(booking_id, channel, now, ports)
        raise GatewayUnavailable from error
    with atomic():
        lifecycle.lock(booking_id)
        payment = payments.lock_payment(payment_id)
        payment.provider_id, payment.provider_url = checkout.provider_id, checkout.url
        if payment.state is PaymentState.STARTING:
            payment.move_to(PaymentState.OPEN, now)
        if payment.state is PaymentState.OPEN:  # also when another tab came first, to the same page
            return checkout.url
    # Given up meanwhile (cancelled in another tab, say): nobody was told the address, and nobody will be.
    _ask(payment_id, "expire", now, ports)
    raise NotPayable("over")


def settle(payment_id: int, now: datetime, ports: Ports, event_id: str = "") -> None:
    """Asks the provider what became of an attempt and acts on the answer; repeated, it changes nothing more.

    `event_id` is the provider's event that led here, remembered together with its effect. Raises GatewayUnavailable.
    """
    payment = db.session.get_one(Payment, payment_id)
    if payment.provider_id and (event_id or payment.state is not PaymentState.PAID):
        _ask(payment_id, "look_up", now, ports, event_id)


def settle_booking(booking_id: int, now: datetime, ports: Ports) -> None:
    """Settles the open attempts of one booking, for the page that the payer comes back to. Never raises for a
    provider that does not answer: the page then says that the payment is being checked."""
    for payment in payments.open_attempts(booking_id):
        try:
            settle(payment.id, now, ports)
        except GatewayUnavailable:
            continue


def end_attempts(booking_id: int, now: datetime, ports: Ports) -> None:
    """Makes sure that no provider can take money for this booking any more (it may turn out that one just did).

    Raises GatewayUnavailable.
    """
    for payment in payments.open_attempts(booking_id):
        _end(payment.id, now, ports)


def pay_by_transfer(booking_id: int, now: datetime, ports: Ports) -> None:
    """Changes a pending booking to bank transfer: the provider's page is ended first, then the hold lasts until the
    transfer is due. Raises NotPayable, ChannelRefused, GatewayUnavailable."""
    end_attempts(booking_id, now, ports)
    with atomic():
        booking = lifecycle.lock(booking_id)
        _check_payable(booking, now)
        if booking.state is BookingState.PENDING and booking.channel is not Channel.TRANSFER:
            lifecycle.await_transfer(booking, ports.issuer, now)
            journal.note("transfer_chosen", PARTICIPANT, now, booking.id)


def mark_paid(
    reference: str,
    amount: int,
    now: datetime,
    ports: Ports,
    received_at: datetime | None = None,
    once_more: bool = False,
    by: Actor = ORGANISER,
) -> int:
    """A transfer of `amount` centimes arrived under a QR reference (blanks allowed); gives the booking's id.

    `received_at` is when the bank credited it. The same sum of the same instant is taken for a repetition and refused,
    unless `once_more`. Raises WrongAmount('unknown' | 'not_positive' | 'future' | 'repeated').
    """
    booking_id = arrivals.booking_for(reference)
    if booking_id is None:
        raise WrongAmount("unknown")
    with atomic():
        booking = lifecycle.lock(booking_id)
        arrivals.take(booking, Arrival(amount, received_at or now, once_more=once_more), ports.issuer, now, by)
    return booking_id


def _review_attempts(booking_id: int, channel: Channel, now: datetime, ports: Ports) -> None:
    """Ends the attempts that no longer fit what is owed, go another way or are past their time; asks what became of
    the one that may be used again, since its page may have ended early or been paid. Raises GatewayUnavailable."""
    owed = ledger.balance(booking_id)
    for attempt in payments.open_attempts(booking_id):
        in_time = attempt.expires_at is not None and attempt.expires_at > now
        # One whose start was never answered is asked for again under its own id while that may help, then given up.
        fresh = attempt.provider_id is not None or now < attempt.created_at + START_AGAIN
        if in_time and fresh and attempt.amount == owed and attempt.channel is channel:
            settle(attempt.id, now, ports)
        else:
            _end(attempt.id, now, ports)


def _attempt(booking: Booking, channel: Channel, now: datetime, ports: Ports) -> Payment:
    """The attempt to use: the one under way, else a new one with a hold that outlasts it."""
    owed = _check_payable(booking, now)
    for attempt in payments.open_attempts(booking.id):
        if attempt.amount == owed and attempt.channel is channel:
            return attempt
    expires_at = now + CARD_HOLD
    if booking.state is BookingState.PENDING and (booking.hold_until is None or booking.hold_until < expires_at):
        booking.hold_until = expires_at
    payment = Payment(booking_id=booking.id, channel=channel, amount=owed, created_at=now, expires_at=expires_at)
    db.session.add(payment)
    db.session.flush()
    payment.request = _request(booking, payment, ports).to_json()
    return payment


def _check_payable(booking: Booking, now: datetime) -> int:
    """What is owed, centimes; raises NotPayable when that is nothing or the seats are no longer held."""
    owed = ledger.balance(booking.id)
    if owed <= 0:
        raise NotPayable(SETTLED.get(booking.state, "over"))
    # Looked at even while the hold lasts: a request that waited for the lock may have its clock behind a later one,
    # which found the hold over and sold the seats.
    pending = booking.state is BookingState.PENDING
    if booking.state is BookingState.EXPIRED or (pending and not lifecycle.can_be_confirmed(booking, now)):
        raise NotPayable("over")
    return owed


def _request(booking: Booking, payment: Payment, ports: Ports) -> CheckoutRequest:
    edition = booking.edition
    assert payment.expires_at is not None
    return CheckoutRequest(
        our_id=payment.public_id,
        amount=payment.amount,
        title=edition.master_class.title.best(booking.locale),
        starts_on=edition.starts_at.astimezone(ZoneInfo(edition.zone)).date(),
        reference=booking.reference,
        email=booking.email,
        locale=booking.locale,
        expires_at=payment.expires_at,
        return_to=ports.manage_url(booking),
    )


def _end(payment_id: int, now: datetime, ports: Ports) -> None:
    """Ends an attempt at the provider. One whose page was never opened to anybody is given up without asking: its
    address was told to nobody, so nothing can be paid there."""
    if db.session.get_one(Payment, payment_id).provider_id is None:
        _abandon(payment_id, now)
    if db.session.get_one(Payment, payment_id).provider_id is not None:
        _ask(payment_id, "expire", now, ports)


def _abandon(payment_id: int, now: datetime) -> None:
    with atomic():
        lifecycle.lock(db.session.get_one(Payment, payment_id).booking_id)
        payment = payments.lock_payment(payment_id)
        if payment.state is PaymentState.STARTING:
            payment.move_to(PaymentState.OVER, now)


def _gateway(payment: Payment, ports: Ports) -> Gateway:
    """The provider of an attempt; one that is no longer set up is one that does not answer."""
    if payment.channel not in ports.gateways:
        raise GatewayUnavailable
    return ports.gateways[payment.channel]


def _ask(payment_id: int, question: str, now: datetime, ports: Ports, event_id: str = "") -> None:
    payment = db.session.get_one(Payment, payment_id)
    gateway, provider_id, booking_id = _gateway(payment, ports), payment.provider_id, payment.booking_id
    assert provider_id is not None
    db.session.rollback()  # no read snapshot is kept open while the provider thinks
    try:
        facts = gateway.expire(provider_id) if question == "expire" else gateway.look_up(provider_id)
    except GatewayDown as error:
        raise GatewayUnavailable from error
    with atomic():
        booking = lifecycle.lock(booking_id)
        provider_events.acted_upon(event_id, "checkout", now)
        _apply(booking, payments.lock_payment(payment_id), facts, now, ports)


def _apply(booking: Booking, payment: Payment, facts: CheckoutFacts, now: datetime, ports: Ports) -> None:
    """Acts on what the provider says now; the only place where an attempt becomes paid.

    Money that is not what was asked for confirms nothing and is the organiser's to look into; the attempt is over.
    """
    if payment.state is PaymentState.PAID or facts.state is CheckoutState.OPEN:
        return
    as_asked = (facts.our_id, facts.amount, facts.currency) == (payment.public_id, payment.amount, "chf")
    if facts.state is CheckoutState.PAID and as_asked and facts.agrees:
        payment.provider_payment = facts.payment
        lifecycle.receive(booking, payment, ports.issuer, now, PROVIDER)
    elif payment.state is not PaymentState.OVER:
        payment.move_to(PaymentState.OVER, now)
        if facts.state is CheckoutState.PAID:
            journal.note("payment_mismatch", PROVIDER, now, booking.id, said=facts.amount, currency=facts.currency)
            letters.to_organiser("payment_mismatch", booking.id, now, payment_id=payment.id)
