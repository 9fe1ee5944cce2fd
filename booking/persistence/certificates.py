"""Certificates of attendance: immutable, numbered without a gap; a correction is a new one that cites the old."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.certificates import CertificateContent
from booking.persistence import counters
from booking.persistence.bookings import Attendee
from booking.persistence.db import Model, db

SERIES: Final = "certificate"
_FIRST: Final = text("replaces_id is null")


class Certificate(Model):
    """`content` is CertificateContent.to_json(), frozen; the PDF is drawn from it whenever it is asked for.

    An attendee has one that replaces none, and each is replaced at most once.
    """

    __table_args__ = (
        Index("uq_certificate_attendee", "attendee_id", unique=True, sqlite_where=_FIRST, postgresql_where=_FIRST),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    issued_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    attendee: Mapped[Attendee] = relationship()

    @property
    def frozen(self) -> CertificateContent:
        return CertificateContent.from_json(self.content)


def next_number() -> str:
    """The next number of the series, such as 'CERT-00017'."""
    return f"CERT-{counters.increase(SERIES):05d}"


def of_edition(edition_id: int) -> dict[int, Certificate]:
    """The certificate that stands for each attendee who has one."""
    query = select(Certificate).where(Certificate.edition_id == edition_id).order_by(Certificate.id)
    return {row.attendee_id: row for row in db.session.scalars(query)}


def of_booking(booking_id: int) -> list[Certificate]:
    """The certificates that stand for a booking's attendees, by number."""
    query = select(Certificate).join(Attendee).where(Attendee.booking_id == booking_id).order_by(Certificate.id)
    standing = {row.attendee_id: row for row in db.session.scalars(query)}
    return sorted(standing.values(), key=lambda row: row.id)


def replaced(ids: Collection[int]) -> set[int]:
    """Those of these certificates that another one took the place of."""
    query = select(Certificate.replaces_id).where(Certificate.replaces_id.in_(ids))
    return {number for number in db.session.scalars(query) if number}


def numbered(number: str) -> Certificate | None:
    """The certificate with this number."""
    return db.session.scalar(select(Certificate).where(Certificate.number == number))
