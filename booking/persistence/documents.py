"""Invoices, credit notes, fee invoices and receipts: immutable, numbered per kind without a gap."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, and_, func, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.documents import DocumentContent
from booking.domain.payment import DocumentKind
from booking.persistence import counters
from booking.persistence.db import Model, db
from booking.persistence.ledger import LedgerEntry

PREFIXES = {
    DocumentKind.INVOICE: "INV",
    DocumentKind.CREDIT_NOTE: "CRN",
    DocumentKind.FEE_INVOICE: "FEE",
    DocumentKind.RECEIPT: "REC",
}


class Document(Model):
    """`content` is DocumentContent.to_json(), frozen; the PDF is drawn from it whenever it is asked for."""

    __table_args__ = (Index("uq_document_serial", "kind", "serial", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    kind: Mapped[DocumentKind]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime | None]
    total: Mapped[int]  # centimes
    reference: Mapped[str | None] = mapped_column(index=True)  # QR reference, where something is to be paid
    cites_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    anonymised_at: Mapped[datetime | None]  # its ten years are over

    @property
    def frozen(self) -> DocumentContent:
        return DocumentContent.from_json(self.content)


def next_number(kind: DocumentKind) -> tuple[int, str]:
    """The next serial of the kind's series and its printed number, such as (17, 'INV-00017')."""
    serial = counters.increase(kind.value)
    return serial, f"{PREFIXES[kind]}-{serial:05d}"


def of_booking(booking_id: int) -> list[Document]:
    """A booking's documents, oldest first."""
    return list(db.session.scalars(select(Document).where(Document.booking_id == booking_id).order_by(Document.id)))


def latest_invoice(booking_id: int) -> Document | None:
    """The booking's latest invoice: the one that corrections cite."""
    query = select(Document).where(Document.booking_id == booking_id, Document.kind == DocumentKind.INVOICE)
    return db.session.scalars(query.order_by(Document.id.desc()).limit(1)).first()


def by_reference(reference: str) -> Document | None:
    """The latest document that asks for money under this QR reference."""
    query = select(Document).where(Document.reference == reference)
    return db.session.scalars(query.order_by(Document.id.desc()).limit(1)).first()


def open_bills() -> list[tuple[Document, int]]:
    """The latest QR-bill of each booking that owes something, and how much, centimes; the one due first, first."""
    owed = func.sum(LedgerEntry.amount).label("owed")
    owing = select(LedgerEntry.booking_id, owed).group_by(LedgerEntry.booking_id).having(owed > 0).subquery()
    asking = select(func.max(Document.id).label("id"), owing.c.owed).join(
        owing, and_(Document.booking_id == owing.c.booking_id, Document.reference.is_not(None))
    )
    latest = asking.group_by(Document.booking_id, owing.c.owed).subquery()
    query = select(Document, latest.c.owed).join(latest, Document.id == latest.c.id)
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Document.due_at, Document.id))]


def open_invoice(booking_id: int) -> Document | None:
    """The latest invoice if it stands, wholly or in part: credit notes have not taken all of it back."""
    latest = latest_invoice(booking_id)
    if latest is None:
        return None
    query = select(func.sum(Document.total)).where(
        Document.cites_id == latest.id, Document.kind == DocumentKind.CREDIT_NOTE
    )
    return latest if (db.session.scalar(query) or 0) < latest.total else None
