"""What happens to a booking, as verbs inside the caller's transaction: confirmed, ended, paid, given back.

The edition's row must be locked by the caller: every verb here may change who holds a seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm.attributes import set_committed_value

from booking.domain.actor import SYSTEM, Actor
from booking.domain.booking import BookingState, Channel, transfer_due
from booking.domain.documents import Issuer
from booking.domain.errors import ChannelRefused
from booking.domain.payment import LedgerKind, PaymentState, RefundState
from booking.persistence import counters, documents, issuing, journal, ledger, letters, outbox, payments
from booking.persistence.bookings import Attendee, Booking, edition_of, lock_booking, seats_taken
from booking.persistence.db import db
from booking.persistence.masterclasses import lock_edition
from booking.persistence.payments import Payment, Refund


def lock(booking_id: int) -> Booking:
    """The booking, locked after its edition: the order in which every transaction locks."""
    edition = lock_edition(edition_of(booking_id))
    booking = lock_booking(booking_id)
    set_committed_value(booking, "edition", edition)  # it is at hand: nobody reads it once more
    return booking


def confirm(booking: Booking, now: datetime, by: Actor) -> None:
    """The seats are theirs: state, journal, mails to both sides."""
    booking.move_to(BookingState.CONFIRMED, now)
    journal.note("confirmed", by, now, booking.id)
    letters.to_booker("confirmed", booking.id, now)
    letters.to_organiser("confirmed", booking.id, now)
    counters.catalogue_changed()


def charge(booking: Booking, seats: Sequence[Attendee], now: datetime) -> None:
    """Enters the price and the discount of `seats` into the account."""
    for seat in seats:
        ledger.enter(booking.id, LedgerKind.PRICE, seat.list_price, now, attendee_id=seat.id)
        ledger.enter(booking.id, LedgerKind.DISCOUNT, seat.list_price - seat.net_price, now, attendee_id=seat.id)


def await_transfer(booking: Booking, issuer: Issuer, now: datetime) -> None:
    """The hold lasts until a transfer is due; the invoice with its QR-bill goes out.

    Raises ChannelRefused when the class starts too soon for a transfer.
    """
    edition = booking.edition
    due = transfer_due(now, edition.starts_at, edition.zone)
    if due is None or not issuer.iban:
        raise ChannelRefused(Channel.TRANSFER)
    booking.channel, booking.hold_until = Channel.TRANSFER, due
    if not documents.open_invoice(booking.id):
        issuing.invoice(booking, issuer, now, due_at=due)
    letters.to_booker("received", booking.id, now)
    letters.to_organiser("received", booking.id, now)


def credit(booking: Booking, seats: list[Attendee], issuer: Issuer, now: datetime) -> int:
    """Takes the price of `seats` back, without a fee: account and credit note. Gives the sum in centimes."""
    issuing.credit_note(booking, issuer, seats, now)
    for seat in seats:
        take_price_back(booking.id, seat, 0, now)
    return sum(seat.net_price for seat in seats)


def take_price_back(booking_id: int, seat: Attendee, fee: int, now: datetime) -> None:
    """A seat is given up for that `fee`: its price is credited, the fee charged, and what was waived lapses."""
    lapse = lapsing(seat, fee, ledger.waived(seat.id))
    ledger.enter(booking_id, LedgerKind.CANCELLATION_CREDIT, seat.net_price, now, attendee_id=seat.id)
    ledger.enter(booking_id, LedgerKind.CANCELLATION_FEE, fee, now, attendee_id=seat.id)
    ledger.waive(booking_id, seat.id, lapse, now, reversal=True)


def lapsing(seat: Attendee, fee: int, waived: int) -> int:
    """What was `waived` of a seat's price lapses with the seat, so that a waiver is never paid out; yet nobody comes to
    owe more than before. Centimes (docs/adr/waivers.md)."""
    return min(waived, seat.net_price - fee)


def expire(booking: Booking, issuer: Issuer, now: datetime) -> None:
    """A hold ended unpaid: seats free, no fee, the invoice taken back, what was paid in part given back."""
    booking.move_to(BookingState.EXPIRED, now)
    credit(booking, booking.active, issuer, now)
    give_back(booking, surplus(booking), "late", now)
    journal.note("expired", SYSTEM, now, booking.id)
    letters.to_booker("expired", booking.id, now)
    if booking.channel is Channel.TRANSFER:  # a card page that was left is no news to the organiser
        letters.to_organiser("expired", booking.id, now)
    counters.catalogue_changed()


def receive(booking: Booking, payment: Payment, issuer: Issuer, now: datetime, by: Actor, tell: bool = True) -> None:
    """Money came in: books it, then confirms or revives the booking, or gives back what is too late or too much.

    The payer is told unless another letter of the same moment says so (not `tell`).
    """
    payment.move_to(PaymentState.PAID, now)
    journal.note("paid", by, now, booking.id, amount=payment.amount, channel=payment.channel.value)
    waiting = booking.state in (BookingState.PENDING, BookingState.EXPIRED)
    in_time = waiting and can_be_confirmed(booking, now) and _is_enough(booking, payment)
    if waiting and not in_time and booking.state == BookingState.PENDING:
        booking.move_to(BookingState.EXPIRED, now)
        credit(booking, booking.active, issuer, now)
    elif in_time and booking.state == BookingState.EXPIRED:
        charge(booking, booking.active, now)  # its end had taken the price back
    owed = ledger.balance(booking.id)
    ledger.enter(booking.id, LedgerKind.PAYMENT, payment.amount, now, payment_id=payment.id)
    if owed > 0:
        issuing.receipt(booking, issuer, payment, now)
    if in_time and owed <= payment.amount:
        if not documents.open_invoice(booking.id):
            # Paid in full, also where `owed` was less: an earlier part of it may be on its way back.
            issuing.invoice(booking, issuer, now, due_at=None, paid=sum(seat.net_price for seat in booking.active))
        booking.channel = payment.channel
        confirm(booking, now, by)
    elif tell and owed > 0 and booking.state is not BookingState.EXPIRED:
        letters.to_booker("paid", booking.id, now, payment_id=payment.id)  # with the receipt, and what is still owed
    counters.catalogue_changed()
    too_late = booking.state is BookingState.EXPIRED or (booking.state is BookingState.CANCELLED and owed <= 0)
    _return_surplus(booking, payment, "late" if too_late else "surplus", now)


def give_back(
    booking: Booking,
    amount: int,
    reason: str,
    now: datetime,
    iban: str = "",
    holder: str = "",
    by_bank: bool = False,
) -> list[Refund]:
    """Opens refunds over `amount` centimes (nothing when it is not positive), by the way the money came,

    latest payment first. A transfer goes back by bank: a task for the organiser, once an IBAN is known; `by_bank`
    everything does. What no payment can bear has gone back before it was owed.
    """
    opened = []
    for payment in payments.paid_payments(booking.id):
        part = min(amount, payments.refundable(payment))
        if part > 0:
            via_bank = by_bank or payment.channel is Channel.TRANSFER
            opened.append(_open_refund(payment, part, reason, now, via_bank, iban, holder))
            amount -= part
    _count_gifts(booking, amount, now)
    return opened


def withdraw_what_is_covered(booking_id: int, now: datetime) -> None:
    """Refunds that wait here are dropped as far as nothing is owed any more: money is never sent twice. Those of a
    payment that never came go first, for what came could otherwise be given back a second time.

    Inside the caller's transaction, the edition locked.
    """
    excess = payments.refunds_under_way(booking_id) + min(0, ledger.balance(booking_id))
    waiting = [task for task in payments.waiting_refunds(booking_id) if excess > 0]
    for task in sorted(waiting, key=lambda task: not _never_came(task)):
        if excess <= 0:
            break
        task.move_to(RefundState.WITHDRAWN, now)
        excess -= task.amount
        if excess < 0:  # a part of it is still owed
            give_back(lock_booking(booking_id), -excess, task.reason, now, task.iban, task.account_holder)


def _never_came(refund: Refund) -> bool:
    return refund.payment is not None and refund.payment.state is PaymentState.VOID


def _count_gifts(booking: Booking, amount: int, now: datetime) -> None:
    """What is owed beyond all the money there is was given back before, as a gift: it is one no longer."""
    for refund_id, given in ledger.gifts(booking.id):
        part = max(0, min(amount, given))
        ledger.enter(booking.id, LedgerKind.WRITE_OFF, part, now, refund_id=refund_id, reversal=True)
        amount -= part


def _open_refund(
    payment: Payment, amount: int, reason: str, now: datetime, by_bank: bool, iban: str, holder: str
) -> Refund:
    state = (RefundState.TO_PAY if iban else RefundState.NEEDS_IBAN) if by_bank else RefundState.REQUESTED
    refund = Refund(
        booking_id=payment.booking_id,
        payment_id=payment.id,
        channel=Channel.TRANSFER if by_bank else payment.channel,
        amount=amount,
        state=state,
        reason=reason,
        created_at=now,
        iban=iban if by_bank else "",
        account_holder=holder if by_bank else "",
    )
    db.session.add(refund)
    db.session.flush()
    announce(refund, now)
    return refund


def announce(refund: Refund, now: datetime) -> None:
    """What a refund needs next: the provider, an IBAN from the payer, or the organiser at the bank."""
    if refund.state is RefundState.REQUESTED:
        outbox.post("refund", f"refund-{refund.id}", now, {"refund_id": refund.id})
    elif refund.state is RefundState.NEEDS_IBAN:
        letters.to_booker("refund_iban", refund.booking_id, now, refund_id=refund.id)
    elif refund.state is RefundState.TO_PAY:
        letters.to_organiser("refund_task", refund.booking_id, now, refund_id=refund.id)


def can_be_confirmed(booking: Booking, now: datetime) -> bool:
    """Whether the class is still to come and its active seats are free for this booking. One that had ended does
    not come back after the date was moved, for the payer was never told of the new one, nor once the person was erased.
    """
    edition = booking.edition
    if edition.called_off_at is not None or now >= edition.starts_at:
        return False
    if booking.state is BookingState.EXPIRED and not booking.name:
        return False
    if booking.state is BookingState.EXPIRED and edition.moved_at and (booking.ended_at or now) <= edition.moved_at:
        return False
    return edition.capacity - seats_taken(edition.id, now, apart_from=booking.id) >= len(booking.active)


def _is_enough(booking: Booking, payment: Payment) -> bool:
    """A pending booking takes any sum; one that had ended comes back only for its full price."""
    full = sum(seat.net_price for seat in booking.active)
    return booking.state == BookingState.PENDING or payment.amount + surplus(booking) >= full


def surplus(booking: Booking) -> int:
    """What is owed to the participant and not yet on its way back, centimes."""
    return -ledger.balance(booking.id) - payments.refunds_under_way(booking.id)


def _return_surplus(booking: Booking, payment: Payment, reason: str, now: datetime) -> None:
    too_much = surplus(booking)
    if too_much <= 0:
        return
    journal.note("money_returned", SYSTEM, now, booking.id, amount=too_much, reason=reason)
    for refund in give_back(booking, too_much, reason, now):
        if refund.state is not RefundState.NEEDS_IBAN:  # else the mail that asks for the IBAN says it all
            letters.to_booker("late_refund", booking.id, now, payment_id=payment.id, refund_id=refund.id)
        letters.to_organiser("late_refund", booking.id, now, payment_id=payment.id, refund_id=refund.id)
