"""Who did what to which booking: append-only, without personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.actor import Actor
from booking.persistence.db import Model, db


class JournalEntry(Model):
    """`actor` is the kind of a domain Actor, `organiser_id` who it was at the desk; `facts` are plain values."""

    __table_args__ = (Index("ix_journal_entry_action", "action", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"))
    action: Mapped[str]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id", ondelete="SET NULL"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def note(
    action: str,
    by: Actor,
    now: datetime,
    booking_id: int | None = None,
    edition_id: int | None = None,
    **facts: Any,
) -> None:
    """Appends one line; `action` is a past participle such as 'confirmed'."""
    db.session.add(
        JournalEntry(
            at=now,
            actor=by.kind,
            organiser_id=by.organiser_id,
            action=action,
            booking_id=booking_id,
            edition_id=edition_id,
            facts=facts,
        )
    )
