"""What tests of acts on a booking have in common."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import TestResponse

from booking.persistence.bookings import Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.notes import Note
from booking.persistence.payments import Payment, Refund
from tests.web.desk.organiser import Desk


def booked(desk: Desk, slug: str = "", **how: Any) -> str:
    """The reference of a new booking by transfer, on a date of its own unless `slug` names one."""
    desk.book(slug or desk.edition(), **how)
    return latest(desk)


def paid(desk: Desk, slug: str = "", **how: Any) -> str:
    """The reference of a new booking that was paid by card."""
    desk.book_and_pay(slug or desk.edition(), **how)
    return latest(desk)


def latest(desk: Desk) -> str:
    with desk.rows() as session:
        booking = session.query(Booking).order_by(Booking.id.desc()).first()
        assert booking
        return str(booking.reference)


def state(desk: Desk, reference: str) -> tuple[str, list[int]]:
    """(state, the sums that came)."""
    with desk.rows() as session:
        booking = session.query(Booking).filter_by(reference=reference).one()
        found = session.query(Payment).filter_by(booking_id=booking.id, state="paid").order_by(Payment.id)
        return booking.state.value, [payment.amount for payment in found]


def notes(desk: Desk) -> list[tuple[str, str]]:
    with desk.rows() as session:
        return [(note.about, note.body) for note in session.query(Note).order_by(Note.id)]


def refunds(desk: Desk) -> list[tuple[int, str]]:
    with desk.rows() as session:
        return [(refund.amount, refund.state.value) for refund in session.query(Refund).order_by(Refund.id)]


def cancellations(desk: Desk) -> list[Cancellation]:
    with desk.rows() as session:
        return list(session.query(Cancellation).order_by(Cancellation.id))


def outlook(page: TestResponse) -> str:
    """What the page says that the button does; blanks are all the same."""
    inside = page.text.partition('id="outlook-title">')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inside).split())
