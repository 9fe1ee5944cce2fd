"""What the pages of a booking ask of the database is fixed: whoever adds a statement sees it here."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking.persistence.bookings import Booking
from tests.statements import counted_queries
from tests.web.desk.organiser import Desk

STATEMENTS = {  # with those of the frame: who is here, and what is set
    "": 15,
    "/cancellation": 57,
    "/seats/new": 41,
    "/attendees": 4,
    "/refund": 6,
}


@pytest.mark.parametrize("page", STATEMENTS, ids=lambda page: page or "show")
def test_the_number_of_statements(desk: Desk, page: str) -> None:
    desk.book_and_pay(desk.edition())
    with desk.rows() as session:
        reference = session.scalars(select(Booking.reference)).one()
    desk.get(f"bookings/{reference}{page}")
    with desk.rows(), counted_queries() as asked:
        desk.get(f"bookings/{reference}{page}")
    asked = [one for one in asked if not one.startswith("SELECT counter.value")]  # the door's look, once a second
    assert len(asked) == STATEMENTS[page], "\n".join(asked)
