"""Examples of letters about what the organiser did to one booking, with the rows they speak of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from booking.domain.booking import BookingState, Channel
from booking.domain.payment import DocumentKind, LedgerKind, PaymentState, RefundState
from booking.persistence import ledger
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from tests import factories
from tests.factories import NOW

Payload = dict[str, Any]
NEEDED: Final = RefundState.NEEDS_IBAN


def surplus(channel: Channel) -> Callable[[str], Payload]:
    """The letter that more came than was to be paid."""

    def write(locale: str) -> Payload:
        booking = _paid(locale, channel=channel)
        refund = factories.make_refund(booking, 4000, RefundState.REQUESTED, reason="surplus", channel=channel)
        payment = Payment.query.filter_by(booking_id=booking.id).one()
        return _payload("late_refund", booking, refund_id=refund.id, payment_id=payment.id)

    return write


def refund_iban_of_goodwill(locale: str) -> Payload:
    booking = _paid(locale, channel=Channel.DEMO)
    facts = {"channel": Channel.TRANSFER, "reason": "goodwill"}
    return _payload("refund_iban", booking, refund_id=factories.make_refund(booking, 5000, NEEDED, **facts).id)


def cancelled_at_the_desk(locale: str) -> Payload:
    """The fee was lowered, and nobody knows an account yet."""
    booking = _paid(locale)
    factories.make_document(booking, DocumentKind.CREDIT_NOTE, 34000)
    facts = {"fee": 5000, "quoted_fee": 10200, "ground": "lowered", "refund": 29000, "channel": "transfer"}
    row = factories.make_cancellation(booking, entered_at=NOW, **facts)
    factories.make_refund(booking, 29000, NEEDED)
    return _payload("cancelled", booking, cancellation_id=row.id)


def waived_by_confirming(locale: str) -> Payload:
    """Confirmed though nothing was ever paid: it was waived."""
    booking = _paid(locale, paid=False)
    with atomic():
        ledger.waive(booking.id, booking.active[0].id, 34000, NOW)
    return _payload("confirmed", booking)


def paid(state: BookingState, amount: int) -> Callable[[str], Payload]:
    """The letter about money that confirmed nothing: on account, or a part."""

    def write(locale: str) -> Payload:
        booking = factories.make_booking(state=state, paid=False, locale=locale)
        factories.make_document(booking, DocumentKind.INVOICE, 34000)
        with atomic():
            payment = Payment(booking_id=booking.id, channel=Channel.TRANSFER, amount=amount, created_at=NOW)
            payment.state, payment.settled_at = PaymentState.PAID, NOW
            db.session.add(payment)
            db.session.flush()
            ledger.enter(booking.id, LedgerKind.PAYMENT, amount, NOW, payment_id=payment.id)
        factories.make_document(booking, DocumentKind.RECEIPT, amount)
        return _payload("paid", booking, payment_id=payment.id)

    return write


def corrected(state: BookingState) -> Callable[[str], Payload]:
    """The letter that a payment was booked by mistake."""

    def write(locale: str) -> Payload:
        told = paid(state, 34000)(locale)
        with atomic():
            payment = db.session.get_one(Payment, told["payment_id"])
            payment.move_to(PaymentState.VOID, NOW)
            ledger.enter(payment.booking_id, LedgerKind.PAYMENT, 34000, NOW, payment_id=payment.id, reversal=True)
        return told | {"kind": "corrected"}

    return write


def waived(amount: int) -> Callable[[str], Payload]:
    """The letter that some of the price, or all of it, is no longer asked for."""

    def write(locale: str) -> Payload:
        booking = _paid(locale, paid=False)
        factories.make_document(booking, DocumentKind.INVOICE, 34000)
        with atomic():
            ledger.waive(booking.id, booking.active[0].id, amount, NOW)
        return _payload("waived", booking, entry_id=1, amount=amount)

    return write


def seat(kind: str, state: BookingState = BookingState.CONFIRMED, email: str = "zoe@example.org") -> Any:
    """The letters about one seat: added, taken by somebody else, kept for who joins."""

    def write(locale: str) -> Payload:
        edition = factories.make_edition(online_url="https://meet.example.org/x")
        booking = factories.make_booking(edition, state, locale=locale, seats=2, paid=False)
        factories.make_document(booking, DocumentKind.INVOICE, 68000)
        with atomic():
            booking.active[1].email = email
        return _payload(kind, booking, attendee_id=booking.active[1].id)

    return write


def joining(locale: str) -> Payload:
    return seat("joining")(locale) | {"to": "attendee"}


OF_A_CHANGE: Final = {
    "surplus-by-card": surplus(Channel.DEMO),
    "surplus-by-transfer": surplus(Channel.TRANSFER),
    "refund-iban-of-goodwill": refund_iban_of_goodwill,
    "cancelled-at-the-desk": cancelled_at_the_desk,
    "confirmed-though-unpaid": waived_by_confirming,
    "paid-on-account": paid(BookingState.CONFIRMED, 34000),
    "paid-in-part": paid(BookingState.PENDING, 10000),
    "corrected": corrected(BookingState.CONFIRMED),
    "corrected-while-held": corrected(BookingState.PENDING),
    "waived": waived(34000),
    "waived-in-part": waived(4000),
    "seat-added": seat("seat_added"),
    "seat-added-to-a-hold": seat("seat_added", BookingState.PENDING),
    "substitute": seat("substitute"),
    "substitute-without-address": seat("substitute", email=""),
    "joining": joining,
}


def _paid(locale: str, **changes: Any) -> Booking:
    hour_ago = NOW - timedelta(hours=1)
    return factories.make_booking(state=BookingState.CONFIRMED, locale=locale, now=hour_ago, **changes)


def _payload(kind: str, booking: Booking, **ids: Any) -> Payload:
    return {"kind": kind, "booking_id": booking.id, **ids}
