"""The check page and the button that obliges: prices, vouchers, terms, full dates, one booking and not two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from booking import config
from booking.persistence.masterclasses import Edition
from tests.factories import at, make_booking
from tests.web.participant import TYPED, Participant, errors_of, is_check, value_of

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
    extensions = participant.app.extensions
    extensions["settings"] = replace(extensions["settings"], content_dir=tmp_path)
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
