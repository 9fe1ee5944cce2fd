"""What a participant changes on a booking: names, answers, a fresh link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from booking.domain.actor import PARTICIPANT
from booking.domain.booking import ALIVE, editing_closes
from booking.domain.errors import EditingClosed
from booking.persistence import journal, letters
from booking.persistence.bookings import Answer, Attendee, Booking, lock_booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic

LINKS_FOR: Final = timedelta(days=365)  # after the class, papers can be looked up for a year


@dataclass(frozen=True)
class SeatChange:
    """An attendee as typed; `answers` by question id, '' for none."""

    name: str
    email: str
    answers: Mapping[int, str]


def change_attendees(booking_id: int, changes: Mapping[int, SeatChange], now: datetime) -> None:
    """Writes names, addresses and answers of active attendees (by attendee id). Raises EditingClosed."""
    with atomic():
        booking = lock_booking(booking_id)
        closes = editing_closes(booking.edition.starts_at)
        if now > closes or booking.state not in ALIVE:
            raise EditingClosed(closes)
        for seat in booking.active:
            if seat.id in changes:
                _write(seat, changes[seat.id])
        journal.note("attendees_changed", PARTICIPANT, now, booking.id)


def send_links(email: str, now: datetime) -> None:
    """Mails fresh links for every booking of this address that is not long past; older links stop working.

    Says nothing about whether there was one: the caller shows the same page in every case.
    """
    with atomic():
        recent = Booking.edition.has(Edition.ends_at > now - LINKS_FOR)
        query = select(Booking).where(Booking.email == email, recent).order_by(Booking.id).with_for_update()
        found = list(db.session.scalars(query))
        for booking in found:
            booking.link_version += 1
            journal.note("links_sent", PARTICIPANT, now, booking.id)
        if found:
            letters.fresh_links([booking.id for booking in found], found[-1].link_version, now)


def _write(seat: Attendee, change: SeatChange) -> None:
    seat.name, seat.email = change.name, change.email
    kept = {answer.question_id: answer for answer in seat.answers}
    asked = {question.id for question in seat.booking.edition.master_class.questions}
    for question_id, value in change.answers.items():
        if question_id in kept:
            kept[question_id].value = value
        elif value and question_id in asked:
            seat.answers.append(Answer(question_id=question_id, value=value))
