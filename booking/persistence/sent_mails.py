"""Mails that left, as they left: what the outbox forgets after a month, a booking's page still shows."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, deferred, mapped_column

from booking.persistence.db import Model, db, insert_once


class SentMail(Model):
    """One mail about a booking. `key` is that of its outbox row, `reader` the side it went to ('booker', 'organiser').

    `source` is the message without its attachments, packed; None once it was erased, as then `recipient` is ''.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    kind: Mapped[str]
    reader: Mapped[str]
    sent_at: Mapped[datetime]
    recipient: Mapped[str]
    subject: Mapped[str]
    attachments: Mapped[list[str]] = mapped_column(JSON)  # names of files
    source: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))

    @property
    def message(self) -> bytes | None:
        """The message as it left, but for its attachments."""
        return gzip.decompress(self.source) if self.source else None


def keep(
    key: str,
    booking_id: int,
    kind: str,
    reader: str,
    now: datetime,
    recipient: str,
    subject: str,
    attachments: Sequence[str],
    message: bytes,
) -> None:
    """Writes the mail down, once per `key`, inside the caller's transaction."""
    insert_once(
        SentMail,
        key=key,
        booking_id=booking_id,
        kind=kind,
        reader=reader,
        sent_at=now,
        recipient=recipient,
        subject=subject,
        attachments=list(attachments),
        source=gzip.compress(message, 9, mtime=0),
    )


def of_booking(booking_id: int, mail_id: int) -> SentMail | None:
    """A mail of that booking; None for any other."""
    return db.session.scalar(select(SentMail).where(SentMail.id == mail_id, SentMail.booking_id == booking_id))
