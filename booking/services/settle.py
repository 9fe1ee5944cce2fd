"""What the organiser does by hand with the account of a booking: money that came, debts waived, money given back.

Each of them only shows its outcome when `shown` is None, and otherwise must come to the outcome that was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.domain.actor import Actor
from booking.domain.booking import BookingState
from booking.domain.errors import NotPossibleNow, OtherBooking, TooMuch, WrongAmount
from booking.domain.payment import GOODWILL, LedgerKind, PaymentState
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
    standing,
)
from booking.persistence.arrivals import Arrival
from booking.persistence.bookings import Booking
from booking.persistence.outcomes import Outcome
from booking.persistence.standing import Standing
from booking.persistence.transaction import atomic
from booking.services.ports import Ports


@dataclass(frozen=True)
class Waiver:
    """`amount` centimes that are no longer asked for, and why; `tell` whether the participant is written to."""

    amount: int
    reason: str
    tell: bool = True


@dataclass(frozen=True)
class Gift:
    """`amount` centimes given back that were not owed, and why: by the way they came or, `by_bank`, to an account,
    which the payer is asked for where `iban` is ''."""

    amount: int
    reason: str
    by_bank: bool = False
    iban: str = ""
    holder: str = ""


def take(
    booking_id: int, arrival: Arrival, reference: str, now: datetime, ports: Ports, by: Actor, shown: str | None
) -> Outcome:
    """Money that came by hand. `reference` is what the statement names, '' for none: it must be one of this booking.

    Raises WrongAmount, OtherBooking, PlanChanged.
    """
    _check_reference(booking_id, reference)
    with atomic(rehearsal=shown is None):
        booking = lifecycle.lock(booking_id)
        before = outcomes.look(booking)
        arrivals.take(booking, arrival, ports.issuer, now, by)
        return before.outcome(booking, shown)


def write_off(booking_id: int, waiver: Waiver, now: datetime, by: Actor, shown: str | None) -> Outcome:
    """Waives what is owed, or a part of it. A hold of which nothing is owed any more is confirmed. Papers stay as they
    are: they say what was charged. Raises NotPossibleNow, TooMuch, PlanChanged.
    """
    with atomic(rehearsal=shown is None):
        booking = lifecycle.lock(booking_id)
        before = outcomes.look(booking)
        owed = ledger.balance(booking.id)
        if owed <= 0:
            raise NotPossibleNow("settled")
        if not 0 < waiver.amount <= owed:
            raise TooMuch(owed)
        _waive(booking, waiver.amount, now)
        journal.note("written_off", by, now, booking.id, amount=waiver.amount)
        notes.write(booking.id, waiver.reason, by, now, about="write_off")
        if booking.state is BookingState.PENDING and waiver.amount == owed:
            _confirm(booking, now, by)
        elif waiver.tell:
            entry = ledger.entries(booking.id)[-1]
            letters.to_booker("waived", booking.id, now, entry_id=entry.id, amount=waiver.amount)
        counters.catalogue_changed()
        return before.outcome(booking, shown)


def give_back(booking_id: int, gift: Gift, now: datetime, by: Actor, shown: str | None) -> Outcome:
    """Gives back what was paid and not owed, in whole or in part; seats stay booked. Never more than was paid.

    Raises NotPossibleNow, TooMuch, IbanNeeded, PlanChanged.
    """
    iban = payments.refund_account(gift.iban) if gift.iban else ""
    with atomic(rehearsal=shown is None):
        booking = lifecycle.lock(booking_id)
        before = outcomes.look(booking)
        stands = standing.of(booking_id)
        most = giveable(stands)
        if not 0 < gift.amount <= most:
            raise TooMuch(most)
        if gift.by_bank and any(payment.dispute == "open" for payment, _ in stands.left):
            raise NotPossibleNow("disputed")  # the payer's bank may give it back as well
        for refund in lifecycle.give_back(booking, gift.amount, GOODWILL, now, iban, gift.holder, gift.by_bank):
            ledger.enter(booking.id, LedgerKind.WRITE_OFF, refund.amount, now, refund_id=refund.id)
        journal.note("given_back", by, now, booking.id, amount=gift.amount, by_bank=gift.by_bank)
        notes.write(booking.id, gift.reason, by, now, about=GOODWILL)
        return before.outcome(booking, shown)


def take_out(
    booking_id: int, payment_id: int, reason: str, now: datetime, ports: Ports, by: Actor, shown: str | None
) -> Outcome:
    """A payment that was booked by hand never came: it is void, and owed again. A booking that it confirmed keeps its
    seats, on account. Raises NotPossibleNow('no_mistake'), PlanChanged."""
    with atomic(rehearsal=shown is None):
        booking = lifecycle.lock(booking_id)
        before = outcomes.look(booking)
        payment = next((one for one in standing.of(booking_id).mistakable if one.id == payment_id), None)
        if payment is None:
            raise NotPossibleNow("no_mistake")
        payment.move_to(PaymentState.VOID, now)
        ledger.enter(booking.id, LedgerKind.PAYMENT, payment.amount, now, payment_id=payment.id, reversal=True)
        lifecycle.withdraw_what_is_covered(booking.id, now)
        _ask_again(booking, now, ports)
        journal.note("payment_taken_out", by, now, booking.id, amount=payment.amount)
        notes.write(booking.id, reason, by, now, about="mistake")
        letters.to_booker("corrected", booking.id, now, payment_id=payment.id)
        return before.outcome(booking, shown)


def giveable(stands: Standing) -> int:
    """What was paid and neither given nor promised back, centimes. Raises NotPossibleNow: 'owes', 'nothing_paid'."""
    if stands.balance > 0:
        raise NotPossibleNow("owes")
    most = sum(left for _, left in stands.left)
    if most <= 0:
        raise NotPossibleNow("nothing_paid")
    return most


def _ask_again(booking: Booking, now: datetime, ports: Ports) -> None:
    """An invoice that was written as paid is taken back, and written anew to ask for the money."""
    invoice = documents.open_invoice(booking.id)
    owed = issuing.owed_for_seats(booking)
    if booking.state is BookingState.CONFIRMED and invoice and owed > 0 and not invoice.frozen.asks_for_transfer:
        issuing.anew(booking, ports.issuer, booking.active, now, issuing.term(booking, now))


def _waive(booking: Booking, amount: int, now: datetime) -> None:
    """Off the price of the seats first, seat by seat; what is left, off the fees."""
    unpaid = issuing.owed_for_seats(booking)
    for seat in booking.active:
        part = max(0, min(amount, unpaid, seat.net_price - ledger.waived(seat.id)))
        ledger.waive(booking.id, seat.id, part, now)
        amount, unpaid = amount - part, unpaid - part
    ledger.waive(booking.id, None, amount, now)


def _confirm(booking: Booking, now: datetime, by: Actor) -> None:
    if not lifecycle.can_be_confirmed(booking, now):
        raise NotPossibleNow("full")
    lifecycle.confirm(booking, now, by)


def _check_reference(booking_id: int, reference: str) -> None:
    if not reference.strip():
        return
    found = arrivals.booking_for(reference)
    if found is None:
        raise WrongAmount("unknown")
    if found != booking_id:
        raise OtherBooking(bookings.by_id(found).reference)
