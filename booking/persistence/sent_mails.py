"""Mails that left, as they left: what the outbox forgets after a month, a booking's page still shows."""

from __future__ import annotations

import gzip
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, select, text, update
from sqlalchemy.orm import Mapped, deferred, mapped_column

from booking.persistence.db import Model, db, insert_once

TEXT_KEPT: Final = text("source is not null")


@dataclass(frozen=True)
class Copy:
    """A mail about a booking, to be kept. `key` is that of its outbox row, `reader` the side it went to: 'booker',
    'attendee', 'organiser'. `message` is without attachments, of which the names are kept."""

    key: str
    booking_id: int
    kind: str
    reader: str
    recipient: str
    subject: str
    attachments: tuple[str, ...]
    message: bytes


class SentMail(Model):
    """A `Copy` in its table. `source` is the message, packed; None once it was erased, as then `recipient` is ''."""

    # What is still to be erased, so that looking for it every minute costs nothing.
    __table_args__ = (Index("ix_sent_mail_text", "sent_at", sqlite_where=TEXT_KEPT, postgresql_where=TEXT_KEPT),)
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


def keep(copy: Copy, now: datetime) -> None:
    """Writes the mail down, once per key, inside the caller's transaction."""
    facts = asdict(copy)
    message, attachments = facts.pop("message"), list(facts.pop("attachments"))
    source = gzip.compress(message, 9, mtime=0)
    insert_once(SentMail, **facts, sent_at=now, attachments=attachments, source=source)


def erase_before(moment: datetime) -> None:
    """Takes out what was written in mails sent before `moment`, and to whom."""
    nothing = {"recipient": "", "subject": "", "source": None}
    old = update(SentMail).where(TEXT_KEPT, SentMail.sent_at < moment).values(**nothing)
    db.session.execute(old.execution_options(synchronize_session=False))


def of_booking(booking_id: int, mail_id: int) -> SentMail | None:
    """A mail of that booking; None for any other."""
    return db.session.scalar(select(SentMail).where(SentMail.id == mail_id, SentMail.booking_id == booking_id))


def to_booker(booking_id: int) -> list[SentMail]:
    """What was written to whoever booked, oldest first."""
    query = select(SentMail).where(SentMail.booking_id == booking_id, SentMail.reader == "booker")
    return list(db.session.scalars(query.order_by(SentMail.id)))
