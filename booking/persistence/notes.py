"""What organisers write down about a booking, for each other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.actor import Actor
from booking.persistence.db import Model, db


class Note(Model):
    """A few lines by somebody at the desk. The participant never sees them, unless asking for their data.

    `about` is what they give the reason of ('price', 'fee', 'received', 'write_off', 'goodwill', 'mistake') or how they
    settled it ('mismatch'), '' for a mere note: reasons name people, which the journal must not.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    at: Mapped[datetime]
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    about: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(Text)


def write(booking_id: int, body: str, by: Actor, now: datetime, about: str = "") -> None:
    """Adds a note by the person who signed in; nothing when there are no words. Inside the caller's transaction."""
    if body.strip() and by.organiser_id is not None:
        note = Note(booking_id=booking_id, at=now, organiser_id=by.organiser_id, about=about, body=body.strip())
        db.session.add(note)
