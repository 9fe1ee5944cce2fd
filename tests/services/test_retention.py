"""Personal data goes when the privacy page says so, and not a day before."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import DocumentKind
from booking.persistence.bookings import Answer, Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, Question, QuestionKind
from booking.persistence.transaction import atomic
from booking.services import retention
from tests import factories

DAY = timedelta(days=1)


def answered(when: str) -> Edition:
    """An edition with one booking whose attendee answered a question of that kind."""
    booking = factories.make_booking(state=BookingState.CONFIRMED)
    text = Bilingual("Repas ?", "Diet?")
    with atomic():
        asked = Question(master_class_id=booking.edition.master_class_id, key="q", position=1, kind=QuestionKind.TEXT,
                         label=text, hint=Bilingual(), when=when)  # fmt: skip
        db.session.add(asked)
        db.session.flush()
        db.session.add(Answer(attendee_id=booking.attendees[0].id, question_id=asked.id, value="végétarien"))
    return booking.edition


def unpaid(channel: Channel) -> int:
    """The id of a booking that expired at factories.NOW."""
    booking_id = factories.make_booking(state=BookingState.EXPIRED, channel=channel).id
    with atomic():
        db.session.get_one(Booking, booking_id).ended_at = factories.NOW
    return booking_id


def answers() -> int:
    db.session.rollback()
    return db.session.query(Answer).count()


def test_answers_of_the_booking_form_go_30_days_after_the_class(app: Flask) -> None:
    edition = answered("booking")
    retention.erase(edition.ends_at + 30 * DAY)
    assert answers() == 1
    retention.erase(edition.ends_at + 30 * DAY + timedelta(seconds=1))
    assert answers() == 0


def test_questionnaires_go_after_12_months(app: Flask) -> None:
    edition = answered("before")
    retention.erase(edition.ends_at + 365 * DAY)
    assert answers() == 1
    retention.erase(edition.ends_at + 366 * DAY)
    assert answers() == 0


def test_who_did_not_pay_is_forgotten_after_90_days(app: Flask) -> None:
    booking_id = unpaid(Channel.DEMO)
    retention.erase(factories.NOW + 90 * DAY)
    assert db.session.get_one(Booking, booking_id).email
    retention.erase(factories.NOW + 91 * DAY)
    forgotten = db.session.get_one(Booking, booking_id)
    assert (forgotten.name, forgotten.email, forgotten.attendees[0].name) == ("", "", "")
    assert forgotten.state is BookingState.EXPIRED


def test_an_invoiced_hold_keeps_its_accounting(app: Flask) -> None:
    booking_id = unpaid(Channel.TRANSFER)
    factories.make_document(db.session.get_one(Booking, booking_id), DocumentKind.INVOICE, 34000)
    retention.erase(factories.NOW + 400 * DAY)
    assert db.session.get_one(Booking, booking_id).email
