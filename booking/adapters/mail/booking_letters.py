"""What letters about a change that the organiser made to one booking know, and what they bring along."""

from __future__ import annotations

from typing import Any, Final

from booking.domain.booking import ALIVE, BookingState
from booking.domain.payment import DocumentKind
from booking.persistence import documents, ledger
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.payments import Payment

KINDS: Final = (
    "paid",  # payment_id: money came that confirmed nothing: on account, in part, or for a fee
    "corrected",  # payment_id: it had been booked by mistake, and is owed again
    "waived",  # amount: the organiser no longer asks for what is owed, or for a part of it
    "seat_added",  # attendee_id
    "substitute",  # attendee_id: somebody else comes on that seat; to whoever booked
    "joining",  # attendee_id: the practical side, to an attendee who did not book
)
ABOUT_A_SEAT: Final = ("seat_added", "substitute", "joining")


def is_overtaken(kind: str, booking: Booking, payload: dict[str, Any]) -> bool:
    """Whether the seat it speaks of was given up before the mail could leave."""
    if kind not in ABOUT_A_SEAT:
        return False
    gone = _attendee(payload).cancelled_at is not None or booking.state not in ALIVE
    return gone or (kind == "joining" and booking.state is not BookingState.CONFIRMED)


def papers(kind: str, booking: Booking, payload: dict[str, Any], issued: list[Document]) -> list[Document]:
    """The receipt of the payment that the letter is about; the bill that asks for it again."""
    if kind == "corrected" and ledger.balance(booking.id) > 0:
        return [paper for paper in issued if paper.frozen.asks_for_transfer][-1:]
    if kind != "paid":
        return []
    return _receipts(booking, payload)[-1:]


def facts(booking: Booking, payload: dict[str, Any]) -> dict[str, Any]:
    """The rows that the payload names. `asking` is the latest paper with a reference to pay under."""
    asking = [paper for paper in documents.of_booking(booking.id) if paper.frozen.asks_for_transfer]
    questions = [question for question in booking.edition.master_class.questions if not question.retired]
    rows: dict[str, Any] = {"asking": asking[-1] if asking else None, "questions": questions}
    if "payment_id" in payload:
        rows["receipts"] = _receipts(booking, payload)
    if "attendee_id" in payload:
        rows["attendee"] = _attendee(payload)
    if "amount" in payload:
        rows["waived"] = payload["amount"]
    return rows


def recipient(payload: dict[str, Any]) -> tuple[str, str]:
    """Name and address of the attendee."""
    attendee = _attendee(payload)
    return attendee.name, attendee.email


def _receipts(booking: Booking, payload: dict[str, Any]) -> list[Document]:
    """Of the payment, which has one unless it came when nothing was owed."""
    settled = db.session.get_one(Payment, payload["payment_id"]).settled_at
    issued = documents.of_booking(booking.id)
    return [paper for paper in issued if paper.kind == DocumentKind.RECEIPT and paper.issued_at == settled]


def _attendee(payload: dict[str, Any]) -> Attendee:
    return db.session.get_one(Attendee, payload["attendee_id"])
