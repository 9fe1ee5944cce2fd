"""Writing to participants, as the trainer does it between two lessons."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from booking.config import current
from booking.domain.booking import BookingState
from booking.domain.payment import DocumentKind, LedgerKind
from booking.persistence import ledger
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message, MessageRecipient
from booking.persistence.transaction import atomic
from tests import factories
from tests.statements import counted_queries
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of

TYPED = {
    "subject_fr": "La salle",
    "subject_en": "The room",
    "text_fr": "Bonjour {name}, à **demain**.",
    "text_en": "Hello {name}, see you **tomorrow**.",
}


@pytest.fixture
def slug(desk: Desk) -> str:
    """Edition R with one confirmed booking in each language, and one that awaits payment."""
    slug = desk.edition()
    with desk.rows() as session:
        edition = session.query(Edition).filter_by(slug=slug).one()
        for locale, email in (("fr", "fr@example.org"), ("en", "en@example.org")):
            factories.make_booking(edition, BookingState.CONFIRMED, locale=locale, email=email, name=email)
        pending = factories.make_booking(edition, locale="fr", email="pending@example.org", name="Pending")
        factories.make_document(pending, DocumentKind.INVOICE, 34000)
    return slug


def write(desk: Desk, slug: str, **changes: Any) -> Any:
    return desk.submit(desk.get("messages/new", edition=slug), **TYPED | changes)


def mails(desk: Desk) -> list[EmailMessage]:
    desk.run_jobs()
    with desk.rows():
        folder = current().data_dir / "mail"
    files = sorted(folder.glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=default) for path in files]


def test_a_message_from_the_first_word_to_the_log(desk: Desk, slug: str) -> None:
    draft = write(desk, slug)
    assert "2 people get it" in draft.text
    assert "1 in French, 1 in English" in draft.text
    sent = desk.submit(draft)
    assert "0 of 2 sent" in sent.text
    assert sent.headers["Refresh"] == "3"
    found = {mail["To"].addresses[0].addr_spec: mail["Subject"] for mail in mails(desk)}
    assert found == {"fr@example.org": "La salle", "en@example.org": "The room"}
    log = desk.get(sent.request.path.removeprefix("/en/desk/"))
    assert "2 of 2 sent" in log.text
    assert "Every mail has left." in log.text
    assert "Refresh" not in log.headers
    assert "The room" in desk.get("messages/").text
    assert "The room" in desk.get("messages/", edition=slug).text


def test_who_has_no_address_is_named_with_the_telephone(desk: Desk, slug: str) -> None:
    with desk.rows() as session:
        edition = session.query(Edition).filter_by(slug=slug).one()
        otto = factories.make_booking(
            edition, BookingState.CONFIRMED, email="", name="Otto Muster", phone="021 555 01 02"
        )
        reference = otto.reference
    draft = write(desk, slug)
    assert "No mail reaches 1 person: tell them yourself" in draft.text
    assert f'/en/desk/bookings/{reference}">Otto Muster</a>' in draft.text
    assert 'href="tel:0215550102"' in draft.text
    sent = desk.submit(draft)
    mails(desk)
    log = desk.get(sent.request.path.removeprefix("/en/desk/"))
    assert "2 of 2 sent" in log.text
    assert "No mail reaches 1 person" in log.text
    assert 'href="tel:0215550102"' in log.text
    assert f"Otto Muster, {reference} (no e-mail address)" in desk.get("messages/new", edition=slug).text


def test_a_message_that_reaches_nobody_by_mail_says_whom_to_call(desk: Desk, slug: str) -> None:
    with desk.rows() as session:
        for booking in session.query(Booking):
            booking.email = ""
        session.commit()
    draft = write(desk, slug)
    assert "No mail reaches 2 people: tell them yourself" in draft.text
    assert "Nobody matches" not in draft.text
    assert "sending" not in draft.text


def test_who_cancels_before_the_mail_leaves_is_skipped_and_counted(desk: Desk, slug: str) -> None:
    sent = desk.submit(write(desk, slug, audience="all"))
    with desk.rows() as session:
        gone = session.query(Booking).filter_by(email="pending@example.org").one()
        factories.make_cancellation(gone)
        with atomic():
            ledger.enter(gone.id, LedgerKind.CANCELLATION_CREDIT, 34000, desk.now)
    assert [mail["Subject"] for mail in mails(desk)] == ["La salle", "The room"]
    log = desk.get(sent.request.path.removeprefix("/en/desk/"))
    assert "2 of 3 sent" in log.text
    assert "1 person was skipped" in log.text


def test_a_language_that_somebody_needs_is_asked_for(desk: Desk, slug: str) -> None:
    page = write(desk, slug, subject_en="", text_en="")
    assert page.status_code == 422
    assert errors_of(page) == ["subject_en", "text_en"]
    assert "La salle" in page.text, "nothing typed is lost"
    with desk.rows() as session:
        assert session.query(Message).count() == 0
    assert "Write the subject in English too" in page.text
    nothing = write(desk, slug, **dict.fromkeys(TYPED, ""))
    assert "Write the subject in French." in nothing.text
    assert " too: " not in nothing.text
    only_french = write(desk, slug, subject_en="", text_en="", audience="pending")
    assert "1 person gets it" in only_french.text


def test_what_cannot_be_filled_in_is_told_at_the_field(desk: Desk, slug: str) -> None:
    page = write(desk, slug, text_en="Hello {nom}")
    assert errors_of(page) == ["text_en"]
    assert "{nom} cannot be filled in here" in page.text
    page = write(desk, slug, text_en="{link}", reach="attendees")
    assert errors_of(page) == ["text_en"], "who only attends gets no key to the booking"


def test_only_those_who_were_chosen(desk: Desk, slug: str) -> None:
    with desk.rows() as session:
        booking = session.query(Booking).filter_by(email="en@example.org").one()
        number, reference = booking.id, booking.reference
    page = write(desk, slug, audience="chosen")
    assert errors_of(page) == ["chosen"]
    assert "1 person gets it" in write(desk, slug, audience="chosen", chosen=str(number)).text
    for query in ({"edition": slug, "reference": reference}, {"reference": reference}):
        assert "1 person gets it" in desk.submit(desk.get("messages/new", **query), **TYPED).text


def test_all_coming_dates_of_a_class(desk: Desk, slug: str) -> None:
    with desk.rows() as session:
        edition = session.query(Edition).filter_by(slug=slug).one()
        owner = edition.master_class.slug
        later = factories.make_edition(edition.master_class, [("2027-01-16 09:00", "2027-01-16 17:00")])
        factories.make_booking(later, BookingState.CONFIRMED, email="later@example.org")
    draft = desk.submit(desk.get("messages/new", **{"class": owner}), **TYPED)
    assert "3 people get it" in draft.text


def test_a_test_goes_to_oneself_alone(desk: Desk, slug: str) -> None:
    page = desk.submit(write(desk, slug), form=0)
    assert "A test is on its way to owner@example.org" in page.text
    sent = mails(desk)
    assert {mail["To"].addresses[0].addr_spec for mail in sent} == {"owner@example.org"}
    for mail in sent:
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                assert re.search("This is a test|Ceci est un (essai|test)|C’est un (essai|test)", part.get_content())


def test_the_sample_is_the_letter_and_may_only_be_framed_by_us(desk: Desk, slug: str) -> None:
    draft = write(desk, slug)
    page = desk.seat.get(f"{draft.request.path}/fr")
    assert re.search(r"Bonjour Owner, à <strong[^>]*>demain</strong>", page.text)
    assert "Ceci est un essai" not in page.text, "it ends as the readers' does"
    assert "parce que vous vous êtes inscrit·e chez nous" in page.text
    assert "sandbox" in page.headers["Content-Security-Policy"]


def test_a_draft_can_be_changed_and_deleted_and_what_was_sent_cannot(desk: Desk, slug: str) -> None:
    draft = write(desk, slug)
    path = draft.request.path.removeprefix("/en/desk/")
    changed = desk.submit(desk.get(f"{path}/edit"), subject_en="Another room")
    assert "Another room" in changed.text
    desk.submit(changed)
    assert desk.get(f"{path}/edit").request.path.endswith(path)


def test_others_than_shown_are_not_written_to(desk: Desk, slug: str) -> None:
    draft = write(desk, slug)
    with desk.rows() as session:
        edition = session.query(Edition).filter_by(slug=slug).one()
        factories.make_booking(edition, BookingState.CONFIRMED, email="late@example.org")
    again = desk.submit(draft)
    assert again.status_code == 409
    assert "3 people get it" in again.text
    assert mails(desk) == []


def test_reminding_who_owes(desk: Desk, slug: str) -> None:
    page = desk.get("messages/reminders", edition=slug)
    assert "1 booking owes CHF\u00a0340.00" in page.text
    assert "Nobody is to be reminded" in desk.get("messages/reminders").text, "nothing is overdue"
    desk.submit(page)
    [mail] = mails(desk)
    assert mail["To"].addresses[0].addr_spec == "pending@example.org"
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"]
    assert "Nobody is to be reminded" in desk.get("messages/reminders", edition=slug).text
    desk.now += timedelta(days=5)
    desk.browsers.clear()  # signed in anew
    assert "1 booking owes" in desk.get("messages/reminders", edition=slug).text


def test_a_draft_whose_date_was_deleted_can_be_looked_at_and_deleted(desk: Desk, slug: str) -> None:
    draft = write(desk, slug)
    with desk.rows() as session, atomic():
        session.query(Message).one().editions = []
    page = desk.seat.get(draft.request.path)
    assert "0 people get it" in page.text
    assert desk.seat.get(f"{draft.request.path}/fr").status_code == 404
    assert desk.submit(page, form=0).status_code == 404, "no test without a date"
    assert "The draft is deleted." in desk.submit(page, form=1).text
    assert desk.submit(page, form=1).request.path == "/en/desk/messages/", "pressed twice"
    assert desk.submit(draft).status_code == 404, "there is nothing left to send"


def test_a_message_begins_with_its_date(desk: Desk, slug: str) -> None:
    assert f"edition={slug}" in desk.get("messages/new").text


def test_trainers_do_not_write_to_participants(desk: Desk, slug: str) -> None:
    desk.as_("trainer")
    for path in ("messages/", "messages/new", "messages/reminders"):
        assert desk.get(path).status_code == 403


def test_statements_do_not_grow_with_the_people(desk: Desk, slug: str) -> None:
    draft = write(desk, slug).request.path.removeprefix("/en/desk/")
    sent = desk.submit(write(desk, slug)).request.path.removeprefix("/en/desk/")
    counts = []
    for _ in range(2):
        for path, query in (("messages/", {}), (draft, {}), (sent, {}), ("messages/reminders", {"edition": slug})):
            desk.get(path, **query)
            with desk.rows(), counted_queries() as asked:
                desk.get(path, **query)
            counts.append(sum("FROM counter" not in one for one in asked))  # that is looked up once a second
        with desk.rows() as session:
            edition = session.query(Edition).filter_by(slug=slug).one()
            kept = session.query(Message).filter(Message.sent_at.is_not(None)).one()
            for number in range(3):
                booking = factories.make_booking(edition, email=f"more{number}@example.org")
                factories.make_document(booking, DocumentKind.INVOICE, 34000)
                with atomic():
                    session.add(MessageRecipient(message_id=kept.id, booking_id=booking.id, locale="fr"))
    assert counts[:4] == counts[4:]
