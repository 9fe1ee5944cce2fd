"""Cancelling: what it would cost now, and doing it at exactly that cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from booking.domain import cancellation as schedule
from booking.domain.actor import PARTICIPANT, Actor
from booking.domain.booking import ALIVE, BookingState, Channel
from booking.domain.cancellation import CancellationQuote
from booking.domain.errors import NothingToCancel, QuoteChanged, ReceiptRefused
from booking.domain.payment import Settlement, settlement
from booking.persistence import (
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
    standing,
)
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import db
from booking.persistence.outcomes import Outcome
from booking.persistence.standing import Standing
from booking.persistence.transaction import atomic
from booking.services.ports import Ports


@dataclass(frozen=True)
class Proposal:
    """What cancelling these seats would mean at one instant; sums in centimes. `credit` is their price, less what was
    waived of it.

    `channels` are the ways a refund would go; a transfer among them asks for an IBAN.
    """

    seats: tuple[Attendee, ...]
    quote: CancellationQuote
    credit: int
    settlement: Settlement
    channels: tuple[Channel, ...]

    @property
    def asks_iban(self) -> bool:
        return Channel.TRANSFER in self.channels

    @property
    def shown(self) -> str:
        """The amounts on the page, posted back with the button and compared: the fee shown is the fee charged."""
        return f"{self.quote.fee}/{self.settlement.refund}/{self.settlement.due}"


@dataclass(frozen=True)
class Payee:
    """Where a refund by bank goes; needed only when `Proposal.asks_iban`."""

    iban: str = ""
    holder: str = ""


@dataclass(frozen=True)
class Decision:
    """How the organiser cancels for somebody. `received` is when a letter or e-mail came, None for now; `fee` in
    centimes is charged instead of the schedule's, None for that one. Each of them needs its reason."""

    received: datetime | None = None
    received_reason: str = ""
    fee: int | None = None
    fee_reason: str = ""


def propose(
    booking: Booking,
    attendee_ids: Collection[int],
    received: datetime,
    lower_fee: int | None = None,
    stands: Standing | None = None,
) -> Proposal:
    """What cancelling the named seats would cost if the request came at `received` (aware). Whoever asks several times
    gives how the booking `stands`.

    Raises NothingToCancel when none of them is active or the class was over by then; TooMuch when `lower_fee` is above
    the fee that the schedule asks.
    """
    seats = tuple(seat for seat in booking.active if seat.id in attendee_ids)
    if not seats or booking.state not in ALIVE or received >= booking.edition.ends_at:
        raise NothingToCancel
    quote = _quote(booking, seats, received)
    if lower_fee is not None:
        quote = schedule.lowered(quote, lower_fee)
    stands = stands or standing.of(booking.id)
    given_up = zip(seats, quote.fees, strict=True)
    credit = sum(seat.net_price - lifecycle.lapsing(seat, fee, stands.waived(seat.id)) for seat, fee in given_up)
    money = settlement(stands.balance, stands.under_way, credit, quote.fee)
    left = sum(part for _, part in stands.left)
    money = replace(money, refund=min(money.refund, left))  # less where a gift was given back before
    return Proposal(seats, quote, credit, money, _channels(stands, money.refund))


def cancel(
    booking_id: int, attendee_ids: Collection[int], shown: str, received: datetime, ports: Ports, payee: Payee
) -> int:
    """Cancels the named seats at the cost that was shown (`Proposal.shown`) and gives the Cancellation's id.

    `received` is the server's time of the confirming request: it alone decides the tier. Open payment pages must have
    been ended before (`pay.end_attempts`). Raises QuoteChanged, IbanNeeded, NothingToCancel; then nothing was done.
    """
    with atomic():
        booking = lifecycle.lock(booking_id)
        proposal = propose(booking, attendee_ids, received)
        if proposal.shown != shown:
            raise QuoteChanged(_fee_in(shown), proposal.quote.fee)
        if proposal.asks_iban:
            payments.refund_account(payee.iban)
        return _carry_out(booking, proposal, received, ports, payee, PARTICIPANT).id


def cancel_for(
    booking_id: int,
    attendee_ids: Collection[int],
    decision: Decision,
    now: datetime,
    ports: Ports,
    payee: Payee,
    by: Actor,
    shown: str | None,
) -> Outcome:
    """The organiser cancels for the participant. Only shows the outcome when `shown` is None.

    A refund by bank without an IBAN asks the payer for it. Open payment pages must have been ended before. Raises
    ReceiptRefused, TooMuch, IbanNeeded, NothingToCancel, PlanChanged; then nothing was done.
    """
    with atomic(rehearsal=shown is None):
        booking = lifecycle.lock(booking_id)
        before, stands = outcomes.look(booking), standing.of(booking_id)
        received = _receipt(booking, decision.received, now)
        asked = propose(booking, attendee_ids, received, stands=stands).quote.fee
        proposal = propose(booking, attendee_ids, received, decision.fee, stands)
        cancellation = _carry_out(booking, proposal, received, ports, payee, by, now)
        if decision.received is not None:
            notes.write(booking.id, decision.received_reason, by, now, about="received")
        if proposal.quote.fee < asked:
            cancellation.quoted_fee = asked
            notes.write(booking.id, decision.fee_reason, by, now, about="fee")
        return before.outcome(booking, shown)


