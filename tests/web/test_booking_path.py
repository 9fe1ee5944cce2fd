"""Details, check, book: what the pages ask, refuse and keep (rules: "order, law, data")."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.publication import Publication
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic
from booking.services import housekeeping
from tests.web.inspection import Page
from tests.web.participant import TYPED, Participant, errors_of, is_check, value_of

# Details


def test_one_seat_needs_three_fields(participant: Participant):
    page = participant.form(participant.edition())
    asked = [e for e in Page.of(page.text).all("input") if e.attributes.get("type") in ("text", "email", "checkbox")]
    assert [e.attributes["id"] for e in asked if "details" not in e.inside] == ["name", "email", "terms"]
    assert is_check(participant.fill(participant.edition()))


def test_a_summary_on_top_names_every_field_to_correct(participant: Participant):
    page = participant.fill(participant.edition(), name=" ", email="ada@", terms=None)
    assert page.status_code == 200
    assert errors_of(page) == ["name", "email", "terms"]
    for field in ("name", "email", "terms"):
        assert f'id="{field}-error"' in page.text
    assert 'aria-invalid="true"' in page.text


def test_what_was_right_is_not_called_wrong(participant: Participant):
    page = participant.fill(participant.edition(), email="")
    assert errors_of(page) == ["email"]
    assert value_of(page, "name") == "Ada Exemple"
    assert value_of(page, "terms") == "y"


def test_nothing_typed_is_lost_on_an_error(participant: Participant):
    typed = {
        "name": "Ada Exemple", "email": "wrong", "phone": "021 555 01 02", "company": "Les Mots Sàrl", "street": "Quai",
        "house_number": "3", "postcode": "1110", "town": "Morges", "country": "FR", "voucher": "nothing",
    }  # fmt: skip
    slug = participant.edition()
    page = participant.fill(slug, **typed)
    assert {field: value_of(page, field) for field in typed} == typed
    again = participant.form(slug)  # by Back, or from the page of the class
    assert {field: value_of(again, field) for field in typed} == typed
    french = participant.browser.get(page.request.full_path.replace("/en/", "/fr/"))
    assert {field: value_of(french, field) for field in typed} == typed


def test_a_booking_made_leaves_the_form_empty(participant: Participant):
    slug = participant.edition()
    participant.book(slug)
    assert value_of(participant.form(slug), "name") == ""


def test_an_invoice_address_is_whole_or_absent(participant: Participant):
    assert errors_of(participant.fill(participant.edition(), street="Quai Igor")) == ["postcode", "town"]


def test_questions_of_the_class_are_asked_and_needed(participant: Participant):
    slug = participant.edition_asking()
    page = participant.fill(slug)
    (wrong,) = errors_of(page)
    assert wrong.startswith("seats-0-q")
    page = participant.browser.submit(page, **{wrong: "Beginner"})
    assert is_check(page)
    assert "Beginner" in page.text


def test_choices_without_answer_are_refused_in_words(participant: Participant):
    choices = [{"key": "new", "fr": "Aucun", "en": "None"}, {"key": "old", "fr": "Bon", "en": "Good"}]
    page = participant.fill(participant.edition_asking(kind="choice", choices=choices))
    assert errors_of(page) == [name for name in errors_of(page) if name.endswith("-0")] != []
    assert "Not a valid choice" not in page.text


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7777*7777 }}${7777*7777}"]
)
def test_what_is_typed_stays_text(participant: Participant, name: str):
    slug = participant.edition_asking(kind="long_text")
    page = participant.form(slug)
    fields = [key for key, _ in Page.of(page.text).forms[-1].fields if key not in ("csrf_token", "country", "terms")]
    wrong = participant.browser.submit(page, **dict.fromkeys(fields, name))
    right = participant.browser.submit(wrong, **{**dict.fromkeys(fields, name), **TYPED, "name": name, "voucher": "",
                                                 "house_number": "1", "postcode": "1", "phone": "1"})  # fmt: skip
    done = participant.browser.submit(right, channel="transfer")
    for shown in (wrong, right, done):
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
        assert "60481729" not in shown.text
    assert done.request.path.startswith("/en/my/")


def test_line_breaks_never_reach_a_header(participant: Participant):
    page = participant.book(participant.edition(), name="Ada\r\nBcc: all@example.org\x00", company="A\nB")
    assert "Your seat is kept" in page.text
    participant.run_jobs()
    letters = list((participant.app.extensions["settings"].data_dir / "mail").iterdir())
    assert letters
    assert all(b"\nBcc:" not in letter.read_bytes() for letter in letters)


@pytest.mark.parametrize(
    "field", ["name", "company", "street", "voucher", "phone", "postcode", "email", "house_number"]
)
def test_what_is_too_long_is_refused_at_its_field(participant: Participant, field: str):
    address = {"street": "Quai", "postcode": "1110", "town": "Morges"}
    long = "é" * 5000 if field != "email" else "a" * 5000 + "@example.org"
    page = participant.fill(participant.edition(), **{**address, field: long})
    assert errors_of(page) == [field]
    assert value_of(page, field) == long


def test_what_no_form_can_hold_is_refused_with_a_page(participant: Participant):
    page = participant.fill(participant.edition(), name="a" * 1_100_000)
    assert page.status_code == 413
    assert "<h1" in page.text


# Several people


def test_twenty_people_and_no_more(participant: Participant):
    slug = participant.edition(capacity=30)
    page = participant.check(slug, seats=20)
    assert "CHF 6’800.00" in page.text.replace("\xa0", " ")
    full = participant.browser.submit(participant.form(slug), "action=add", **TYPED)
    assert "seats-19-name" in full.text
    assert "seats-20-name" not in full.text
    done = participant.browser.submit(page, channel="transfer")
    assert "Your 20 seats" in done.text


def test_people_are_added_and_removed_without_losing_the_others(participant: Participant):
    slug = participant.edition()
    page = participant.browser.submit(participant.form(slug), "action=add", **TYPED)
    page = participant.browser.submit(page, "action=add", **{"seats-1-name": "Bea"})
    page = participant.browser.submit(page, "action=remove-1", **{"seats-2-name": "Carl"})
    assert value_of(page, "seats-1-name") == "Carl"
    assert value_of(page, "name") == "Ada Exemple"
    assert errors_of(page) == []


def test_a_second_person_needs_a_name(participant: Participant):
    page = participant.browser.submit(participant.form(participant.edition()), "action=add", **TYPED)
    page = participant.browser.submit(page)
    assert errors_of(page) == ["seats-1-name"]
    page = participant.browser.submit(page, **{"seats-1-name": "Bea", "seats-1-email": "bea@"})
    assert errors_of(page) == ["seats-1-email"]
    page = participant.browser.submit(page, **{"seats-1-email": "bea@example.org"})
    assert is_check(page)
    assert "bea@example.org" in page.text


def test_more_people_than_seats_left_is_said_at_once(participant: Participant):
    slug = participant.edition(capacity=1)
    page = participant.browser.submit(participant.form(slug), "action=add", **TYPED)
    assert "Only 1 seat is left" in page.text
    page = participant.browser.submit(page, **{"seats-1-name": "Bea"})
    assert "Only 1 seat is left" in page.text
    assert "Change my booking" in page.text


# What is not there


@pytest.mark.parametrize("address", ["editions/nothing/booking", "bookings/nothing/details", "bookings/nothing/check"])
def test_unknown_addresses(participant: Participant, address: str):
    assert participant.browser.get(f"/en/{address}").status_code == 404
    assert participant.browser.post(f"/en/{address}", data=TYPED).status_code in (400, 404)


def test_a_class_not_yet_published_cannot_be_booked(participant: Participant):
    slug = participant.edition()
    with participant.rows() as session, atomic():
        session.get_one(Edition, 1).master_class.state = Publication.DRAFT
    assert participant.form(slug).status_code == 404


def test_a_draft_is_of_one_edition(participant: Participant):
    first, second = participant.edition(), participant.edition(price=12000)
    page = participant.check(first)
    assert value_of(participant.form(second), "name") == ""
    participant.browser.submit(participant.form(second), **TYPED)
    assert "340.00" in participant.browser.get(page.request.path).text


def test_a_draft_ends_after_a_day(participant: Participant):
    slug = participant.edition()
    page = participant.check(slug)
    participant.now += timedelta(days=2)
    with participant.rows():
        housekeeping.tidy(participant.now)
    assert participant.browser.get(page.request.path).status_code == 404
    assert value_of(participant.form(slug), "name") == ""
    with participant.rows() as session:
        assert session.query(Draft).count() == 0


# Form tokens


def test_without_form_token_nothing_is_lost(participant: Participant):
    slug = participant.edition()
    page = participant.browser.post(f"/en/editions/{slug}/booking", data=TYPED, follow_redirects=True)
    assert "open for too long" in page.text
    assert value_of(page, "name") == "Ada Exemple"
    assert errors_of(page) == []
    assert is_check(participant.browser.submit(page))


def test_without_form_token_nothing_is_booked(participant: Participant):
    page = participant.check(participant.edition())
    refused = participant.browser.post(page.request.path, data={"channel": "transfer", "shown_total": "34000"})
    assert refused.status_code == 400
    assert "open for too long" in refused.text
    assert participant.bookings() == []
    assert is_check(participant.browser.get(page.request.path))
