"""Dates that were moved while people had booked: what they had been told before, for the letter that tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.bilingual import Bilingual
from booking.domain.promises import Change
from booking.persistence.db import Model, db
from booking.persistence.masterclasses import Edition


class EditionMove(Model):
    """One move. `changed` are the domain's Changes; `place` is '' for a date that was online only; `words` are the
    organiser's own, for the letter."""

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    at: Mapped[datetime]
    changed: Mapped[list[Change]] = mapped_column(JSON)
    zone: Mapped[str]
    place: Mapped[str]
    sessions: Mapped[list[Any]] = mapped_column(JSON)  # [start, end] of each, in UTC
    words: Mapped[Bilingual]

    @property
    def hours(self) -> list[tuple[datetime, datetime]]:
        """Start and end of each session as they had been."""
        return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in self.sessions]


def remember(edition: Edition, changed: frozenset[Change], words: Bilingual, now: datetime) -> EditionMove:
    """Keeps what the edition was like; to be called before it is changed."""
    venue = edition.venue
    move = EditionMove(
        edition_id=edition.id,
        at=now,
        changed=sorted(changed),
        zone=edition.zone,
        place=f"{venue.name}, {venue.street} {venue.house_number}, {venue.postcode} {venue.town}" if venue else "",
        sessions=[[meeting.starts_at.isoformat(), meeting.ends_at.isoformat()] for meeting in edition.meetings],
        words=words,
    )
    db.session.add(move)
    db.session.flush()
    return move
