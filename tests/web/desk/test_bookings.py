"""The table of bookings and the page of one, as the desk sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.domain.actor import ORGANISER, at_the_desk
from booking.domain.booking import BookingState
from booking.domain.payment import DocumentKind
from booking.persistence import journal, notes
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.organisers import Organiser
from booking.persistence.sent_mails import SentMail
from booking.persistence.transaction import atomic
from tests.factories import make_booking, make_document, make_edition
from tests.statements import counted_queries
from tests.web.desk.organiser import Desk
from tests.web.inspection import Page

ADDRESS = {"street": "Rue du Lac", "house_number": "4", "postcode": "1003", "town": "Lausanne"}


def made(desk: Desk, *args: Any, **facts: Any) -> str:
    """The reference of a new booking."""
    with desk.rows():
        return make_booking(*args, **facts).reference


def names(page: TestResponse) -> list[str]:
    """Who booked, in the order of the table."""
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [row.partition("</a>")[0].rpartition(">")[2] for row in body.split('<th scope="row">')[1:]]


def test_a_booking_is_in_the_table_as_soon_as_it_is_made(desk: Desk) -> None:
    assert "Nobody has booked yet" in desk.get("bookings/").text
    desk.book(desk.edition(), name="Hélène Müller", seats=2)
    page = desk.get("bookings/")
    assert names(page) == ["Hélène Müller"]
    assert "Person 2" in page.text
    assert "To be paid" in page.text
    assert "1 booking" in page.text
    assert "2 seats" in page.text
    assert "CHF\xa0680.00 to be paid" in page.text


@pytest.mark.parametrize(
    "words", ["muller", "HELENE", "mül hél", "helene@example.org", "Fiduciaire", "zoe", "{reference}", "{bare}"]
)
def test_it_is_found_by_any_part_of_a_name_an_address_or_its_reference(desk: Desk, words: str) -> None:
    facts = {"names": ["Hélène Müller", "Zoé Frei"], "email": "helene@example.org", "company": "Fiduciaire du Lac"}
    reference = made(desk, **facts)
    made(desk, names=["Luca Bianchi"])
    sought = words.format(reference=reference.lower(), bare=reference.replace("-", ""))
    assert names(desk.get("bookings/", q=sought)) == ["Hélène Müller"]


def test_it_is_found_by_the_reference_and_the_number_of_its_bill(desk: Desk) -> None:
    with desk.rows():
        booking = make_booking(names=["Bea Muster"], qr_reference="210000000003139471430009017")
        number = make_document(booking, DocumentKind.INVOICE, 34000).number
    made(desk, names=["Luca Bianchi"])
    for sought in ("21 00000 00003 13947 14300 09017", number, number.lower().replace("-", "")):
        assert names(desk.get("bookings/", q=sought)) == ["Bea Muster"]


def test_what_nobody_is_called_finds_nobody_and_says_what_to_do(desk: Desk) -> None:
    made(desk)
    for sought in ("%", "_", "\\", "🙂", "nobody"):
        assert "No booking matches" in desk.get("bookings/", q=sought).text


def test_what_is_chosen_in_the_address_stays_in_the_form(desk: Desk) -> None:
    chosen = {"q": "muller", "state": "confirmed", "payment": "paid", "since": "2026-10-01", "sort": "name"}
    forms = Page.of(desk.get("bookings/", **chosen).text).forms
    fields = dict(next(form for form in forms if form.method == "get").fields)
    assert fields == chosen | {"class": "", "edition": "", "by": "", "until": ""} or fields == chosen | {"until": ""}


def test_filters_leave_what_they_say(desk: Desk) -> None:
    with desk.rows():
        first, second = make_edition(), make_edition()
        make_booking(first, BookingState.CONFIRMED, names=["Paid"])
        make_booking(second, names=["Waiting"])
        slug, of_class = first.slug, second.master_class.slug
    assert names(desk.get("bookings/", state="pending")) == ["Waiting"]
    assert names(desk.get("bookings/", payment="paid")) == ["Paid"]
    assert names(desk.get("bookings/", edition=slug)) == ["Paid"]
    assert names(desk.get("bookings/", **{"class": of_class})) == ["Waiting"]
    assert names(desk.get("bookings/", since="2026-11-01", until="2026-11-01")) == ["Waiting", "Paid"]
    assert names(desk.get("bookings/", until="2026-10-31")) == []
    assert names(desk.get("bookings/", by="class", since="2026-12-05", until="2026-12-05")) == ["Waiting", "Paid"]
    nonsense = {"state": "x", "payment": "x", "since": "x", "until": "9999-12-31", "sort": "x", "page": "x"}
    assert names(desk.get("bookings/", **nonsense)) == ["Waiting", "Paid"]


def test_a_column_is_sorted_by_a_link_and_turned_by_another(desk: Desk) -> None:
    for name in ("Émile", "Dora", "Zoé"):
        made(desk, names=[name])
    page = desk.get("bookings/")
    assert names(page) == ["Zoé", "Dora", "Émile"]  # the newest first
    link = next(element for element in Page.of(page.text).all("a") if element.text == "Booked by")
    page = desk.seat.get(link.attributes["href"])
    assert names(page) == ["Dora", "Émile", "Zoé"]
    assert 'aria-sort="ascending"' in page.text
    link = next(element for element in Page.of(page.text).all("a") if element.text == "Booked by")
    assert names(desk.seat.get(link.attributes["href"])) == ["Zoé", "Émile", "Dora"]


def test_fifty_stand_on_a_page(desk: Desk) -> None:
    many(desk, 51)
    page = desk.get("bookings/", sort="booked")
    assert len(names(page)) == 50
    assert "Page 1 of 2" in page.text
    last = desk.get("bookings/", sort="booked", page=2)
    assert names(last) == ["Person 50"]
    assert names(desk.get("bookings/", sort="booked", page=99)) == ["Person 50"]  # there are no more


QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"q": "person", "payment": "overdue", "sort": "-payment"},
    {"state": "pending", "sort": "class"},
)


def test_a_page_takes_as_many_statements_for_one_row_as_for_fifty(desk: Desk) -> None:
    many(desk, 1)
    counts = []
    for more in (0, 49):
        many(desk, more, first=1)
        for query in (
            {},
            {"q": "person", "payment": "overdue", "sort": "-payment"},
            {"state": "pending", "sort": "class"},
        ):
            desk.get("bookings/", **query)  # looks up what is looked up once a second
            with desk.rows(), counted_queries() as asked:
                desk.get("bookings/", **query)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]


def many(desk: Desk, number: int, first: int = 0) -> None:
    with desk.rows():
        edition = db.session.scalars(select(Edition)).first() or make_edition(capacity=200)
        for each in range(first, first + number):
            booking = make_booking(edition, names=[f"Person {each}", "Somebody"], email=f"p{each}@example.org")
            make_document(booking, DocumentKind.INVOICE, 68000)


def test_trainers_see_no_list_and_no_booking(desk: Desk) -> None:
    reference = made(desk)
    for path in ("bookings/", f"bookings/{reference}"):
        assert desk.as_("trainer").get(path).status_code == 403
        assert desk.as_("staff").get(path).status_code == 200


# One booking


def test_its_page_says_where_it_stands_and_shows_everything(desk: Desk) -> None:
    desk.book(desk.edition(), name="Ada Exemple", seats=2, phone="079 000 00 00", **ADDRESS)
    page = show(desk)
    said = ("CHF\xa0680.00 is to be paid by Wednesday 11 November 2026.", "INV-00001", "Awaiting payment", "Booked")
    for words in (*said, "2 seats", "Ada Exemple", "Person 2", "079 000 00 00", "Rue du Lac 4"):
        assert words in page.text, words
    desk.at("2026-11-20 12:00")
    desk.run_jobs()  # the hold has ended
    assert "Nothing is owed on either side." in show(desk.as_("staff")).text


def test_what_is_overdue_says_since_when(desk: Desk) -> None:
    with desk.rows():
        booking = make_booking(make_edition(), BookingState.CONFIRMED, paid=False)
        make_document(booking, DocumentKind.INVOICE, 34000)
        reference = booking.reference
    desk.at("2026-11-15 12:00")
    assert (
        "CHF\xa0340.00 was to be paid by Wednesday 11 November 2026, 4 days ago."
        in desk.get(f"bookings/{reference}").text
    )


def test_it_says_what_cancelling_would_cost(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    desk.at("2026-11-18 12:00")
    costs = desk.get(f"bookings/{reference_of(desk)}").text.partition("If it were cancelled")[2]
    assert [words for words in ("CHF\xa0102.00", "CHF\xa0170.00", "CHF\xa0272.00") if words in costs] == [
        "CHF\xa0102.00", "CHF\xa0170.00", "CHF\xa0272.00",
    ]  # fmt: skip


def test_of_a_hold_it_says_in_a_sentence_what_cancelling_would_do(desk: Desk) -> None:
    one, two = made(desk), made(desk, seats=2, email="two@example.org")
    box = desk.get(f"bookings/{one}").text.partition("If it were cancelled")[2].partition("</section>")[0]
    assert "Nothing was paid yet: there is no fee, the seat is free again, and nothing more is asked for." in box
    assert "<table" not in box.partition("<details>")[0]
    assert "the 2 seats are free again" in desk.get(f"bookings/{two}").text


def test_the_table_names_who_attends_only_where_that_is_somebody_else(desk: Desk) -> None:
    made(desk, name="Bea Muster", names=["Bea Muster"])
    made(desk, name="Ada Muster", names=["Carl Muster", "Dora Muster"], seats=2, email="ada@example.org")
    page = desk.get("bookings/").text
    assert page.count("Bea Muster") == 1
    assert "<small>for Carl Muster, Dora Muster</small>" in page


def test_its_timeline_tells_everything_in_order_and_who_did_it(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    desk.run_jobs()
    write_note(desk, "Called, comes later.")
    page = show(desk)
    order = ["Booked", "Payment page opened", "Payment received", "Confirmed", "REC-00001"]
    timeline = page.text.partition('class="timeline"')[2]
    places = [timeline.index(words) for words in order]
    assert places[0] == min(places)
    for words in ("Called, comes later.", "Owner", "to who booked", "copy to the organiser", "Payment provider"):
        assert words in timeline, words
    only_mails = show(desk, show="mail").text.partition('class="timeline"')[2]
    assert "to who booked" in only_mails
    assert "Payment received" not in only_mails
    assert "Nothing of that kind" not in show(desk, show="x").text


def test_its_timeline_tells_what_was_done_to_its_date_since(desk: Desk) -> None:
    slug = desk.edition()
    with desk.rows() as session, atomic():
        edition_id = session.scalars(select(Edition.id).where(Edition.slug == slug)).one()
        journal.note("run_decided", ORGANISER, desk.now - timedelta(days=1), edition_id=edition_id)
    desk.book(slug)
    assert "Decided that the date takes place" not in show(desk).text
    with desk.rows(), atomic():
        journal.note("run_decided", ORGANISER, desk.now, edition_id=edition_id)
    assert "Decided that the date takes place" in show(desk).text


def test_a_mail_is_read_as_it_left_and_opens_nothing(desk: Desk) -> None:
    paid = desk.book_and_pay(desk.edition())
    desk.run_jobs()
    with desk.rows() as session:
        mail = session.scalars(select(SentMail).where(SentMail.reader == "booker")).one()
        reference, number, subject = session.scalars(select(Booking.reference)).one(), mail.id, mail.subject
        assert mail.recipient == "ada@example.org"
        assert mail.attachments == ["REC-00001.pdf", f"{reference}.ics"]
    page = desk.get(f"bookings/{reference}/mails/{number}")
    assert Page.of(page.text).text_of("h1") == subject
    assert "REC-00001.pdf" in page.text
    frame = FlaskClient.open(desk.seat, f"/en/desk/bookings/{reference}/mails/{number}/letter")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    token = paid.request.path.rpartition("/my/")[2]
    for text in (page.text, frame.text):
        assert "/my/…" in text
        assert token not in text
    other = made(desk)
    assert desk.get(f"bookings/{other}/mails/{number}").status_code == 404


def test_a_mail_that_cannot_leave_says_why(desk: Desk) -> None:
    desk.book(desk.edition())
    page = show(desk, show="mail")
    assert "E-mail that waits" in page.text
    assert "leaves in a moment" in page.text


def test_a_year_later_the_words_of_mails_are_gone(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    desk.run_jobs()
    desk.at("2027-12-01 12:00")
    desk.run_jobs()
    page = show(desk, show="mail")
    assert "E-mail, no longer kept" in page.text
    with desk.rows() as session:
        kept = session.scalars(select(SentMail)).all()
        assert {(mail.recipient, mail.subject, mail.source) for mail in kept} == {("", "", None)}


def test_its_papers_are_drawn_and_those_of_others_are_not(desk: Desk) -> None:
    desk.book(desk.edition())
    reference = reference_of(desk)
    paper = desk.get(f"bookings/{reference}/documents/INV-00001.pdf")
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")
    other = made(desk)
    assert desk.get(f"bookings/{other}/documents/INV-00001.pdf").status_code == 404


def test_answers_are_shown_as_words(desk: Desk) -> None:
    choices = [{"key": "new", "fr": "Débutant", "en": "Beginner"}]
    slug = desk.edition_asking(kind="choice", choices=choices, required=False)
    fields = (element.attributes.get("name", "") for element in Page.of(desk.form(slug).text).all("select", "input"))
    field = next(name for name in fields if name.startswith("seats-0-q"))
    desk.book(slug, **{field: "new"})
    page = show(desk)
    assert "Level" in page.text
    assert "Beginner" in page.text


def test_a_reference_is_read_in_small_letters_and_an_unknown_one_is_not_found(desk: Desk) -> None:
    reference = made(desk)
    assert desk.get(f"bookings/{reference.lower()}").status_code == 200
    assert desk.get("bookings/AAAA-AAAA").status_code == 404


def test_its_page_takes_as_many_statements_for_a_long_story(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    counts = []
    for _ in range(2):
        show(desk)
        with desk.rows(), counted_queries() as asked:
            show(desk)
        counts.append(len(asked))
        for number in range(20):
            write_note(desk, f"Note {number}")
    assert counts[0] == counts[1]


def reference_of(desk: Desk) -> str:
    """Of the only booking."""
    with desk.rows() as session:
        return str(session.scalars(select(Booking.reference)).one())


def show(desk: Desk, **query: Any) -> TestResponse:
    """The page of the only booking."""
    return desk.get(f"bookings/{reference_of(desk)}", **query)


def write_note(desk: Desk, body: str) -> None:
    """By the owner, on the only booking."""
    desk.person("owner")
    with desk.rows() as session:
        booking_id, person_id = session.scalars(select(Booking.id)).one(), session.scalars(select(Organiser.id)).one()
        with atomic():
            notes.write(booking_id, body, at_the_desk(person_id), desk.now)
