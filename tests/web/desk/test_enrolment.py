"""Bookings and seats that are written down at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from booking.domain.publication import Publication
from booking.persistence.bookings import Answer, Booking
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Edition
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from tests.factories import at
from tests.web.desk.acts import latest, notes, outlook, paid, state
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of

TYPED = {"name": "Bea Muster", "email": "Bea@example.org", "terms": "y"}


def written_down(desk: Desk, slug: str, **typed: Any) -> TestResponse:
    """The page after the button was pressed twice: to look, and to do."""
    page = desk.submit(desk.get(f"editions/{slug}/bookings/new"), **TYPED | typed)
    return desk.submit(page, **TYPED | typed)


def test_a_date_is_chosen_first(desk: Desk) -> None:
    slug = desk.edition(capacity=4)
    page = desk.get("bookings/new")
    assert f"/en/desk/editions/{slug}/bookings/new" in page.text
    assert desk.get("bookings/new", edition=slug).request.path.endswith(f"/editions/{slug}/bookings/new")
    assert desk.get("bookings/new", edition="nowhere").status_code == 404


def test_by_transfer(desk: Desk) -> None:
    slug = desk.edition()
    page = desk.submit(desk.get(f"editions/{slug}/bookings/new"), **TYPED, locale="en")
    assert "The seats are held until the money has come." in outlook(page)
    assert "Invoice for CHF 340.00, to be paid" in outlook(page)
    assert desk.bookings() == []
    page = desk.submit(page, **TYPED, locale="en")
    assert "The booking is written down." in page.text
    assert state(desk, latest(desk)) == ("pending", [])
    with desk.rows() as session:
        booking = session.query(Booking).one()
        assert (booking.name, booking.email, booking.locale) == ("Bea Muster", "bea@example.org", "en")
        assert (booking.terms_language, bool(booking.terms_digest)) == ("en", True)
        assert [seat.name for seat in booking.active] == ["Bea Muster"]


def test_on_account_and_paid_already(desk: Desk) -> None:
    slug = desk.edition()
    written_down(desk, slug, way="account")
    assert state(desk, latest(desk)) == ("confirmed", [])
    written_down(desk, slug, way="paid", means="cash", day="2026-10-30", email="carl@example.org")
    assert state(desk, latest(desk)) == ("confirmed", [34000])
    with desk.rows() as session:
        payment = session.query(Payment).one()
        assert (payment.means, payment.created_at.date().isoformat()) == ("cash", "2026-10-30")


def test_several_people_with_their_answers(desk: Desk) -> None:
    slug = desk.edition_asking()
    page = desk.get(f"editions/{slug}/bookings/new")
    page = desk.submit(page, "action=add", **TYPED)
    assert "Bea Muster" in page.text
    page = desk.submit(page, **TYPED)
    assert errors_of(page) == ["seats-1-name"]
    people = {**TYPED, "seats-0-q1": "Beginner", "seats-1-name": "Carl Muster"}
    page = desk.submit(page, "action=add", **people)
    page = desk.submit(page, "action=remove-2", **people)
    page = desk.submit(page, **people)
    assert "Invoice for CHF 680.00" in outlook(page)
    desk.submit(page, **people)
    with desk.rows() as session:
        assert [seat.name for seat in session.query(Booking).one().active] == ["Bea Muster", "Carl Muster"]
        assert [answer.value for answer in session.query(Answer)] == ["Beginner"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "nobody"}, "email"),
        ({"terms": None}, "terms"),
        ({"locale": "de"}, "locale-0"),
        ({"way": "gold"}, "way-0"),
        ({"way": "paid", "day": "2026-11-02"}, "day"),
        ({"cost": "other", "price_reason": "A friend"}, "price"),
        ({"cost": "other", "price": "300"}, "price_reason"),
        ({"cost": "other", "price": "341", "price_reason": "Dear"}, "price"),
        ({"country": "XX"}, "country"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_and_nothing_is_lost(desk: Desk, typed: dict[str, Any], field: str) -> None:
    page = desk.get(f"editions/{desk.edition()}/bookings/new")
    page = desk.submit(page, **TYPED | {"company": "Muster SA"} | typed)
    assert (page.status_code, errors_of(page)) == (422, [field])
    assert "Muster SA" in page.text
    assert desk.bookings() == []


def test_a_lower_price_has_its_reason(desk: Desk) -> None:
    lower = {"cost": "other", "price": "200", "price_reason": "A colleague", "way": "account"}
    written_down(desk, desk.edition(), **lower)
    assert notes(desk) == [("price", "A colleague")]
    with desk.rows() as session:
        [seat] = session.query(Booking).one().active
        assert (seat.list_price, seat.net_price) == (34000, 20000)


def test_the_early_price_may_be_granted_later(desk: Desk) -> None:
    slug = desk.edition(early_price=30000, early_until=at("2026-10-20 23:59:59"))
    written_down(desk, slug, cost="early")
    with desk.rows() as session:
        assert session.query(Booking).one().active[0].net_price == 30000


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": Publication.DRAFT}, "not published, or closed"),
        ({"registration_closes_at": at("2026-10-20 09:00")}, "The registration deadline is over."),
        ({"registration_opens_at": at("2026-11-20 09:00")}, "Registration has not opened yet."),
    ],
    ids=["draft", "deadline", "too early"],
)
def test_what_binds_participants_is_only_said(desk: Desk, changes: dict[str, Any], said: str) -> None:
    slug = desk.edition(**changes)
    page = desk.get(f"editions/{slug}/bookings/new")
    assert said in page.text
    written_down(desk, slug, way="account")
    assert desk.bookings() == [("confirmed", 1)]


def test_a_full_date_is_full_until_the_cap_is_raised(desk: Desk) -> None:
    slug = desk.edition(capacity=1)
    written_down(desk, slug, way="account")
    page = desk.submit(desk.get(f"editions/{slug}/bookings/new"), **TYPED, way="account")
    assert page.status_code == 409
    assert "Raise the number of seats of the date first." in page.text
    with desk.rows() as session, atomic():
        session.query(Edition).one().capacity = 2
    written_down(desk, slug, way="account", email="carl@example.org")
    assert desk.bookings() == [("confirmed", 1)] * 2


def test_the_same_address_is_asked_about(desk: Desk) -> None:
    slug = desk.edition()
    written_down(desk, slug)
    first = latest(desk)
    page = desk.submit(desk.get(f"editions/{slug}/bookings/new"), **TYPED)
    assert f"Booking {first} has the same e-mail address" in page.text
    page = desk.submit(page, **TYPED, once_more="y")
    desk.submit(page, **TYPED, once_more="y")
    assert len(desk.bookings()) == 2


def test_a_form_that_is_sent_twice_makes_one_booking(desk: Desk) -> None:
    slug = desk.edition()
    typed = TYPED | {"email": "", "way": "account"}
    page = desk.submit(desk.get(f"editions/{slug}/bookings/new"), **typed)
    for _ in range(2):
        assert "The booking is written down." in desk.submit(page, **typed).text
    assert len(desk.bookings()) == 1


def test_somebody_without_an_address_gets_no_mail(desk: Desk) -> None:
    written_down(desk, desk.edition(), email="", way="account")
    desk.run_jobs()
    assert desk.disagreements() == []
    page = desk.get(f"bookings/{latest(desk)}/letters")
    assert "This booking has no e-mail address." in page.text


def test_a_free_evening(desk: Desk) -> None:
    slug = desk.edition(price=0)
    page = desk.submit(desk.get(f"editions/{slug}/bookings/new"), **TYPED)
    assert "The booking is confirmed." in outlook(page)
    desk.submit(page, **TYPED)
    assert desk.bookings() == [("confirmed", 1)]


# Seats


def test_a_seat_is_added_and_billed(desk: Desk) -> None:
    reference = paid(desk)
    seat = {"name": "Zoé Ajout", "email": "zoe@example.org"}
    page = desk.get(f"bookings/{reference}/seats/new")
    assert "The booking then has 2 seats. CHF 340.00 is owed after that." in outlook(page)
    page = desk.submit(page, **seat)
    if "outlook" in page.text:  # her address brings a letter more
        assert "Everything practical (to the person who attends)" in outlook(page)
        page = desk.submit(page, **seat)
    assert "Zoé Ajout has a seat." in page.text
    assert desk.bookings() == [("confirmed", 2)]
    with desk.rows() as session:
        assert [paper.number[:3] for paper in session.query(Document)] == ["REC", "INV", "CRN", "INV"]


def test_a_seat_needs_its_person_and_its_room(desk: Desk) -> None:
    reference = paid(desk, desk.edition(capacity=1))
    page = desk.get(f"bookings/{reference}/seats/new")
    assert "All seats of this date are taken." in page.text
    reference = paid(desk, email="bea@example.org")
    page = desk.submit(desk.get(f"bookings/{reference}/seats/new"))
    assert errors_of(page) == ["name"]
