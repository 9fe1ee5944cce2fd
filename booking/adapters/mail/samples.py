"""What happens in letters about invented people: for each kind, the rows it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from booking.adapters.mail import sample_booking as sample
from booking.adapters.mail.sample_booking import FEE, OTHER, OTHER_EMAIL, PRICE
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.certificates import DEFAULT_TEXT, CertificateContent
from booking.domain.documents import Issuer
from booking.domain.message import Audience, MessageKind
from booking.domain.payment import LedgerKind, PaymentState, RefundState
from booking.persistence import certificates, ledger, lifecycle, moves
from booking.persistence.bookings import Booking
from booking.persistence.calling_off import REASON, CallingOff
from booking.persistence.cancellations import Cancellation
from booking.persistence.certificates import Certificate
from booking.persistence.messages import Message, MessageRecipient

Payload = dict[str, Any]

ACCOUNT: Final = "CH4431999123000889012"  # where the organiser has none yet
PART: Final = 4000
WEEK: Final = timedelta(days=7)


def payload(kind: str, locale: str, issuer: Issuer, now: datetime) -> Payload:
    """As a row of the outbox asks for such a letter. Writes the rows that it speaks of, in a scratch database."""
    booking = sample.pending(locale, now)
    story = STORIES[kind](booking, replace(issuer, iban=issuer.iban or ACCOUNT), now)
    return {"kind": kind, "to": "booker", "key": "sample", "booking_id": booking.id} | story


def _received(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    return {}


def _confirmed(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    return {"payment_id": sample.paid(booking, issuer, now).id}


def _on_account(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    booking.move_to(BookingState.CONFIRMED, now)
    return {}


def _paid(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    return {"payment_id": sample.paid(booking, issuer, now, PART).id}


def _corrected(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    payment = sample.paid(booking, issuer, now)
    payment.move_to(PaymentState.VOID, now)
    ledger.enter(booking.id, LedgerKind.PAYMENT, PRICE, now, payment_id=payment.id, reversal=True)
    return {"payment_id": payment.id}


def _waived(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _on_account(booking, issuer, now)
    ledger.waive(booking.id, booking.active[0].id, PART, now)
    return {"amount": PART}


def _reminder(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _on_account(booking, issuer, now)
    words = {"subject": Bilingual(), "text": Bilingual()}
    message = Message(kind=MessageKind.REMINDER, audience=Audience.OWING, created_at=now, sent_at=now, **words)
    to = {"message_id": sample.kept(message), "booking_id": booking.id, "locale": booking.locale}
    return {"recipient_id": sample.kept(MessageRecipient(**to))}


def _expired(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    lifecycle.expire(booking, issuer, now)
    return {}


def _seat_added(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    seat = sample.seated(booking, OTHER, OTHER_EMAIL, now)
    return _on_account(booking, issuer, now) | {"attendee_id": seat.id}


def _substitute(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now)
    seat = booking.active[0]
    seat.name, seat.email = OTHER, OTHER_EMAIL
    return {"attendee_id": seat.id}


def _joining(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    return _substitute(booking, issuer, now) | {"to": "attendee"}


def _moved(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now)
    edition = booking.edition
    told = moves.remember(edition, frozenset({"date"}), Bilingual(), now)
    edition.starts_at, edition.ends_at, edition.moved_at = edition.starts_at + WEEK, edition.ends_at + WEEK, now
    for meeting in edition.meetings:
        meeting.starts_at, meeting.ends_at = meeting.starts_at + WEEK, meeting.ends_at + WEEK
    return {"move_id": told.id}


def _called_off(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now - WEEK)
    _cancel(booking, issuer, now, 0, REASON)
    sample.refund(booking, RefundState.NEEDS_IBAN, REASON, now, PRICE)
    booking.edition.called_off_at = now
    row = CallingOff(edition_id=booking.edition_id, at=now, words=Bilingual(), offers=[], bookings=1)
    return {"calling_off_id": sample.kept(row)}


def _certificate(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now)
    seat, edition, locale = booking.active[0], booking.edition, booking.locale
    number, day = certificates.next_number(), edition.starts_at.date()
    content = CertificateContent(
        number, locale, day, DEFAULT_TEXT.best(locale), seat.name, edition.master_class.title.best(locale), (day,), 420,
        "", (), issuer.party.name, issuer.party.town, issuer.party.email, issuer.accent,
    )  # fmt: skip
    ids = {"attendee_id": seat.id, "edition_id": edition.id}
    row = Certificate(number=number, issued_at=now, content=content.to_json(), **ids)
    return {"attendee_id": seat.id, "certificate_ids": [sample.kept(row)]}


def _cancelled(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now - WEEK)
    return {"cancellation_id": _cancel(booking, issuer, now, FEE, "tier")}


def _refunded(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    ids = _confirmed(booking, issuer, now)
    return ids | {"refund_id": sample.refund(booking, RefundState.SUCCEEDED, "cancellation", now)}


def _refund_iban(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    ids = _confirmed(booking, issuer, now)
    return ids | {"refund_id": sample.refund(booking, RefundState.NEEDS_IBAN, "surplus", now)}


def _late_refund(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    ids = _confirmed(booking, issuer, now)
    return ids | {"refund_id": sample.refund(booking, RefundState.TO_PAY, "late", now, PRICE)}


def _link(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now)
    return {"booking_ids": [booking.id]}


STORIES: Final[dict[str, Callable[[Booking, Issuer, datetime], Payload]]] = {
    "received": _received,
    "confirmed": _confirmed,
    "joining": _joining,
    "paid": _paid,
    "reminder": _reminder,
    "expired": _expired,
    "seat_added": _seat_added,
    "substitute": _substitute,
    "moved": _moved,
    "takes_place": _confirmed,
    "called_off": _called_off,
    "certificate": _certificate,
    "cancelled": _cancelled,
    "refunded": _refunded,
    "refund_iban": _refund_iban,
    "late_refund": _late_refund,
    "waived": _waived,
    "corrected": _corrected,
    "link": _link,
}


def _cancel(booking: Booking, issuer: Issuer, now: datetime, fee: int, ground: str) -> int:
    """Gives all seats up for that fee; the id of the cancellation."""
    seats = list(booking.active)
    credit = lifecycle.credit(booking, seats, issuer, now)
    ledger.enter(booking.id, LedgerKind.CANCELLATION_FEE, fee, now)
    for seat in seats:
        seat.cancelled_at = now
    booking.move_to(BookingState.CANCELLED, now)
    sums = {"credit": credit, "fee": fee, "refund": credit - fee, "due": 0}
    facts: dict[str, Any] = {"days": 15, "percent": "30", "ground": ground, "channel": Channel.TRANSFER.value}
    facts |= {"received_at": now, "attendees": [seat.id for seat in seats]}
    return sample.kept(Cancellation(booking_id=booking.id, **facts, **sums))
