"""Calling a date off and deciding below the minimum, on the pages: scenarios 12 and 13 of the rules."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking import jobs
from booking.domain.booking import BookingState
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Edition
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Refund
from tests.factories import at, make_booking, make_edition
from tests.statements import counted_queries
from tests.web.desk.organiser import Desk

CHF = "CHF\N{NO-BREAK SPACE}"


def drain(desk: Desk) -> None:
    with desk.rows():
        jobs.current_jobs().drain()


def later(desk: Desk, local: str) -> Desk:
    """At that time, signed in anew."""
    desk.browsers.clear()
    return desk.at(local)


def sold(desk: Desk, number: int, **changes: object) -> tuple[str, list[TestResponse]]:
    """An edition with so many paid bookings, and their pages."""
    slug = desk.edition(**changes)
    return slug, [desk.book_and_pay(slug, email=f"p{n}@example.org", name=f"Person {n}") for n in range(number)]


def mails(desk: Desk, kind: str) -> int:
    with desk.rows() as session:
        return len([key for key in session.scalars(select(OutboxJob.key)) if key.startswith(f"mail-{kind}-")])


def test_scenario_12(desk: Desk) -> None:
    slug, pages = sold(desk, 7)
    page = desk.at("2026-11-27 23:59:59").cancellation(pages[0])
    desk.browser.submit(page)
    page = later(desk, "2026-12-04 10:00").get(f"editions/{slug}/calling-off")
    assert "6 bookings are cancelled without any fee" in page.text
    assert f"{CHF}2’040.00" in page.text
    assert page.text.count(f"{CHF}340.00</td>") == 6
    page = desk.submit(page, words_fr="Je suis malade.")
    assert "it can no longer be booked" in page.text
    assert page.headers["Refresh"] == "3"
    drain(desk)
    page = desk.get(f"editions/{slug}/calling-off")
    assert "6 of 6 ended" in page.text
    assert "Everybody is told" in page.text
    assert "Refresh" not in page.headers
    with desk.rows() as session:
        sums = [refund.amount for refund in session.scalars(select(Refund).where(Refund.reason == "called_off"))]
        assert sums == [34000] * 6
    assert mails(desk, "called_off") == 6
    assert "Called off" in desk.get(f"editions/{slug}").text
    assert f"{CHF}170.00" in desk.get(f"editions/{slug}").text  # the fee that stays


def test_who_has_no_address_is_named_before_and_after(desk: Desk) -> None:
    slug, _pages = sold(desk, 1)
    with desk.rows() as session:
        edition = session.query(Edition).filter_by(slug=slug).one()
        make_booking(edition, BookingState.CONFIRMED, email="", name="Otto Muster", phone="021 555 01 02")
    page = desk.get(f"editions/{slug}/calling-off")
    assert "each booking with an e-mail address gets a letter" in page.text
    assert "No mail reaches 1 person: tell them yourself" in page.text
    desk.submit(page)
    drain(desk)
    page = desk.get(f"editions/{slug}/calling-off")
    assert "Every mail has left." in page.text
    assert "Everybody is told" not in page.text
    assert page.text.count("Otto Muster") == 1
    assert 'href="tel:0215550102"' in page.text


def test_what_a_participant_sees_then(desk: Desk) -> None:
    slug, [mine] = sold(desk, 1)
    desk.submit(desk.get(f"editions/{slug}/calling-off"))
    drain(desk)
    page = desk.browser.get(mine.request.path)
    assert "This date was called off" in page.text
    assert f"Refund of {CHF}340.00" in page.text
    assert "Called off: Keeping a blog" in desk.browser.get("/en/demo/mailbox").text
    assert "This date was called off" in desk.form(slug).text


def test_scenario_13_called_off(desk: Desk) -> None:
    slug, _ = sold(desk, 4, decision_at=at("2026-11-20 12:00"))
    later(desk, "2026-11-20 12:00").run_jobs()
    assert mails(desk, "minimum") == 1
    assert [state for state, _ in desk.bookings()] == ["confirmed"] * 4
    page = desk.get(f"editions/{slug}")
    assert "4 of 5: does this date take place?" in page.text
    page = desk.get(f"editions/{slug}/calling-off")
    assert f"{CHF}1’360.00" in page.text
    desk.submit(page)
    drain(desk)
    assert [state for state, _ in desk.bookings()] == ["cancelled"] * 4


def test_scenario_13_run_anyway(desk: Desk) -> None:
    slug, _ = sold(desk, 4, decision_at=at("2026-11-20 12:00"))
    later(desk, "2026-11-20 12:00").run_jobs()
    page = desk.get(f"editions/{slug}/decision")
    assert "4 bookings are told so" in page.text
    page = desk.submit(page)
    assert "4 bookings are written to" in page.text
    assert mails(desk, "takes_place") == 4
    with desk.rows() as session:
        owner = session.scalars(select(Edition)).one().master_class.slug
    assert "This date takes place: that is decided." in desk.browser.get(f"/en/classes/{owner}").text
    page = desk.get(f"editions/{slug}/decision")
    assert (page.status_code, "It was decided already" in page.text) == (409, True)
    desk.run_jobs()
    assert mails(desk, "minimum") == 1


def test_if_somebody_books_meanwhile_it_is_shown_anew(desk: Desk) -> None:
    slug, _ = sold(desk, 1)
    pages = [desk.get(f"editions/{slug}/{path}") for path in ("calling-off", "decision")]
    desk.book_and_pay(slug, email="bea@example.org")
    for page, number in zip(pages, ("2 bookings are cancelled", "2 bookings are told so"), strict=True):
        again = desk.submit(page)
        assert again.status_code == 409
        assert "Nothing was done" in again.text
        assert number in again.text


def test_other_dates_are_proposed_in_the_letter(desk: Desk) -> None:
    slug, _ = sold(desk, 1)
    with desk.rows() as session:
        owner = session.scalars(select(Edition)).one().master_class
        other = make_edition(owner, [("2027-01-09 09:00", "2027-01-09 17:00")])
        number = other.id
    page = desk.get(f"editions/{slug}/calling-off")
    assert "Saturday 9 January 2027" in page.text
    desk.submit(page, offer=[str(number)])
    drain(desk)
    with desk.rows() as session:
        assert session.scalars(select(Booking)).one().state == "cancelled"


def test_a_date_that_nobody_booked(desk: Desk) -> None:
    slug = desk.edition()
    page = desk.submit(desk.get(f"editions/{slug}/calling-off"))
    assert "Nobody had booked it" in page.text
    assert "Refresh" not in page.headers


def test_a_date_that_is_over_is_not_called_off(desk: Desk) -> None:
    slug, _ = sold(desk, 1)
    page = later(desk, "2026-12-06 10:00").get(f"editions/{slug}/calling-off")
    assert (page.status_code, "This date is over" in page.text) == (409, True)


def test_only_who_keeps_classes_may(desk: Desk) -> None:
    slug = desk.edition()
    for path in ("calling-off", "decision", "move"):
        assert desk.as_("trainer").get(f"editions/{slug}/{path}").status_code == 403
        assert desk.as_("staff").get(f"editions/{slug}/{path}", lang="fr").status_code == 200


@pytest.mark.parametrize("path", ["", "/calling-off", "/decision"])
def test_the_number_of_queries_does_not_grow(desk: Desk, path: str) -> None:
    slug = desk.edition(capacity=40)
    counts = []
    for sold_so_far in (1, 12):
        with desk.rows() as session:
            edition = session.scalars(select(Edition)).one()
            for _ in range(sold_so_far):
                make_booking(edition, BookingState.CONFIRMED)
        desk.get(f"editions/{slug}{path}")
        with desk.rows(), counted_queries() as seen:
            desk.get(f"editions/{slug}{path}")
        counts.append(len(seen))
    assert counts[0] == counts[1]
