"""On the day: check-in on a phone, sheets to print, certificates."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from booking.domain.booking import BookingState
from booking.domain.payment import DocumentKind, LedgerKind
from booking.persistence import attendance, ledger
from booking.persistence.bookings import Booking
from booking.persistence.certificates import Certificate
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, Trainer
from booking.persistence.organisers import Organiser
from booking.persistence.outbox import OutboxJob
from booking.persistence.transaction import atomic
from tests import factories
from tests.statements import counted_queries
from tests.web.desk.organiser import Desk
from tests.web.inspection import Form, Page
from tests.web.participant import errors_of

NAMES = ("Camille Rochat", "Bea Ammann", "Ueli Zbinden")
DOOR = "2026-12-05 08:50"
AFTER = "2026-12-06 10:00"


@pytest.fixture
def slug(desk: Desk) -> str:
    """Edition R with three people."""
    slug = desk.edition()
    with desk.rows():
        for number, name in enumerate(NAMES):
            booking = factories.make_booking(edition_of(slug), BookingState.CONFIRMED, email=f"{number}@example.org")
            with atomic():
                booking.attendees[0].name = name
    return slug


def edition_of(slug: str) -> Edition:
    return db.session.query(Edition).filter_by(slug=slug).one()


def at(desk: Desk, moment: str) -> None:
    desk.at(moment)
    desk.browsers.clear()  # signed in anew: weeks have passed


def press(desk: Desk, slug: str, name: str, button: str) -> Any:
    """The button in the row of that person."""
    page = desk.get(f"editions/{slug}/attendance")
    html = Page.of(page.text)
    names = [element.text.strip() for element in html.all("p") if element.attributes.get("class") == "door-name"]
    return desk.submit(page, button, form=names.index(name))


def row_form(desk: Desk, slug: str) -> Form:
    """The form of the first row."""
    forms = Page.of(desk.get(f"editions/{slug}/attendance").text).forms
    return next(form for form in forms if "seat" in dict(form.fields))


def pdf(page: Any) -> str:
    assert page.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(page.data))
    return "\n".join(sheet.extract_text() for sheet in reader.pages).replace("\u00a0", " ")


def test_checking_in_and_taking_it_back(desk: Desk, slug: str) -> None:
    at(desk, DOOR)
    page = press(desk, slug, "Bea Ammann", "presence=present")
    assert "1 of 3 here" in page.text
    page = press(desk, slug, "Ueli Zbinden", "presence=absent")
    assert "1 of 3 here" in page.text
    assert "1 absent" in page.text
    page = press(desk, slug, "Bea Ammann", "presence=")
    assert "0 of 3 here" in page.text


def test_before_the_day_the_list_is_only_read(desk: Desk, slug: str) -> None:
    page = desk.get(f"editions/{slug}/attendance").text
    assert "marks are for the day itself" in page
    assert 'name="presence"' not in page


def test_a_press_leads_back_to_its_row(desk: Desk, slug: str) -> None:
    at(desk, DOOR)
    form = row_form(desk, slug)
    answer = desk.seat.post(form.action, data=dict(form.fields) | {"presence": "present"})
    assert answer.status_code == 303
    seat = dict(form.fields)["seat"]
    assert answer.headers["Location"].endswith(f"#seat-{seat}")
    assert f'id="seat-{seat}"' in desk.get(f"editions/{slug}/attendance").text


def test_all_others_are_here(desk: Desk, slug: str) -> None:
    at(desk, DOOR)
    page = press(desk, slug, "Ueli Zbinden", "presence=absent")
    page = desk.submit(page)
    assert "2 of 3 here" in page.text
    assert "1 absent" in page.text


def test_whoever_owes_is_marked_with_the_sum_and_the_day(desk: Desk, slug: str) -> None:
    """Held and unpaid; confirmed on account, due later; the rest of a bill of which a part was waived."""
    with desk.rows():
        edition = edition_of(slug)
        factories.make_booking(edition, hold_until=factories.at("2026-12-06 10:00"))
        account = factories.make_booking(edition, BookingState.CONFIRMED, paid=False, seats=2)
        factories.make_document(account, DocumentKind.INVOICE, 68000, now=factories.at("2026-12-01 12:00"))
        late = factories.make_booking(edition, BookingState.CONFIRMED, paid=False)
        factories.make_document(late, DocumentKind.INVOICE, 34000)
        with atomic():
            ledger.enter(late.id, LedgerKind.WRITE_OFF, 30000, desk.now)
        reference = late.reference
    at(desk, DOOR)
    page = desk.get(f"editions/{slug}/attendance")
    rows = [
        " ".join(row.text.split()) for row in Page.of(page.text).all("small") if "door-owes" in row.attributes["class"]
    ]
    assert sorted(rows) == [
        "CHF 340.00 to be paid",
        "CHF 40.00 overdue since 11 November 2026",
        "CHF 680.00 to be paid by 11 December 2026 for 2 seats",
        "CHF 680.00 to be paid by 11 December 2026 for 2 seats",
    ]
    assert f'href="/en/desk/bookings/{reference}/payment"' in page.text


def test_a_trainer_is_told_who_owes_and_no_sum(desk: Desk, slug: str) -> None:
    desk.person("trainer")
    with desk.rows() as session:
        factories.make_booking(edition_of(slug), BookingState.CONFIRMED, paid=False)
        with atomic():
            trainer = edition_of(slug).master_class.trainers[0]
            session.query(Organiser).filter_by(email="trainer@example.org").one().trainer_id = trainer.id
    page = desk.as_("trainer").get(f"editions/{slug}/attendance").text
    assert ("not paid yet" in page, "CHF" in page) == (True, False)


def test_a_stranger_s_seat_is_not_marked(desk: Desk, slug: str) -> None:
    with desk.rows():
        other = factories.make_booking(state=BookingState.CONFIRMED).attendees[0].id
    at(desk, DOOR)
    form = row_form(desk, slug)
    for wrong in ({"seat": other}, {"presence": "late"}, {"meeting": "9999"}):
        answer = desk.seat.post(form.action, data=dict(form.fields) | {"presence": "present"} | wrong)
        assert answer.status_code == 404


def test_modules_are_checked_in_one_by_one(desk: Desk) -> None:
    days = [("2026-12-05 09:00", "2026-12-05 17:00"), ("2026-12-12 09:00", "2026-12-12 17:00")]
    slug = desk.edition(meetings=days)
    with desk.rows():
        factories.make_booking(edition_of(slug), BookingState.CONFIRMED)
        second = edition_of(slug).meetings[1].id
    at(desk, "2026-12-05 18:00")
    assert "Saturday 5 December 2026, 09:00" in desk.get(f"editions/{slug}/attendance").text
    at(desk, "2026-12-06 18:00")
    assert "Saturday 12 December 2026, 09:00" in desk.get(f"editions/{slug}/attendance").text
    at(desk, "2026-12-12 08:50")
    page = press(desk, slug, booker_name(desk), "presence=present")
    assert f"meeting={second}" in page.request.full_path
    first = desk.get(f"editions/{slug}/attendance", meeting=second - 1)
    assert "0 of 1 here" in first.text


def booker_name(desk: Desk) -> str:
    with desk.rows() as session:
        name: str = session.query(Booking).first().attendees[0].name
        return name


def test_sheets_in_the_language_of_the_reader(desk: Desk, slug: str) -> None:
    text = pdf(desk.get(f"editions/{slug}/attendance.pdf"))
    assert text.index("Bea Ammann") < text.index("Camille Rochat") < text.index("Ueli Zbinden")
    assert "Saturday 5 December 2026" in text
    assert "samedi 5 décembre 2026" in pdf(desk.get(f"editions/{slug}/attendance.pdf", lang="fr"))
    assert "Tenir un blog" in pdf(desk.get(f"editions/{slug}/badges.pdf", lang="fr", format="105x74", first=3))
    for path, printed in (
        ("attendance", "attendance"),
        ("answers", "answers"),
        ("certificates", "certificates/specimen"),
    ):
        page = desk.get(f"editions/{slug}/{path}", lang="fr")
        for lang in ("fr", "en"):
            assert f'href="/{lang}/desk/editions/{slug}/{printed}.pdf"' in page.text


def test_answers_are_read_on_a_page_and_on_paper(desk: Desk) -> None:
    slug = desk.edition_asking()
    with desk.rows():
        edition = edition_of(slug)
        booking = factories.make_booking(edition, BookingState.CONFIRMED)
        question = edition.master_class.questions[0]
        with atomic():
            booking.attendees[0].answers.append(attendance.Answer(question_id=question.id, value="A <b>beginner</b>"))
    page = desk.get(f"editions/{slug}/answers")
    assert "A &lt;b&gt;beginner&lt;/b&gt;" in page.text
    assert "A <b>beginner</b>" in pdf(desk.get(f"editions/{slug}/answers.pdf"))


# Certificates


def certificates_page(desk: Desk, slug: str) -> Any:
    return desk.get(f"editions/{slug}/certificates")


def test_certificates_in_one_click(desk: Desk, slug: str) -> None:
    at(desk, DOOR)
    press(desk, slug, "Bea Ammann", "presence=present")
    early = certificates_page(desk, slug)
    assert "from Saturday 5 December 2026 at 17:00 on" in early.text
    at(desk, AFTER)
    page = certificates_page(desk, slug)
    assert "Nobody was checked in" not in page.text
    done = desk.submit(page)
    assert "1 certificate is issued and on its way." in done.text
    text = pdf(desk.get(f"editions/{slug}/certificates/CERT-00001.pdf"))
    assert "Bea Ammann" in text
    with desk.rows() as session:
        kinds = [job.payload["kind"] for job in session.query(OutboxJob)]
    assert kinds.count("certificate") == 1
    assert "Everybody who was there has a certificate." in certificates_page(desk, slug).text


def test_breaks_are_left_out_of_the_hours_before_anything_is_issued(desk: Desk, slug: str) -> None:
    at(desk, AFTER)
    page = certificates_page(desk, slug)
    assert page.text.count("8\u00a0hours") == len(NAMES)
    wrong = desk.submit(page, form=0, minutes="900")
    assert errors_of(wrong) == ["minutes"]
    page = desk.submit(certificates_page(desk, slug), form=0, minutes="60")
    assert "The hours are counted anew." in page.text
    assert page.text.count("7\u00a0hours") == len(NAMES)
    desk.submit(page)
    issued = pdf(desk.get(f"editions/{slug}/certificates/CERT-00001.pdf"))
    assert re.search(r"7\sheures|7\shours", issued)
    assert 'name="minutes"' not in certificates_page(desk, slug).text, "what was issued keeps its hours"


def test_a_free_evening_says_nothing_of_a_price_that_is_due(desk: Desk, slug: str) -> None:
    assert "the whole price is due" in desk.get(f"editions/{slug}/attendance").text
    with desk.rows():
        free = factories.make_edition(price=0).slug
    assert "the whole price is due" not in desk.get(f"editions/{free}/attendance").text


def test_without_check_in_everybody_gets_one_after_a_warning(desk: Desk, slug: str) -> None:
    at(desk, AFTER)
    page = certificates_page(desk, slug)
    assert "Nobody was checked in at 1 session" in page.text
    assert "3 certificates are issued" in desk.submit(page).text


def test_others_than_shown_get_none(desk: Desk, slug: str) -> None:
    at(desk, AFTER)
    page = certificates_page(desk, slug)
    press(desk, slug, "Bea Ammann", "presence=absent")
    again = desk.submit(page)
    assert again.status_code == 409
    with desk.rows() as session:
        assert session.query(Certificate).count() == 0


def test_a_name_is_corrected_by_a_new_one(desk: Desk, slug: str) -> None:
    at(desk, AFTER)
    desk.submit(certificates_page(desk, slug))
    page = desk.get(f"editions/{slug}/certificates/CERT-00002/correction")
    assert errors_of(desk.submit(page, name="")) == ["name"]
    done = desk.submit(page, name="Béatrice Ammann")
    assert "Certificate CERT-00004 is on its way." in done.text
    text = " ".join(pdf(desk.get(f"editions/{slug}/certificates/CERT-00004.pdf")).split())
    assert "Béatrice Ammann" in text
    assert desk.submit(page, name="Bea").status_code == 409, "it was replaced already"


def test_own_words_for_all_and_for_one_class(desk: Desk, slug: str) -> None:
    assert "/en/desk/certificate-text" in desk.get("settings/").text
    page = desk.get("certificate-text")
    assert errors_of(desk.submit(page, text_en="{nom}")) == ["text_en"]
    assert "Saved." in desk.submit(page, text_en="Well done, {name}").text
    with desk.rows():
        owner = edition_of(slug).master_class.slug
    own = desk.submit(desk.get(f"classes/{owner}/certificate-text"), text_fr="Bravo {name}")
    assert "Well done, {name}" in own.text, "the general words stand below"
    assert "Well done" in pdf(desk.get(f"editions/{slug}/certificates/specimen.pdf"))
    assert "Bravo" in pdf(desk.get(f"editions/{slug}/certificates/specimen.pdf", lang="fr"))


def test_a_certificate_of_another_date_is_not_there(desk: Desk, slug: str) -> None:
    at(desk, AFTER)
    desk.submit(certificates_page(desk, slug))
    other = desk.edition()
    for path in ("CERT-00001.pdf", "CERT-00001/correction"):
        assert desk.get(f"editions/{other}/certificates/{path}").status_code == 404
    assert desk.get(f"editions/{slug}/certificates/CERT-09999.pdf").status_code == 404


# Who may


def test_trainers_see_the_dates_that_they_teach_and_no_others(desk: Desk, slug: str) -> None:
    desk.person("trainer")
    with desk.rows() as session, atomic():
        trainer = edition_of(slug).master_class.trainers[0]
        session.query(Organiser).filter_by(email="trainer@example.org").one().trainer_id = trainer.id
    desk.as_("trainer")
    other = desk.edition()
    for path in ("attendance", "attendance.pdf", "answers", "answers.pdf", "badges", "badges.pdf", "certificates"):
        assert desk.get(f"editions/{slug}/{path}").status_code == 200, path
        assert desk.get(f"editions/{other}/{path}").status_code == 403, path
    at(desk, DOOR)
    assert "1 of 3 here" in press(desk, slug, "Bea Ammann", "presence=present").text
    with desk.rows() as session:
        assert session.query(Trainer).count() == 2


@pytest.mark.parametrize("path", ["attendance", "answers", "badges", "certificates"])
def test_statements_do_not_grow_with_the_people(desk: Desk, slug: str, path: str) -> None:
    counts = []
    for _ in range(2):
        desk.get(f"editions/{slug}/{path}")
        with desk.rows(), counted_queries() as asked:
            desk.get(f"editions/{slug}/{path}")
        counts.append(sum("FROM counter" not in one for one in asked))  # that is looked up once a second
        with desk.rows():
            for _ in range(3):
                factories.make_booking(edition_of(slug), BookingState.CONFIRMED)
    assert counts[0] == counts[1]
