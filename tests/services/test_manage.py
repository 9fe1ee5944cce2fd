"""What participants change on their booking themselves."""

from __future__ import annotations

import pytest

from booking.domain.bilingual import Bilingual
from booking.domain.errors import EditingClosed
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Question, QuestionKind
from booking.services import manage
from booking.services.manage import SeatChange
from tests.factories import make_class, make_edition
from tests.services.shop import Shop


def answers(booking: Booking) -> dict[int, str]:
    return {answer.question_id: answer.value for answer in booking.attendees[0].answers}


def test_names_and_answers_may_be_changed_until_a_day_before(shop: Shop) -> None:
    question = Question(key="level", position=0, kind=QuestionKind.TEXT, label=Bilingual("Niveau"), hint=Bilingual())
    booking = shop.book(make_edition(make_class(questions=[question])))
    [seat] = booking.attendees
    for value in ("some", "much", ""):
        change = SeatChange("Zoé Exemple", "zoe@example.org", {question.id: value, question.id + 1: "gone"})
        manage.change_attendees(booking.id, {seat.id: change}, shop.at("2026-12-04 09:00").now)
        assert (seat.name, answers(booking)) == ("Zoé Exemple", {question.id: value})
    with pytest.raises(EditingClosed):
        manage.change_attendees(booking.id, {seat.id: change}, shop.at("2026-12-04 09:00:01").now)


def test_nobody_changes_a_booking_that_has_ended_or_a_seat_that_is_cancelled(shop: Shop) -> None:
    booking = shop.book(make_edition(), seats=2)
    gone, seat = booking.attendees
    shop.cancel(booking, seats=1)
    change = SeatChange("Zoé Exemple", "", {})
    manage.change_attendees(booking.id, {gone.id: change, seat.id: change}, shop.now)
    assert (gone.name, seat.name) == ("Person 1", "Zoé Exemple")
    shop.cancel(booking)
    with pytest.raises(EditingClosed):
        manage.change_attendees(booking.id, {seat.id: change}, shop.now)


def test_fresh_links_for_all_bookings_of_an_address_in_one_mail(shop: Shop) -> None:
    edition = make_edition()
    mine = [shop.book(edition, email="ada@example.org") for _ in range(2)]
    other = shop.book(edition, email="bea@example.org")
    for version in (2, 3):
        manage.send_links("ada@example.org", shop.now)
        assert [booking.link_version for booking in (*mine, other)] == [version, version, 1]
    manage.send_links("nobody@example.org", shop.now)
    shop.drain()
    assert [key for key in shop.mails if "link" in key] == [f"mail-link-{mine[1].id}-{version}" for version in (2, 3)]


def test_no_links_for_what_is_long_past(shop: Shop) -> None:
    booking = shop.book(make_edition())
    manage.send_links("ada@example.org", shop.at("2027-12-05 17:01").now)
    assert booking.link_version == 1
    shop.sweep()
