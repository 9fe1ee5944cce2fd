"""How long personal data is kept (rules: order, law, data). Accounting documents stay their ten years,
then they are anonymised."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Delete, delete, exists, select

from booking.domain.booking import BookingState
from booking.persistence import personal_data
from booking.persistence.bookings import Answer, Attendee, Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Edition, Question
from booking.persistence.transaction import atomic

ANSWERS_KEPT: Final = {"booking": timedelta(days=30), "before": timedelta(days=365)}  # after the class, by question
HOLDS_KEPT: Final = timedelta(days=90)


def erase(now: datetime) -> None:
    """Erases what is older than was promised on the privacy page: answers, and who stood behind an unpaid hold.

    A hold that was invoiced keeps its accounting documents, and the name on them, for ten years: then these lose it
    too. Counts and sums stay as they are.
    """
    with atomic():
        for when, kept in ANSWERS_KEPT.items():
            asked = select(Question.id).where(Question.when == when)
            over = select(Attendee.id).join(Booking).join(Edition).where(Edition.ends_at < now - kept)
            _execute(delete(Answer).where(Answer.question_id.in_(asked), Answer.attendee_id.in_(over)))
        invoiced = exists().where(Document.booking_id == Booking.id)
        unpaid = (
            select(Booking.id)
            .where(Booking.state == BookingState.EXPIRED, Booking.ended_at < now - HOLDS_KEPT, Booking.email != "")
            .where(~invoiced)
        )
        forgotten = list(db.session.scalars(unpaid))
        personal_data.erase_bookings(forgotten)
        personal_data.anonymise_documents(now)


def _execute(statement: Delete) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
