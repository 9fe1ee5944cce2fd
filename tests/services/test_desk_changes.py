"""What the organiser changes on a booking without moving money: people, addresses, links, letters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.errors import NotFound, NotPossibleNow
from booking.domain.orders import Contact
from booking.persistence import letters, sent_mails
from booking.persistence.bookings import Answer, Booking
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import Question, QuestionKind
from booking.persistence.transaction import atomic
from booking.services import manage
from booking.services.manage import SeatChange
from tests.factories import make_class, make_edition
from tests.services.desk import Desk
from tests.services.shop import Shop


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


def answered(shop: Shop) -> Booking:
    """A paid booking whose attendee has answered a question."""
    offer = make_class()
    with atomic():
        texts = {"label": Bilingual("Niveau", "Level"), "hint": Bilingual(), "choices": []}
        question = Question(
            master_class_id=offer.id, key="level", position=1, kind=QuestionKind.TEXT, when="before", **texts
        )
        db.session.add(question)
    booking = shop.pay(shop.book(make_edition(offer)))
    with atomic():
        booking.active[0].answers.append(Answer(question_id=question.id, value="I have a bad knee"))
    return booking


def keys(shop: Shop) -> list[str]:
    shop.drain()
    return [" ".join(key.split("-")[1:3]) for key in shop.mails]


def test_14_a_substitute_is_free_and_starts_with_an_empty_questionnaire(shop: Shop, desk: Desk) -> None:
    booking = answered(shop)
    papers = shop.papers(booking)
    shop.at("2026-12-04 18:00")
    [seat] = booking.active
    manage.substitute(booking.id, seat.id, "Zora Neu", "zora@example.org", manage.seat_seen(seat), shop.now, desk.me)
    assert (seat.name, seat.email, seat.answers) == ("Zora Neu", "zora@example.org", [])
    assert db.session.query(Answer).count() == 0
    assert (shop.balance(booking), shop.papers(booking), len(booking.attendees)) == (0, papers, 1)
    assert keys(shop)[-2:] == ["substitute booker", "joining attendee"]


@pytest.mark.parametrize("email", ["", "ada@example.org"])
def test_a_substitute_without_an_own_address_is_told_by_who_booked(shop: Shop, desk: Desk, email: str) -> None:
    booking = answered(shop)
    [seat] = booking.active
    manage.substitute(booking.id, seat.id, "Zora Neu", email, manage.seat_seen(seat), shop.now, desk.me)
    assert keys(shop)[-1] == "substitute booker"


def test_who_holds_a_seat_unpaid_sends_nobody_a_joining_letter_yet(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    [seat] = booking.active
    manage.substitute(booking.id, seat.id, "Zora Neu", "zora@example.org", manage.seat_seen(seat), shop.now, desk.me)
    assert keys(shop)[-1] == "substitute booker"


def test_a_better_spelling_keeps_the_answers(shop: Shop, desk: Desk) -> None:
    booking = answered(shop)
    shop.at("2026-12-05 08:00")  # too late for the participant
    [seat] = booking.active
    manage.correct_attendee(
        booking.id, seat.id, SeatChange("Zoë Neu", "", {}), manage.seat_seen(seat), shop.now, desk.me
    )
    assert (seat.name, len(seat.answers)) == ("Zoë Neu", 1)


def test_a_seat_that_was_given_up_is_nobody_s(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition(), seats=2))
    gone = booking.active[0].id
    shop.cancel(booking, seats=1)
    with pytest.raises(NotPossibleNow):
        manage.substitute(booking.id, gone, "Zora", "", "", shop.now, desk.me)
    with pytest.raises(NotFound):
        manage.substitute(booking.id, 9999, "Zora", "", "", shop.now, desk.me)


def test_after_the_class_nobody_else_has_come(shop: Shop, desk: Desk) -> None:
    booking = answered(shop)
    shop.at("2026-12-05 17:00")
    with pytest.raises(NotPossibleNow):
        manage.substitute(booking.id, booking.active[0].id, "Zora", "", "", shop.now, desk.me)


def test_another_address_makes_the_old_links_useless(shop: Shop, desk: Desk) -> None:
    booking = answered(shop)
    contact = Contact("Ada Neu", "neu@example.org", company="Neu SA")
    manage.change_contact(booking.id, contact, "en", manage.contact_seen(booking), shop.now, desk.me)
    assert (booking.name, booking.email, booking.locale, booking.link_version) == (
        "Ada Neu",
        "neu@example.org",
        "en",
        2,
    )
    assert keys(shop)[-1].startswith("link ")
    entry = db.session.query(JournalEntry).filter_by(action="contact_changed").one()
    assert entry.facts == {"fields": ["company", "email", "locale", "name", "town"]}
    sent = len(keys(shop))
    manage.change_contact(booking.id, contact, "en", manage.contact_seen(booking), shop.now, desk.me)
    assert (booking.link_version, len(keys(shop))) == (2, sent)


def test_a_fresh_link_is_for_one_booking(shop: Shop, desk: Desk) -> None:
    booking = answered(shop)
    other = shop.book(make_edition())
    manage.send_link(booking.id, shop.now, desk.me)
    assert (booking.link_version, other.link_version) == (2, 1)
    assert keys(shop)[-1].startswith("link ")


def test_a_letter_goes_once_more(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    done = shop.at("2026-11-20 12:00").cancel(booking)
    key = f"mail-cancelled-booker-{booking.id}-cancellation_id{done.id}"
    mail = kept(booking, key, shop)
    for _ in range(2):  # a second press within the second
        manage.resend(booking.id, mail, shop.now, desk.me)
    shop.now += timedelta(minutes=1)
    manage.resend(booking.id, kept(booking, f"{key}-again1", shop), shop.now, desk.me)
    assert keys(shop).count("cancelled booker") == 3
    with pytest.raises(NotFound):
        manage.resend(booking.id, kept(booking, "mail-link-1-2", shop), shop.now, desk.me)
    with pytest.raises(NotFound):
        manage.resend(booking.id + 1, mail, shop.now, desk.me)


def kept(booking: Booking, key: str, shop: Shop) -> int:
    with atomic():
        facts = {"recipient": "ada@example.org", "subject": "Subject", "attachments": ()}
        copy = sent_mails.Copy(key=key, booking_id=booking.id, kind="kind", reader="booker", message=b"", **facts)
        sent_mails.keep(copy, shop.now)
    return db.session.query(sent_mails.SentMail).filter_by(key=key).one().id


def test_the_key_of_a_letter_says_what_it_told() -> None:
    assert letters.told_by("mail-late_refund-booker-7-payment_id3-refund_id4-again99") == (
        "late_refund",
        {"payment_id": 3, "refund_id": 4},
    )
    assert letters.told_by("mail-confirmed-booker-7") == ("confirmed", {})
    for other in ("mail-confirmed-organiser-7", "mail-link-7-2", "mail-joining-attendee-7-99", "mail-message-12"):
        assert letters.told_by(other) is None


def test_a_note_is_kept_with_its_writer(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition())
    manage.write_note(booking.id, "  Comes by wheelchair.  ", shop.now, desk.me)
    assert desk.notes(booking) == [("", "Comes by wheelchair.")]
    assert booking.state == BookingState.PENDING
