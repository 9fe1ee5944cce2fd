"""Who was present at which meeting."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.attendance import Presence
from booking.persistence.db import Model, db
from booking.persistence.masterclasses import Meeting


class Attendance(Model):
    """What was noted of one attendee at one meeting; nothing noted is no row."""

    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True, index=True)
    presence: Mapped[Presence]
    at: Mapped[datetime]


def marks(edition_id: int) -> dict[int, dict[int, Presence]]:
    """What was noted at an edition: by attendee, then by meeting. Whoever has no mark is absent from it."""
    query = select(Attendance).join(Meeting).where(Meeting.edition_id == edition_id)
    found: defaultdict[int, dict[int, Presence]] = defaultdict(dict)
    for row in db.session.scalars(query):
        found[row.attendee_id][row.meeting_id] = row.presence
    return dict(found)
