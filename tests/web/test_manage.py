"""The page of a booking in each of its states, its papers, and names that change until the cut-off."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.domain.booking import Confirmation
from booking.persistence.bookings import Answer, Attendee
from booking.persistence.documents import Document
from booking.persistence.outbox import OutboxJob
from tests import factories
from tests.web.inspection import Page
from tests.web.participant import Participant


def words(page: TestResponse) -> str:
    return Page.of(page.text).text_of("main").replace("\xa0", " ")


def again(participant: Participant, page: TestResponse) -> TestResponse:
    return participant.browser.get(page.request.path)


def names(participant: Participant) -> list[tuple[str, str]]:
    with participant.rows() as session:
        return [(seat.name, seat.email) for seat in session.scalars(select(Attendee).order_by(Attendee.id))]


# States


def test_waiting_for_a_transfer(participant: Participant):
    page = participant.book(participant.edition())
    text = words(page)
    for part in ("Awaiting payment", "Wednesday 11 November 2026", "CHF 340.00", "CH44 3199 9123 0008 8901 2"):
        assert part in text
    assert "<svg" in page.text
    assert "demo" in page.text


def test_waiting_for_a_card(participant: Participant):
    page = participant.browser.submit(participant.book(participant.edition(), "demo"), "button=back")
    assert "Sunday 1 November 2026 at 10:31" in words(page)
    assert 'http-equiv="refresh"' not in page.text
    assert page.text.count("data-countdown=") == 1
    assert "qr-bill" not in page.text
    assert 'value="transfer"' in page.text


def test_confirmed(participant: Participant):
    text = words(participant.book_and_pay(participant.edition()))
    for part in ("Confirmed", "Rue du Lac 4, 1003 Lausanne", "Metro M2", "Balance CHF 0.00", "If you cannot come"):
        assert part in text


def test_confirmed_on_account(participant: Participant):
    page = participant.book(participant.edition(confirmation=Confirmation.ON_BOOKING))
    text = words(page)
    assert "Confirmed" in text
    assert "Still to pay CHF 340.00" in text
    assert "Tuesday 1 December 2026" in text
    assert "qr-bill" in page.text


def test_the_online_address_is_for_confirmed_people(participant: Participant):
    slug = participant.edition(online_url="https://meet.example.org/secret")
    page = participant.book(slug, "demo")
    own = participant.browser.submit(page, "button=back")
    assert "meet.example.org" not in own.text
    assert "meet.example.org/secret" in participant.browser.submit(page, "button=pay").text


def test_expired(participant: Participant):
    page = participant.book(participant.edition())
    participant.at("2026-11-12 00:10").run_jobs()
    own = again(participant, page)
    assert "No payment arrived in time" in words(own)
    assert "Book again" in own.text
    assert "/cancellation" not in own.text.partition("<main")[2]
    assert 'name="channel"' not in own.text
    assert participant.browser.get(f"{page.request.path}/attendees").status_code == 303


# Names and answers


def test_names_and_answers_change(participant: Participant):
    page = participant.book(participant.edition_asking(required=False), seats=2)
    form = participant.browser.get(f"{page.request.path}/attendees")
    (first, second) = [key for key, _ in Page.of(form.text).forms[-1].fields if "-q" in key]
    done = participant.browser.submit(
        form, **{"seats-1-name": "Zoé", "seats-1-email": "Zoe@example.org", first: "some", second: "<b>none</b>"}
    )
    assert done.request.path == page.request.path
    assert names(participant) == [("Ada Exemple", "ada@example.org"), ("Zoé", "Zoe@example.org")]
    shown = participant.browser.get(f"{page.request.path}/attendees")
    assert "&lt;b&gt;none" in shown.text
    with participant.rows() as session:
        assert sorted(session.scalars(select(Answer.value))) == ["<b>none</b>", "some"]


def test_14_a_substitute_starts_with_an_empty_questionnaire(participant: Participant):
    page = participant.book_and_pay(participant.edition_asking(), **{"seats-0-q1": "Beginner"})
    form = participant.at("2026-12-03 18:00").browser.get(f"{page.request.path}/attendees")
    changed = {"seats-0-name": "Zora Neu", "seats-0-email": "zora@example.org", "seats-0-substitute": "y"}
    participant.browser.submit(form, **changed)
    assert names(participant) == [("Zora Neu", "zora@example.org")]
    with participant.rows() as session:
        assert session.scalars(select(Answer.value)).all() == []
        sent = session.query(OutboxJob).filter(OutboxJob.key.like("mail-joining-attendee-%")).one()
        assert sent.payload["to"] == "attendee"


def test_a_name_is_needed_and_nothing_typed_is_lost(participant: Participant):
    page = participant.book(participant.edition(), seats=2)
    form = participant.browser.get(f"{page.request.path}/attendees")
    wrong = participant.browser.submit(form, **{"seats-0-name": " ", "seats-1-name": "Zoé", "seats-1-email": "zoe@"})
    assert wrong.status_code == 422
    assert 'href="#seats-0-name"' in wrong.text
    assert 'href="#seats-1-email"' in wrong.text
    assert 'value="Zoé"' in wrong.text
    assert names(participant)[1] == ("Person 2", "")


def test_after_the_cut_off_names_stay(participant: Participant):
    page = participant.book_and_pay(participant.edition())
    form = participant.browser.get(f"{page.request.path}/attendees")
    participant.at("2026-12-04 09:00:01")
    assert "/attendees" not in again(participant, page).text
    refused = participant.browser.submit(form, **{"seats-0-name": "Zoé"})
    assert refused.status_code == 409
    assert "Names and answers could be changed until" in refused.text
    assert names(participant)[0][0] == "Ada Exemple"


def test_seats_of_others_are_not_renamed(participant: Participant):
    slug = participant.edition()
    participant.book(slug, email="bea@example.org", name="Bea")
    page = participant.book(slug)
    form = participant.browser.get(f"{page.request.path}/attendees")
    participant.browser.submit(form, **{"seats-0-seat_id": "1", "seats-0-name": "Zoé"})
    assert [name for name, _ in names(participant)] == ["Bea", "Ada Exemple"]


# Papers


def test_papers_are_pdfs_of_this_booking_alone(participant: Participant):
    slug = participant.edition()
    other = participant.book_and_pay(slug, email="bea@example.org")
    page = participant.book_and_pay(slug)
    with participant.rows() as session:
        theirs, ours = [number for number in session.scalars(select(Document.number)) if number.startswith("REC")]
    paper = participant.browser.get(f"{page.request.path}/documents/{ours}.pdf")
    assert paper.data.startswith(b"%PDF-")
    assert paper.mimetype == "application/pdf"
    assert "private" in paper.headers["Cache-Control"]
    for number in (theirs, "REC-99999", "..%2F..%2Fetc%2Fpasswd"):
        assert participant.browser.get(f"{page.request.path}/documents/{number}.pdf").status_code == 404
    assert participant.browser.get(f"{other.request.path}/documents/{theirs}.pdf").status_code == 200


def test_the_calendar_file(participant: Participant):
    page = participant.book_and_pay(participant.edition())
    file = participant.browser.get(f"{page.request.path}/calendar.ics")
    assert file.mimetype == "text/calendar"
    assert b"DTSTART" in file.data


def test_a_page_left_open_for_weeks_still_works(participant: Participant):
    page = participant.book_and_pay(participant.edition())
    participant.now += timedelta(days=20)
    assert again(participant, page).status_code == 200


def test_certificates_are_on_the_page_for_good(participant: Participant) -> None:
    page = participant.book_and_pay(participant.edition())
    with participant.rows() as session:
        number = factories.make_certificate(session.query(Attendee).one()).number
    assert "Certificates of attendance" in again(participant, page).text
    certificate = participant.browser.get(f"{page.request.path}/certificates/{number}.pdf")
    assert certificate.mimetype == "application/pdf"
    assert participant.browser.get(f"{page.request.path}/certificates/CERT-09999.pdf").status_code == 404
