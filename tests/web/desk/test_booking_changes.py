"""What is changed on a booking without money, and the links of its page."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from booking.domain.permission import Permission, Role
from booking.persistence import standing
from booking.persistence.bookings import Answer, Attendee, Booking
from booking.persistence.outbox import OutboxJob
from booking.web.desk import booking_actions
from tests.web.desk.acts import booked, latest, notes, paid
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of, value_of


def mails(desk: Desk) -> list[str]:
    """Kind and reader of each mail that was posted, oldest first."""
    with desk.rows() as session:
        found = session.query(OutboxJob).filter_by(topic="mail").order_by(OutboxJob.id)
        return [f"{job.payload['kind']} {job.payload['to']}" for job in found]


def test_14_somebody_else_comes(desk: Desk) -> None:
    slug = desk.edition_asking()
    reference = paid(desk, slug, **{"seats-0-q1": "Beginner"})
    page = desk.get(f"bookings/{reference}/attendees")
    assert "Ada Exemple" in page.text
    page = desk.at("2026-12-04 18:00").get(f"bookings/{reference}/attendees/1")
    assert value_of(page, "q1") == "Beginner"
    page = desk.submit(page, who="other", name="Zora Neu", email="Zora@example.org")
    assert "Zora Neu comes now." in page.text
    assert mails(desk)[-2:] == ["substitute booker", "joining attendee"]
    with desk.rows() as session:
        seat = session.query(Attendee).one()
        assert (seat.name, seat.email, session.query(Answer).count()) == ("Zora Neu", "zora@example.org", 0)
    assert desk.bookings() == [("confirmed", 1)]


def test_a_better_spelling_and_an_answer_by_telephone(desk: Desk) -> None:
    reference = paid(desk, desk.edition_asking(), **{"seats-0-q1": "Beginner"})
    sent = mails(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/attendees/1"), name="Ada Exemplë", q1="Advanced")
    assert "It is saved." in page.text
    assert mails(desk) == sent
    with desk.rows() as session:
        assert session.query(Attendee).one().name == "Ada Exemplë"
        assert session.query(Answer).one().value == "Advanced"


@pytest.mark.parametrize(
    ("typed", "field"), [({"name": " "}, "name"), ({"email": "x"}, "email"), ({"who": "?"}, "who-0")]
)
def test_who_cannot_be_is_said(desk: Desk, typed: dict[str, str], field: str) -> None:
    reference = paid(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/attendees/1"), **typed)
    assert (page.status_code, errors_of(page)) == (422, [field])
    assert desk.get(f"bookings/{reference}/attendees/99").status_code == 404


def test_another_address_gets_a_fresh_link(desk: Desk) -> None:
    own = desk.book_and_pay(desk.edition()).request.path
    reference = latest(desk)
    page = desk.get(f"bookings/{reference}/contact")
    assert (value_of(page, "name"), value_of(page, "country")) == ("Ada Exemple", "CH")
    page = desk.submit(page, email="Neu@example.org", company="Neu SA", town="Morges")
    assert "The contact is saved." in page.text
    assert mails(desk)[-1] == "link booker"
    with desk.rows() as session:
        booking = session.query(Booking).one()
        assert (booking.email, booking.company, booking.link_version) == ("neu@example.org", "Neu SA", 2)
    assert desk.browser.get(own).status_code == 404
    page = desk.submit(desk.get(f"bookings/{reference}/contact"), name="")
    assert errors_of(page) == ["name"]


def test_a_letter_goes_again_as_long_as_it_holds(desk: Desk) -> None:
    reference = booked(desk)
    desk.run_jobs()
    page = desk.get(f"bookings/{reference}/letters")
    assert "The seats are held, with the invoice" in page.text
    desk.submit(page)
    assert mails(desk).count("received booker") == 2
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    desk.run_jobs()
    page = desk.get(f"bookings/{reference}/letters")
    assert "The seats are held, with the invoice" not in page.text
    desk.submit(page)
    assert mails(desk).count("confirmed booker") == 2
    stale = page.text.replace("letters/", "letters/9")
    assert "letters/9" in stale
    token = value_of(page, "csrf_token")
    gone = desk.seat.post(f"/en/desk/bookings/{reference}/letters/1", data={"csrf_token": token})
    assert gone.status_code == 404


def test_a_fresh_link(desk: Desk) -> None:
    own = desk.book_and_pay(desk.edition()).request.path
    desk.submit(desk.get(f"bookings/{latest(desk)}/letters"), form=0)
    assert mails(desk)[-1] == "link booker"
    assert desk.browser.get(own).status_code == 404


def test_a_note(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/notes"), body="  ")
    assert errors_of(page) == ["body"]
    page = desk.submit(page, body="Comes by wheelchair.")
    assert notes(desk) == [("", "Comes by wheelchair.")]
    assert "Comes by wheelchair." in page.text


# The links of a booking's page


def labels(desk: Desk, reference: str, possible: bool = True) -> list[str]:
    with desk.rows() as session:
        booking = session.query(Booking).filter_by(reference=reference).one()
        person = type("Person", (), {"may": lambda self, permission: True})()
        with desk.app.test_request_context(), force_locale("en"):
            found = booking_actions.available(booking, standing.of(booking.id), person, desk.now)
            return [action.label for action in found if bool(action.why_not) != possible]


def test_what_is_likely_comes_first(desk: Desk) -> None:
    reference = booked(desk)
    assert labels(desk, reference)[:2] == ["Mark as paid", "Change who attends"]
    assert labels(desk, reference)[-1] == "Cancel"
    assert labels(desk, reference, possible=False) == ["Give money back"]
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    assert labels(desk, reference)[0] == "Change who attends"
    assert labels(desk, reference, possible=False) == ["Mark as paid"]
    desk.submit(desk.get(f"bookings/{reference}/cancellation"))
    assert labels(desk, reference, possible=False) == ["Add a seat", "Mark as paid", "Cancel"]
    page = desk.get(f"bookings/{reference}")
    assert "This booking has ended." in page.text


def test_nobody_is_shown_what_they_may_not_do(desk: Desk) -> None:
    reference = booked(desk)
    with desk.rows() as session:
        booking = session.query(Booking).filter_by(reference=reference).one()
        person = type("Person", (), {"role": Role.STAFF, "may": lambda self, p: p is Permission.BOOKINGS})()
        with desk.app.test_request_context():
            found = booking_actions.available(booking, standing.of(booking.id), person, desk.now)
    assert {action.permission for action in found} == {Permission.BOOKINGS}


def test_a_stale_form_does_not_bring_back_who_gave_the_seat_to_somebody(desk: Desk) -> None:
    reference = paid(desk)
    stale = desk.get(f"bookings/{reference}/attendees/1")
    other = desk.as_("staff").get(f"bookings/{reference}/attendees/1")
    desk.submit(other, who="other", name="Zora Neu", email="zora@example.org")
    page = desk.as_("owner").submit(stale, email="ada2@example.org")
    assert page.status_code == 409
    assert "Somebody else changed this while you were writing." in page.text
    assert "Zora Neu, zora@example.org" in page.text
    with desk.rows() as session:
        assert session.query(Attendee).one().name == "Zora Neu"
    assert "It is saved." in desk.submit(page).text
    with desk.rows() as session:
        assert session.query(Attendee).one().email == "ada2@example.org"


def test_a_stale_form_does_not_bring_back_an_old_address(desk: Desk) -> None:
    reference = booked(desk)
    stale = desk.get(f"bookings/{reference}/contact")
    desk.as_("staff").submit(desk.get(f"bookings/{reference}/contact"), email="new@example.org")
    page = desk.as_("owner").submit(stale, phone="079 000 00 00")
    assert page.status_code == 409
    assert "Ada Exemple, new@example.org" in page.text
    with desk.rows() as session:
        assert session.query(Booking).one().email == "new@example.org"
    assert "The contact is saved." in desk.submit(page).text


def test_nothing_is_said_to_go_out_once_the_address_is_gone(desk: Desk) -> None:
    reference = paid(desk)
    desk.run_jobs()
    page, stale = desk.get(f"bookings/{reference}"), desk.get(f"bookings/{reference}/letters")
    desk.submit(desk.get(f"bookings/{reference}/contact"), email="")
    sent = mails(desk)
    again = desk.submit(stale)
    link = desk.seat.post(
        f"/en/desk/bookings/{reference}/link",
        data={"csrf_token": value_of(page, "csrf_token")},
        follow_redirects=True,
    )
    for answer in (again, link):
        assert answer.status_code == 200
        assert "This booking has no e-mail address." in answer.text
    assert mails(desk) == sent