def _receipt(booking: Booking, received: datetime | None, now: datetime) -> datetime:
    """When the request came: never later than now, never before there was a booking. Raises ReceiptRefused."""
    if received is None:
        return now
    if received > now:
        raise ReceiptRefused("future")
    if received < booking.created_at:
        raise ReceiptRefused("before_booking")
    return received


def _fee_in(shown: str) -> int:
    """The fee in what a page posted back; 0 when that is not what we wrote there."""
    fee = shown.partition("/")[0]
    return int(fee) if fee.isdecimal() and len(fee) < 10 else 0


def _quote(booking: Booking, seats: Collection[Attendee], received: datetime) -> CancellationQuote:
    prices = [seat.seat_price for seat in seats]
    timing = booking.edition.timing(booked_at=booking.created_at)
    # A hold when the letter came goes for nothing, also when the money has arrived since.
    pending = booking.confirmed_at is None or received < booking.confirmed_at
    policy = booking.frozen_policy
    if policy is None:  # a free class: nothing to charge
        return CancellationQuote(0, Decimal(0), 0, tuple(0 for _ in seats), "tier")
    return schedule.quote(policy, timing, received, prices, pending)


def _channels(stands: Standing, refund: int) -> tuple[Channel, ...]:
    """The ways the refund would go: as it was paid, latest payment first."""
    channels = []
    for payment, left in stands.left:
        part = min(refund, left)
        if part > 0:
            channels.append(payment.channel)
            refund -= part
    return tuple(dict.fromkeys(channels))


def _carry_out(
    booking: Booking,
    proposal: Proposal,
    received: datetime,
    ports: Ports,
    payee: Payee,
    by: Actor,
    entered: datetime | None = None,
) -> Cancellation:
    """`received` decided the fee; what is written now is of `entered`, when the organiser enters it, else the same."""
    now = entered or received
    remaining = [seat for seat in booking.active if seat not in proposal.seats]
    _correct_documents(booking, proposal, remaining, now, ports)
    for seat, fee in zip(proposal.seats, proposal.quote.fees, strict=True):
        seat.cancelled_at = now
        lifecycle.take_price_back(booking.id, seat, fee, now)
    if not remaining:
        booking.move_to(BookingState.CANCELLED, now)
    elif _is_paid_now(booking, now):
        lifecycle.confirm(booking, now, by)
    cancellation = _record(booking, proposal, received, now)
    iban = payments.refund_account(payee.iban) if proposal.asks_iban and payee.iban else ""
    lifecycle.give_back(booking, lifecycle.surplus(booking), "cancellation", now, iban, payee.holder)
    facts: dict[str, Any] = {"seats": len(proposal.seats), "fee": proposal.quote.fee}
    if received < now:
        facts["received"] = received.isoformat()
    if proposal.quote.ground == "lowered":
        facts["lowered"] = True
    journal.note("cancelled", by, now, booking.id, **facts)
    letters.to_booker("cancelled", booking.id, now, cancellation_id=cancellation.id)
    letters.to_organiser("cancelled", booking.id, now, cancellation_id=cancellation.id)
    counters.catalogue_changed()
    return cancellation


def _is_paid_now(booking: Booking, now: datetime) -> bool:
    """Whether what was paid of a pending booking covers the seats that stay."""
    pending = booking.state is BookingState.PENDING
    return pending and ledger.balance(booking.id) <= 0 and lifecycle.can_be_confirmed(booking, now)


def _correct_documents(
    booking: Booking, proposal: Proposal, remaining: list[Attendee], now: datetime, ports: Ports
) -> None:
    """Credit note and fee invoice. An unpaid invoice of which seats remain is taken back whole and written anew, so
    that its QR-bill asks for the right sum."""
    unpaid = remaining and ledger.balance(booking.id) > 0 and not payments.paid_payments(booking.id)
    if unpaid and (invoice := documents.latest_invoice(booking.id)):
        issuing.credit_note(booking, ports.issuer, booking.active, now)
        issuing.invoice(booking, ports.issuer, now, invoice.due_at, seats=remaining)
    else:
        issuing.credit_note(booking, ports.issuer, proposal.seats, now)
    fees = list(zip(proposal.seats, proposal.quote.fees, strict=True))
    issuing.fee_invoice(booking, ports.issuer, fees, min(proposal.quote.fee, proposal.settlement.due), now)


def _record(booking: Booking, proposal: Proposal, received: datetime, now: datetime) -> Cancellation:
    quote, money = proposal.quote, proposal.settlement
    cancellation = Cancellation(
        booking_id=booking.id,
        received_at=received,
        entered_at=now if received < now else None,
        days=quote.days,
        percent=str(quote.percent),
        ground=quote.ground,
        attendees=[seat.id for seat in proposal.seats],
        credit=proposal.credit,
        fee=quote.fee,
        refund=money.refund,
        due=money.due,
        channel=",".join(proposal.channels),
    )
    db.session.add(cancellation)
    db.session.flush()
    return cancellation
