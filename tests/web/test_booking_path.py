"""Details, check, book: what the pages ask, refuse and keep (rules: "order, law, data")."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from booking import config
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic
from booking.services import housekeeping
from tests.factories import at, make_booking
from tests.web.inspection import Page
from tests.web.participant import TYPED, Participant


def value_of(page: TestResponse, field: str) -> str | None:
    """What a field of the page's last form would send."""
    return dict(Page.of(page.text).forms[-1].fields).get(field)


def errors_of(page: TestResponse) -> list[str]:
    """Ids of the fields that the summary on top names."""
    summary = page.text.partition('class="error-summary"')[2].partition("</div>")[0]
    return [part.partition('"')[0] for part in summary.split('href="#')[1:]]


def is_check(page: TestResponse) -> bool:
    return page.request.path.endswith("/check") and "obligation" in page.text


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


# Vouchers, early birds, terms


def test_a_voucher_shows_what_it_takes_off(participant: Participant):
    participant.voucher("FRIENDS")
    page = participant.fill(participant.edition(), voucher=" friends ")
    assert is_check(page)
    assert "−34.00" in page.text
    assert "306.00" in page.text


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (None, "do not know this code"),
        ({"valid_from": at("2026-11-02 00:00")}, "cannot be used yet"),
        ({"valid_until": at("2026-10-31 23:59:59")}, "no longer valid"),
        ({"max_uses": 0}, "as often as it may be"),
        ({"master_class_id": 99}, "another class"),
    ],
    ids=["unknown", "too-early", "over", "used-up", "other-class"],
)
def test_a_voucher_is_refused_at_its_field(participant: Participant, limits: dict | None, words: str):
    slug = participant.edition()
    if limits and "master_class_id" in limits:
        with participant.rows() as session:
            other = session.get_one(Edition, 1).master_class_id
        slug, limits = participant.edition(), {"master_class_id": other}
    if limits is not None:
        participant.voucher("FRIENDS", **limits)
    page = participant.fill(slug, voucher="FRIENDS")
    assert errors_of(page) == ["voucher"]
    assert words in page.text
    assert is_check(participant.browser.submit(page, voucher=""))


def test_the_price_that_was_shown_is_the_price_that_is_charged(participant: Participant):
    slug = participant.edition(early_price=29000, early_until=at("2026-11-05 23:59:59"))
    page = participant.at("2026-11-05 23:58").check(slug)
    assert "290.00" in page.text
    participant.at("2026-11-06 00:01")
    refused = participant.browser.submit(page, channel="transfer")
    assert refused.status_code == 409
    assert participant.bookings() == []
    assert "340.00" in refused.text
    assert participant.browser.submit(refused).status_code == 200
    assert participant.bookings() == [("pending", 1)]


@pytest.mark.parametrize("total", ["0", "-1", "1e3", "", "33999", "9" * 5000, "٣٤٠٠٠"])
def test_a_total_that_was_not_shown_books_nothing(participant: Participant, total: str):
    page = participant.check(participant.edition())
    assert participant.browser.submit(page, shown_total=total).status_code == (200 if total == "٣٤٠٠٠" else 409)
    assert participant.bookings() == ([("pending", 1)] if total == "٣٤٠٠٠" else [])


def test_terms_that_changed_are_accepted_anew(participant: Participant, tmp_path, monkeypatch: pytest.MonkeyPatch):
    page = participant.check(participant.edition())
    for file in (config.ROOT / "content").glob("*.md"):
        (tmp_path / file.name).write_text(file.read_text() + ("\nNew.\n" if "terms" in file.name else ""))
    object.__setattr__(participant.app.extensions["settings"], "content_dir", tmp_path)
    refused = participant.browser.submit(page, channel="transfer")
    assert errors_of(refused) == ["terms"]
    assert value_of(refused, "terms") is None
    assert participant.bookings() == []
    done = participant.browser.submit(participant.browser.submit(refused, terms="y"), channel="transfer")
    assert done.request.path.startswith("/en/my/")


# Check and book


def test_the_check_page_shows_all_that_is_agreed_to(participant: Participant):
    page = participant.check(participant.edition(), phone="021 555 01 02", street="Quai", postcode="75001",
                             town="Paris", country="FR")  # fmt: skip
    text = page.text.replace("\xa0", " ")
    shown = ("Ada Exemple", "ada@example.org", "021 555 01 02", "75001 Paris, France", "CHF 340.00", "CHF 102.00",
             "Friday 20 November 2026", "Book with obligation to pay", "Rue de la Gare 12, 1110 Morges")  # fmt: skip
    assert [words for words in shown if words not in text] == []


def test_the_french_button_obliges_too(participant: Participant):
    assert "Réserver avec obligation de paiement" in participant.check(participant.edition(), lang="fr").text


