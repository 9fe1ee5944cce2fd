"""Everything there is about one booking, and what happened to it in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking.domain.errors import NotFound
from booking.domain.payment import PaymentState, RefundState
from booking.persistence import documents, ledger, organisers
from booking.persistence.bookings import Answer, Attendee, Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.journal import JournalEntry
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.notes import Note
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Payment, Refund
from booking.persistence.sent_mails import SentMail
from booking.persistence.standing import Standing

Kind = Literal["booking", "money", "mail", "note"]
KINDS: Final[tuple[Kind, ...]] = ("booking", "money", "mail", "note")
OF_MONEY: Final = ("paid", "refunded", "refund_failed", "money_returned", "payment_mismatch", "dispute", "iban_given")
OF_THE_DATE: Final = ("edition_moved", "edition_called_off", "run_decided")  # what concerns everybody who booked it
TOLD_ELSEWHERE: Final = ("noted", "mismatch_settled")  # by the note itself


@dataclass(frozen=True)
class Dossier:
    """One booking with all that hangs on it, oldest first; `people` are names of organisers by id."""

    booking: Booking
    account: list[LedgerEntry]
    documents: list[Document]
    payments: list[Payment]
    refunds: list[Refund]
    mails: list[SentMail]
    waiting: list[OutboxJob]  # mails that have not left
    notes: list[Note]
    journal: list[JournalEntry]
    people: dict[int, str]

    @property
    def stands(self) -> Standing:
        return Standing(self.account, self.payments, self.refunds)


@dataclass(frozen=True)
class Event:
    """Something that happened at `at`. `what` tells it: a row of the dossier, or with `moment` one moment of its life
    ('opened', 'over', 'asked', 'withdrawn')."""

    at: datetime
    kind: Kind
    what: JournalEntry | Payment | Refund | Document | SentMail | OutboxJob | Note
    moment: str = ""


def dossier(reference: str) -> Dossier:
    """The booking with this reference, whatever its case. Twelve statements. Raises NotFound('booking')."""
    query = (
        select(Booking)
        .where(Booking.reference == reference.upper())
        .options(
            joinedload(Booking.edition).options(joinedload(Edition.master_class), joinedload(Edition.venue)),
            selectinload(Booking.attendees).selectinload(Attendee.answers).joinedload(Answer.question),
        )
    )
    booking = db.session.scalar(query)
    if booking is None:
        raise NotFound("booking")
    number = booking.id
    return Dossier(
        booking=booking,
        account=ledger.entries(number),
        documents=documents.of_booking(number),
        payments=list(db.session.scalars(select(Payment).where(Payment.booking_id == number).order_by(Payment.id))),
        refunds=list(db.session.scalars(select(Refund).where(Refund.booking_id == number).order_by(Refund.id))),
        mails=list(db.session.scalars(select(SentMail).where(SentMail.booking_id == number).order_by(SentMail.id))),
        waiting=list(db.session.scalars(_waiting(number))),
        notes=list(db.session.scalars(select(Note).where(Note.booking_id == number).order_by(Note.id))),
        journal=list(db.session.scalars(_journal(booking))),
        people=organisers.names(),
    )


def events(found: Dossier) -> list[Event]:
    """What happened, oldest first; what happened at the same instant, in the order of telling."""
    return sorted(_told(found), key=lambda event: event.at)


def _told(found: Dossier) -> Iterator[Event]:
    for entry in found.journal:
        if entry.action not in TOLD_ELSEWHERE:
            yield Event(entry.at, "money" if entry.action in OF_MONEY else "booking", entry)
    for payment in found.payments:
        if payment.provider_id:  # a page to pay on; that it was paid, the journal tells
            yield Event(payment.created_at, "money", payment, "opened")
        if payment.state is PaymentState.OVER and payment.settled_at:
            yield Event(payment.settled_at, "money", payment, "over")
    for refund in found.refunds:
        yield Event(refund.created_at, "money", refund, "asked")
        if refund.state is RefundState.WITHDRAWN and refund.settled_at:
            yield Event(refund.settled_at, "money", refund, "withdrawn")
    for document in found.documents:
        yield Event(document.issued_at, "money", document)
    for note in found.notes:
        yield Event(note.at, "note", note)
    for mail in found.mails:
        yield Event(mail.sent_at, "mail", mail)
    for job in found.waiting:
        yield Event(job.run_at, "mail", job)


def _journal(booking: Booking) -> Select[JournalEntry]:
    """What was done to the booking, and since it was made to its date."""
    of_date = and_(JournalEntry.edition_id == booking.edition_id, JournalEntry.action.in_(OF_THE_DATE))
    concerns = or_(JournalEntry.booking_id == booking.id, and_(of_date, JournalEntry.at >= booking.created_at))
    return select(JournalEntry).where(concerns).order_by(JournalEntry.id)


def _waiting(booking_id: int) -> Select[OutboxJob]:
    about = OutboxJob.payload["booking_id"].as_integer() == booking_id
    query = select(OutboxJob).where(OutboxJob.done_at.is_(None), OutboxJob.topic == "mail", about)
    return query.order_by(OutboxJob.id)
