"""Who did what to which booking: append-only, without personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model, db


class JournalEntry(Model):
    """`actor` is 'participant', 'organiser', 'provider' or 'system'; `facts` are plain values."""

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def note(action: str, actor: str, now: datetime, booking_id: int | None = None, **facts: Any) -> None:
    """Appends one line."""
    db.session.add(JournalEntry(at=now, actor=actor, action=action, booking_id=booking_id, facts=facts))
