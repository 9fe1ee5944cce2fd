"""What is held about one person, found by e-mail address: for a copy of it, and for erasing it.

Erasing leaves rows, sums and counts as they are and takes out what tells who it was. Accounting documents stay as they
were issued for ten years (Swiss Code of Obligations, article 958f); `anonymise_documents` ends that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload, selectinload

from booking.domain.payment import OPEN_REFUNDS
from booking.persistence import ledger
from booking.persistence.bookings import Answer, Attendee, Booking
from booking.persistence.certificates import Certificate
from booking.persistence.db import Model, db
from booking.persistence.documents import Document
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition
from booking.persistence.notes import Note
from booking.persistence.payments import Payment, Refund
from booking.persistence.sent_mails import SentMail

BOOKER: Final = {
    "name": "", "email": "", "phone": "", "company": "", "street": "", "house_number": "", "postcode": "", "town": "",
}  # fmt: skip
DOCUMENTS_KEPT: Final = 10  # years after the end of the one in which they were issued


def bookings_of(email: str) -> list[Booking]:
    """Every booking made from this address, oldest first."""
    query = select(Booking).where(Booking.email == email).order_by(Booking.id)
    with_all = joinedload(Booking.edition).joinedload(Edition.master_class)
    return list(db.session.scalars(query.options(with_all, selectinload(Booking.attendees))))


def seats_of(email: str) -> list[Attendee]:
    """Seats held under this address in bookings of somebody else."""
    query = select(Attendee).join(Booking).where(Attendee.email == email, Booking.email != email)
    with_all = joinedload(Attendee.booking).joinedload(Booking.edition).joinedload(Edition.master_class)
    return list(db.session.scalars(query.order_by(Attendee.id).options(with_all)))


def money_is_open(booking_id: int) -> bool:
    """Whether something is owed, either way."""
    waiting = select(Refund.id).where(Refund.booking_id == booking_id, Refund.state.in_(OPEN_REFUNDS)).limit(1)
    return ledger.balance(booking_id) != 0 or db.session.scalar(waiting) is not None


def documents_of(booking_id: int) -> list[Document]:
    """The papers of a booking, oldest first."""
    return list(db.session.scalars(select(Document).where(Document.booking_id == booking_id).order_by(Document.id)))


def kept_until(issued_at: datetime) -> int:
    """The year at whose end a document may be anonymised."""
    return issued_at.year + DOCUMENTS_KEPT


def rows_about(booking_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row that belongs to a booking, by table, as plain columns; mails without their packed source."""
    seats = select(Attendee.id).where(Attendee.booking_id == booking_id)
    tables: tuple[tuple[type[Model], Any], ...] = (
        (Booking, Booking.id == booking_id),
        (Attendee, Attendee.booking_id == booking_id),
        (Answer, Answer.attendee_id.in_(seats)),
        (Certificate, Certificate.attendee_id.in_(seats)),
        (Payment, Payment.booking_id == booking_id),
        (Refund, Refund.booking_id == booking_id),
        (ledger.LedgerEntry, ledger.LedgerEntry.booking_id == booking_id),
        (Document, Document.booking_id == booking_id),
        (SentMail, SentMail.booking_id == booking_id),
        (Note, Note.booking_id == booking_id),
    )
    found = {}
    for model, condition in tables:
        columns = [column for column in model.__table__.columns if column.name != "source"]
        rows = db.session.execute(select(*columns).where(condition)).mappings()
        found[model.__tablename__] = [dict(row) for row in rows]
    return found


def mails_about(booking_id: int) -> list[SentMail]:
    """The mails that went to the person about a booking."""
    query = select(SentMail).where(SentMail.booking_id == booking_id, SentMail.reader == "booker")
    return list(db.session.scalars(query.order_by(SentMail.id)))


def erase_bookings(ids: Collection[int]) -> None:
    """Takes the person out of these bookings and of all that hangs on them, but for accounting documents."""
    if not ids:
        return
    seats = list(db.session.scalars(select(Attendee.id).where(Attendee.booking_id.in_(ids))))
    erase_seats(seats)
    for booking in db.session.scalars(select(Booking).where(Booking.id.in_(ids))):  # a flush rewrites what finds them
        for name, nothing in BOOKER.items():
            setattr(booking, name, nothing)
        booking.link_version += 1
    _run(delete(Note).where(Note.booking_id.in_(ids)))
    _run(delete(Draft).where(Draft.booking_id.in_(ids)))
    nobody = {"recipient": "", "subject": "", "source": None}
    _run(update(SentMail).where(SentMail.booking_id.in_(ids)).values(**nobody))
    _run(update(Payment).where(Payment.booking_id.in_(ids)).values(request=None))
    _run(update(Refund).where(Refund.booking_id.in_(ids)).values(iban="", account_holder=""))


def erase_seats(ids: Collection[int]) -> None:
    """Takes the person out of single seats, their answers and certificates."""
    _run(delete(Answer).where(Answer.attendee_id.in_(ids)))
    for seat in db.session.scalars(select(Attendee).where(Attendee.id.in_(ids))):
        seat.name, seat.email = "", ""
    for certificate in db.session.scalars(select(Certificate).where(Certificate.attendee_id.in_(ids))):
        certificate.content = {**certificate.content, "name": ""}


def anonymise_documents(now: datetime, limit: int = 500) -> int:
    """Takes the names out of documents whose ten years are over; gives how many were changed."""
    last = datetime(now.year - DOCUMENTS_KEPT, 1, 1, tzinfo=now.tzinfo)  # issued before: kept through last year's end
    query = select(Document).where(Document.issued_at < last, Document.anonymised_at.is_(None))
    old: Sequence[Document] = db.session.scalars(query.order_by(Document.id).limit(limit)).all()
    for document in old:
        lines = [{**line, "text": str(line["text"]).partition("\n")[0]} for line in document.content["lines"]]
        document.content = {**document.content, "debtor": None, "lines": lines}
        document.anonymised_at = now
    if old:
        young = select(Document.booking_id).where(or_(Document.anonymised_at.is_(None), Document.issued_at >= last))
        owners = {document.booking_id for document in old} - set(
            db.session.scalars(young.where(Document.booking_id.in_({document.booking_id for document in old})))
        )
        erase_bookings(owners)
    return len(old)


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session="fetch"))