def test_a_free_date_has_no_payment_and_no_fee(participant: Participant):
    slug = participant.edition(price=0, meetings=[("2026-11-10 18:30", "2026-11-10 20:00")])
    page = participant.check(slug)
    assert "Book for free" in page.text
    assert "If you cancel" not in page.text
    assert 'name="voucher"' not in participant.form(slug).text
    done = participant.browser.submit(page)
    assert "Your seat is confirmed" in done.text
    assert participant.bookings() == [("confirmed", 1)]
    assert "S’inscrire gratuitement" in participant.check(slug, lang="fr", email="bea@example.org").text


def test_pressing_twice_books_once(participant: Participant):
    page = participant.check(participant.edition())
    first = participant.browser.submit(page, channel="transfer")
    second = participant.browser.submit(page, channel="transfer")
    assert first.request.path == second.request.path
    assert participant.bookings() == [("pending", 1)]
    back = participant.browser.get(page.request.path, follow_redirects=True)
    assert back.request.path == first.request.path


def test_a_second_booking_of_the_same_person_is_asked_about(participant: Participant):
    slug = participant.edition()
    participant.book(slug)
    asked = participant.book(slug)
    assert asked.status_code == 409
    assert "Book again with obligation to pay" in asked.text
    assert participant.bookings() == [("pending", 1)]
    done = participant.browser.submit(asked)
    assert done.status_code == 200
    assert participant.bookings() == [("pending", 1), ("pending", 1)]


def test_full_while_typing(participant: Participant):
    slug = participant.edition(capacity=1)
    page = participant.check(slug)
    with participant.rows() as session:
        make_booking(session.get_one(Edition, 1))
    refused = participant.browser.submit(page, channel="transfer")
    assert refused.status_code == 409
    assert "All seats of this date are taken" in refused.text
    assert "See the other dates" in refused.text
    assert len(participant.bookings()) == 1


@pytest.mark.parametrize("changes", [
    {"capacity": 1, "full": True},
    {"registration_closes_at": at("2026-10-31 23:59:59")},
    {"registration_opens_at": at("2026-11-02 08:00")},
    {"called_off_at": at("2026-10-31 12:00")},
    {"meetings": [("2026-10-30 09:00", "2026-10-30 17:00")]},
], ids=["full", "closed", "not-yet", "called-off", "past"])  # fmt: skip
def test_a_date_that_cannot_be_booked_says_so_before_anybody_types(participant: Participant, changes: dict):
    full = changes.pop("full", False)
    slug = participant.edition(**changes)
    if full:
        with participant.rows() as session:
            make_booking(session.get_one(Edition, 1))
    page = participant.form(slug)
    assert 'name="email"' not in page.text
    assert "See the other dates" in page.text
    sent = participant.browser.post(f"/en/editions/{slug}/booking", data=TYPED, follow_redirects=True)
    assert "See the other dates" in sent.text
    assert len(participant.bookings()) == (1 if full else 0)


def test_a_draft_with_something_missing_is_never_booked(participant: Participant):
    page = participant.fill(participant.edition(), email="", terms="y")
    token = page.request.path.split("/")[3]
    check = participant.browser.get(f"/en/bookings/{token}/check", follow_redirects=True)
    assert errors_of(check) == ["email"]
    data = {"csrf_token": value_of(check, "csrf_token"), "channel": "transfer", "shown_total": "34000"}
    sent = participant.browser.post(f"/en/bookings/{token}/check", data=data, follow_redirects=True)
    assert errors_of(sent) == ["email"]
    assert participant.bookings() == []


@pytest.mark.parametrize("channel", ["free", "cheque", "", None])
def test_ways_of_paying_that_are_not_offered(participant: Participant, channel: str | None):
    page = participant.browser.submit(participant.check(participant.edition()), channel=channel)
    assert page.status_code == 409
    assert participant.bookings() == []


def test_transfer_is_not_offered_shortly_before(participant: Participant):
    page = participant.at("2026-11-24 12:00").check(participant.edition())
    assert 'value="transfer"' not in page.text
    assert participant.browser.submit(page, channel="transfer").status_code == 409


# What is not there


@pytest.mark.parametrize("address", ["editions/nothing/booking", "bookings/nothing/details", "bookings/nothing/check"])
def test_unknown_addresses(participant: Participant, address: str):
    assert participant.browser.get(f"/en/{address}").status_code == 404
    assert participant.browser.post(f"/en/{address}", data=TYPED).status_code in (400, 404)


def test_a_class_not_yet_published_cannot_be_booked(participant: Participant):
    slug = participant.edition()
    with participant.rows() as session, atomic():
        session.get_one(Edition, 1).master_class.published = False
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
