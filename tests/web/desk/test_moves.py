"""Moving a date at the desk: what it means is shown first, done exactly so, and everybody is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking import jobs
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Edition
from booking.persistence.outbox import OutboxJob
from tests.factories import at, make_venue
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of, value_of

UNTIL = "Wednesday 11 November 2026 at 23:59"
NEW_DAY = {"meetings-0-day": "2026-12-12"}


def plan(desk: Desk, slug: str, **changed: Any) -> TestResponse:
    """The page that says what moving would do."""
    form = desk.get(f"editions/{slug}/move")
    return desk.seat.submit(form, "action=look", **changed)


def mails(desk: Desk) -> list[str]:
    with desk.rows() as session:
        keys = session.scalars(select(OutboxJob.key).where(OutboxJob.topic == "mail").order_by(OutboxJob.id))
        return [key for key in keys if "moved" in key]


def test_what_moving_means_is_shown_and_then_done(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug, seats=2)
    desk.book(slug, email="bea@example.org")
    page = plan(desk, slug, **NEW_DAY)
    assert "2 bookings are told" in page.text
    assert "Saturday 12 December 2026" in page.text
    assert f"may cancel free of charge until {UNTIL}" in page.text
    page = desk.submit(page, words_fr="Désolée.", words_en="")
    assert "2 bookings are written to" in page.text
    assert len(mails(desk)) == 2
    with desk.rows() as session:
        edition = session.scalars(select(Edition)).one()
        assert (edition.starts_at, edition.moved_at) == (at("2026-12-12 09:00"), desk.now)


def test_participants_are_told_and_may_go_for_nothing(desk: Desk) -> None:
    slug = desk.edition()
    mine = desk.book_and_pay(slug)
    desk.submit(plan(desk, slug, **NEW_DAY))
    page = desk.browser.get(mine.request.path)
    assert "This date was moved" in page.text
    assert UNTIL in page.text
    page = desk.at("2026-11-11 23:59:59").cancellation(mine)
    assert "this date was moved" in page.text
    assert "Cancel free of charge" in page.text
    page = desk.at("2026-11-12 00:00").cancellation(mine)
    assert "Cancel for a fee of CHF\N{NO-BREAK SPACE}102.00" in page.text
    assert "This date was moved" not in desk.browser.get(mine.request.path).text


def test_who_books_the_new_date_reads_nothing_of_it(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    desk.submit(plan(desk, slug, **NEW_DAY))
    page = desk.at("2026-11-02 09:00").book_and_pay(slug, email="new@example.org")
    assert "was moved" not in page.text
    assert "Cancel for a fee" in desk.cancellation(page).text


def test_the_letter_names_both_days_in_the_language_of_the_booking(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    desk.submit(plan(desk, slug, **NEW_DAY), words_en="The room was flooded.")
    with desk.rows():
        jobs.current_jobs().drain()
    box = desk.browser.get("/en/demo/mailbox")
    assert "New date: Keeping a blog, Saturday 12 December 2026" in box.text
    address = re.search(r'href="([^"]+)"[^>]*>[^<]*New date', box.text)
    assert address
    letter = desk.browser.get(address[1])
    assert ".ics" in letter.text


def test_if_somebody_books_meanwhile_it_is_shown_anew(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    page = plan(desk, slug, **NEW_DAY)
    desk.book_and_pay(slug, email="bea@example.org")
    page = desk.submit(page, words_en="Sorry.")
    assert page.status_code == 409
    assert "Nothing was done" in page.text
    assert "2 bookings are told" in page.text
    assert (value_of(page, "words_en") or "").strip() == "Sorry."
    assert mails(desk) == []
    assert "2 bookings are written to" in desk.submit(page).text


def test_a_transfer_that_is_awaited_is_due_before_the_new_day(desk: Desk) -> None:
    slug = desk.edition()
    mine = desk.book(slug)
    page = plan(desk, slug, **{"meetings-0-day": "2026-11-10"})
    assert "to be paid by Sunday 8 November 2026 at 23:59, earlier than was said" in page.text
    desk.submit(page)
    with desk.rows() as session:
        assert session.scalars(select(Booking)).one().hold_until == at("2026-11-08 23:59:59")
    page = desk.browser.get(mine.request.path)
    assert "Sunday 8 November 2026" in page.text
    assert "Wednesday 11 November" not in page.text


def test_who_is_paying_by_card_right_now_keeps_the_seat(desk: Desk) -> None:
    slug = desk.edition()
    paying = desk.book(slug, "demo")
    desk.submit(plan(desk, slug, **NEW_DAY))
    page = desk.browser.submit(paying, "button=pay", refunds="succeed")
    assert "Your seat is confirmed" in page.text
    assert UNTIL in page.text


def test_another_place(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    with desk.rows():
        make_venue(slug="morges", name="Le Lieu", town="Morges")
    page = plan(desk, slug, venue="morges")
    assert "Le Lieu, Morges" in page.text
    assert UNTIL in page.text
    desk.submit(page)
    with desk.rows():
        jobs.current_jobs().drain()
    assert "New place: Keeping a blog" in desk.browser.get("/en/demo/mailbox").text


def test_another_address_for_joining_frees_nobody(desk: Desk) -> None:
    slug = desk.edition(online_url="https://meet.example.org/a")
    desk.book_and_pay(slug)
    page = plan(desk, slug, online_url="https://meet.example.org/b")
    assert "nobody gets a right to cancel for free" in page.text
    desk.submit(page)
    with desk.rows() as session:
        assert session.scalars(select(Edition)).one().moved_at is None
    assert len(mails(desk)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"meetings-0-day": "2026-10-12"}, "meetings-0-day"),
        ({"meetings-0-day": "2027-03-28", "meetings-0-starts": "02:15"}, "meetings-0-day"),
        ({"venue": ""}, "venue"),
        ({"decision_day": "2027-01-01"}, "decision_day"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(desk: Desk, changed: dict[str, str], field: str) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    page = plan(desk, slug, **changed)
    assert (page.status_code, errors_of(page)) == (422, [field])


def test_nothing_changed_is_nothing_to_tell(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    assert "Nothing is changed by this" in plan(desk, slug).text


def test_change_something_goes_back_to_what_was_typed(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    page = desk.submit(plan(desk, slug, **NEW_DAY), "back=1")
    assert value_of(page, "meetings-0-day") == "2026-12-12"


def test_who_is_about_to_book_sees_the_new_day_first(desk: Desk) -> None:
    slug = desk.edition()
    check = desk.check(slug)
    desk.submit(desk.get(f"editions/{slug}/edit"), **NEW_DAY)
    page = desk.browser.submit(check)
    assert page.status_code == 409
    assert "This date was changed while you were booking" in page.text
    assert "Saturday 12 December 2026" in page.text
    assert desk.bookings() == []
    desk.browser.submit(page)
    assert desk.bookings() == [("pending", 1)]


def test_a_session_can_be_added_on_the_way(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    form = desk.seat.submit(desk.get(f"editions/{slug}/move"), "action=add")
    second = {"meetings-1-day": "2026-12-12", "meetings-1-starts": "09:00", "meetings-1-ends": "12:00"}
    page = desk.submit(desk.seat.submit(form, "action=look", **second))
    assert "1 booking is written to" in page.text
    with desk.rows() as session:
        assert len(session.scalars(select(Edition)).one().meetings) == 2


def test_who_has_no_e_mail_address_is_marked(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    with desk.rows() as session:
        session.scalars(select(Booking)).one().email = ""
        session.commit()
    assert "no e-mail address" in plan(desk, slug, **NEW_DAY).text
    assert "no e-mail address" in desk.get(f"editions/{slug}/calling-off").text
