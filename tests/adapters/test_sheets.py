"""What is printed for the day: read back from the PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from booking.adapters import certificates, sheets
from booking.adapters.answers import answer_sheet, answer_words
from booking.adapters.sheets import BADGES, Printing
from booking.domain.attendance import Presence
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.certificates import DEFAULT_TEXT, CertificateContent
from booking.persistence import attendance
from booking.persistence.bookings import Answer
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, Question, QuestionKind
from booking.persistence.transaction import atomic
from tests.factories import NOW, make_booking, make_edition

CONFIRMED = BookingState.CONFIRMED
BY = Printing("en", "Atelier du Lac", "#7b2a4a", datetime(2026, 12, 5, 7, 10, tzinfo=UTC))
HOSTILE = ['#import "/etc/passwd"', "*bold* _it_ $x$ @label", "\x00\u202e 🎨 日本", "W" * 200, "<script>"]


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text().replace("\u00a0", " ") for page in PdfReader(io.BytesIO(pdf)).pages]


def edition_with(*names: str, **facts: Any) -> Edition:
    edition = make_edition(capacity=100, **facts)
    for name in names:
        booking = make_booking(edition, CONFIRMED)
        with atomic():
            booking.attendees[0].name = name
    return edition


def attendance_sheet(edition: Edition, by: Printing = BY) -> list[str]:
    return pages_of(sheets.attendance(edition, attendance.seats(edition.id, NOW), attendance.marks(edition.id), by))


def test_the_attendance_sheet_is_in_the_order_of_family_names() -> None:
    edition = edition_with("Camille Rochat", "Élodie Ammann", "Bea Muster")
    [page] = attendance_sheet(edition)
    assert page.index("Élodie Ammann") < page.index("Bea Muster") < page.index("Camille Rochat")
    for words in (
        "Keeping a blog",
        "Maison du Livre, Rue du Lac 4, 1003 Lausanne",
        "Sat 5 Dec",
        "09:00–17:00",
        "08:10",
    ):
        assert words in page


def test_each_meeting_has_its_column_and_many_a_further_sheet() -> None:
    days = [(f"2027-02-{day} 09:00", f"2027-02-{day} 12:00") for day in range(10, 22)]
    edition = edition_with("Bea Muster", meetings=days)
    first, second = attendance_sheet(edition)
    assert ("Tue 16 Feb" in first, "Wed 17 Feb" in first, "Wed 17 Feb" in second) == (True, False, True)
    assert "Bea Muster" in first
    assert "Bea Muster" in second


def test_who_was_marked_is_said_and_not_who_owes() -> None:
    edition = edition_with("Bea Muster")
    make_booking(edition)
    seat = attendance.seats(edition.id, NOW)[0]
    with atomic():
        row = {"attendee_id": seat.id, "meeting_id": edition.meetings[0].id}
        db.session.add(attendance.Attendance(**row, presence=Presence.PRESENT, at=NOW))
    [page] = attendance_sheet(edition)
    assert "present" in page
    assert "paid" not in page
    assert "CHF" not in page


def test_online_dates_have_sheets_too() -> None:
    [page] = attendance_sheet(edition_with("Bea Muster", online_url="https://meet.example.org/abc"))
    assert "online" in page


@pytest.mark.parametrize("name", HOSTILE, ids=["import", "markup", "unprintable", "long", "tag"])
def test_what_somebody_typed_is_only_text(name: str) -> None:
    edition = edition_with(name)
    assert attendance_sheet(edition)
    for form in BADGES.values():
        assert pages_of(sheets.badges(edition, [name], form, 0, BY))
    assert pages_of(certificates.render(content(name=name, title=name, trainers=(name,))))


@pytest.mark.parametrize("form", BADGES)
def test_badges_fill_sheets(form: str) -> None:
    edition = edition_with()
    names = [f"Person {number}" for number in range(BADGES[form].each + 1)]
    first, second = pages_of(sheets.badges(edition, names, BADGES[form], 0, BY))
    assert first.count("Keeping a blog") == BADGES[form].each
    assert second.count("Person") == 1


def test_labels_that_were_used_stay_empty() -> None:
    edition = edition_with()
    first, second = pages_of(sheets.badges(edition, ["Ada", "Bea"], BADGES["90x54"], 9, BY))
    assert ("Ada" in first, "Bea" in first, "Bea" in second) == (True, False, True)


# Answers


def asked(edition: Edition, key: str, kind: QuestionKind = QuestionKind.TEXT, **facts: Any) -> Question:
    label = Bilingual(f"Question {key}", f"Asked {key}")
    known = {"position": 1, "hint": Bilingual(), "label": label, "choices": []}
    question = Question(master_class_id=edition.master_class_id, key=key, kind=kind, **known | facts)
    with atomic():
        db.session.add(question)
    return question


def answered(edition: Edition, question: Question, *values: str) -> None:
    seats = attendance.seats(edition.id, NOW)
    with atomic():
        for seat, value in zip(seats, values, strict=False):
            db.session.add(Answer(attendee_id=seat.id, question_id=question.id, value=value))


def test_answers_by_question_and_by_person() -> None:
    edition = edition_with("Bea Ammann", "Camille Rochat", "Ueli Zbinden")
    lunch = asked(edition, "lunch", QuestionKind.YES_NO)
    level = asked(edition, "level")
    answered(edition, lunch, "yes", "yes", "no")
    answered(edition, level, "Beginner", "")
    seats = attendance.seats(edition.id, NOW)
    found = answer_sheet(edition.master_class.questions, seats, attendance.answers(seats), "en")
    by_key = {question.label: question for question in found.questions}
    assert by_key["Asked lunch"].counts == (("Yes", 2), ("No", 1))
    assert by_key["Asked level"].said == (("Bea Ammann", "Beginner"),)
    assert found.people[2] == ("Ueli Zbinden", (("Asked lunch", "No"),))
    text = "\n".join(pages_of(sheets.answers(edition, found, BY)))
    for words in ("Asked lunch", "Yes: 2", "Beginner", "Ueli Zbinden"):
        assert words in text


def test_choices_are_read_in_the_reader_s_language() -> None:
    choices = [{"key": "veg", "fr": "Végétarien", "en": "Vegetarian"}]
    question = asked(edition_with(), "diet", QuestionKind.CHOICE, choices=choices)
    assert [answer_words(question, "veg", locale) for locale in ("fr", "en")] == ["Végétarien", "Vegetarian"]
    assert answer_words(question, "gone", "fr") == "gone"


def test_a_question_no_longer_asked_comes_only_with_answers() -> None:
    edition = edition_with("Bea Ammann")
    old = asked(edition, "old", retired=True)
    seats = attendance.seats(edition.id, NOW)
    questions = edition.master_class.questions
    assert answer_sheet(questions, seats, attendance.answers(seats), "en").questions == ()
    answered(edition, old, "said")
    assert len(answer_sheet(questions, seats, attendance.answers(seats), "en").questions) == 1


def test_without_questions_there_is_a_sheet_all_the_same() -> None:
    edition = edition_with("Bea Ammann")
    assert "Nothing was asked" in pages_of(sheets.answers(edition, answer_sheet([], [], [], "en"), BY))[0]


# Certificates


def content(**changes: Any) -> CertificateContent:
    facts: dict[str, Any] = {
        "number": "CERT-00017",
        "locale": "en",
        "issued_on": date(2026, 12, 6),
        "text": DEFAULT_TEXT.en,
        "name": "Camille Rochat",
        "title": "Keeping a blog",
        "days": (date(2026, 12, 5), date(2026, 12, 12)),
        "minutes": 690,
        "place": "Maison du Livre, Lausanne",
        "trainers": ("Ada Exemple",),
        "organiser": "Atelier du Lac",
        "town": "Morges",
        "contact": "bonjour@example.ch",
        "accent": "#7b2a4a",
    }
    return CertificateContent(**facts | changes)


def test_a_certificate_says_who_what_when_and_how_to_tell_that_it_is_genuine() -> None:
    [page] = pages_of(certificates.render(content(cites="CERT-00009")))
    flat = " ".join(page.split())
    for words in (
        "Certificate of attendance",
        "Camille Rochat",
        "Keeping a blog",
        "Saturday 5 December 2026 and Saturday 12 December 2026",
        "11 hours 30 minutes",
        "Morges, Sunday 6 December 2026",
        "Certificate CERT-00017, issued on Sunday 6 December 2026 by Atelier du Lac",
        "replaces certificate CERT-00009",
    ):
        assert words in flat


def test_the_same_content_gives_the_same_bytes_also_after_the_database() -> None:
    again = CertificateContent.from_json(content().to_json())
    assert again == content()
    assert certificates.render(again) == certificates.render(content())


def test_own_words() -> None:
    text = "Bravo, {name}!\nYou stayed {hours} with {trainer}.\n\n\n{place}"
    flat = " ".join(pages_of(certificates.render(content(text=text, place="")))[0].split())
    assert "Bravo, Camille Rochat! You stayed 11 hours 30 minutes with Ada Exemple. online" in flat


def test_without_a_number_it_is_a_specimen() -> None:
    assert "Specimen" in pages_of(certificates.render(content(number="")))[0]


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_default_words_exist_in_both_languages(locale: str) -> None:
    [page] = pages_of(certificates.render(content(locale=locale, text=DEFAULT_TEXT.best(locale))))
    assert "{" not in page
