"""The settings: kept, seen by every process at once, refused with a sentence; nobody but owners opens them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from booking.config import OrganiserIdentity, StripeSettings
from booking.persistence import site
from booking.persistence.documents import Document
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of

PAGES = [
    "settings/",
    "settings/identity",
    "settings/bank",
    "settings/vat",
    "settings/look",
    "settings/letters/",
    "settings/letters/confirmed",
    "settings/texts/",
    "settings/texts/terms",
    "settings/texts/terms/versions/",
    "settings/texts/legal/versions/0",
]
IBAN = "CH93 0076 2011 6238 5295 7"


def save(desk: Desk, path: str, button: str | None = None, form: int = -1, **values: Any) -> str:
    """What the page says after its form was sent."""
    page = desk.submit(desk.get(path), button, form, **values)
    assert page.status_code == 200
    return page.text.replace("\xa0", " ")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_page_answers(desk: Desk, path: str, lang: str) -> None:
    assert desk.get(path, lang).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_staff_and_trainers_stay_outside(desk: Desk, path: str) -> None:
    for role in ("staff", "trainer"):
        assert desk.as_(role).get(path).status_code == 403


def test_the_first_page_says_what_is_missing(make_app: Callable[..., Flask], desk: Desk) -> None:
    page = desk.get("settings/").text
    assert "Terms, read and published" in page
    assert "Not set: cards and TWINT are not offered." in page


def test_the_demonstration_says_where_its_mails_are(make_app: Callable[..., Flask], desk: Desk) -> None:
    desk.app = make_app(base_url="http://localhost", demo=True)
    page = desk.get("settings/")
    assert "mails stay in a folder" not in page.text
    assert '<a href="/en/demo/mailbox">Demonstration: in the mailbox</a>' in page.text


def test_secrets_are_named_and_never_shown(desk: Desk, make_app: Callable[..., Flask]) -> None:
    keys = StripeSettings(secret_key="rk_test_topsecret", webhook_secret="whsec_topsecret")
    desk.app = make_app(base_url="http://localhost", stripe=keys, smtp_url="smtp://user:topsecret@localhost:1")
    page = desk.get("settings/").text
    assert "Set, for tests" in page
    assert "topsecret" not in page


def test_the_organiser_is_who_the_desk_says(desk: Desk) -> None:
    said = save(desk, "settings/identity", name="Atelier des Vignes", town="Lutry", uid="che 123456788")
    assert "Saved." in said
    front = desk.browser.get("/en/").text
    assert "Atelier des Vignes" in front
    assert "1110 Lutry" in front
    assert "CHE-123.456.788" in desk.browser.get("/en/legal").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": ""}, "name"), ({"town": " "}, "town"), ({"email": "nobody"}, "email"), ({"uid": "CHE-123"}, "uid"),
     ({"country": "XX"}, "country")],
)  # fmt: skip
def test_an_identity_that_cannot_be(desk: Desk, typed: dict[str, str], field: str) -> None:
    page = desk.submit(desk.get("settings/identity"), **typed)
    assert errors_of(page) == [field]


def test_whoever_comes_second_is_told(desk: Desk) -> None:
    mine, theirs = desk.get("settings/identity"), desk.get("settings/identity")
    desk.submit(theirs, name="Theirs")
    page = desk.submit(mine, name="Mine")
    assert "changed" in page.text
    assert 'value="Mine"' in page.text
    assert "Saved." in desk.submit(page).text


def test_another_process_sees_it_at_once(desk: Desk, make_app: Callable[..., Flask]) -> None:
    other = make_app(base_url="http://localhost").test_client()
    assert "Atelier du Lac" in other.get("/en/legal").text
    save(desk, "settings/identity", name="Atelier des Vignes")
    page = other.get("/en/desk/sign-in").text
    assert "Atelier des Vignes" in page
    assert "Atelier du Lac" not in page


def test_the_environment_is_what_a_new_installation_begins_with(desk: Desk, make_app: Callable[..., Flask]) -> None:
    later = make_app(base_url="http://localhost", initial_organiser=OrganiserIdentity(name="Renamed", phone="+41 1"))
    with later.app_context():
        assert site.current().organiser.name == "Renamed"
    save(desk, "settings/identity", name="Of the desk", phone="")
    with later.app_context():
        assert (site.current().organiser.name, site.current().organiser.phone) == ("Of the desk", "")
        assert site.current().organiser.iban == OrganiserIdentity().iban, "another page has not been saved"


def test_a_page_that_says_that_something_failed_needs_no_database(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    nowhere = make_app(database_url=f"sqlite:///{tmp_path / 'none' / 'a.db'}")
    page = nowhere.test_client().get("/en/nothing-here")
    assert page.status_code == 404
    assert "Atelier du Lac" in page.text


class TestBank:
    def test_the_page_shows_what_changes_before_it_does(self, desk: Desk) -> None:
        desk.book(desk.edition())
        page = desk.submit(desk.get("settings/bank"), iban=IBAN.lower())
        said = page.text.replace("\xa0", " ")
        assert "1 open QR-bill keeps the old account (CHF 340.00)" in said
        assert "CH44 3199 9123 0008 8901 2" in said
        assert "Ordinary IBAN" in said
        assert "CH44" in desk.get("settings/bank").text, "nothing has changed yet"
        assert "Saved." in desk.submit(page).text
        assert IBAN in desk.get("settings/bank").text

    def test_owners_are_told_by_mail(self, desk: Desk) -> None:
        desk.submit(desk.submit(desk.get("settings/bank"), iban=IBAN))
        desk.run_jobs()
        files = (desk.app.extensions["settings"].data_dir / "mail").glob("*.eml")
        [mail] = [file.read_text() for file in files if "Another bank account" in file.read_text()]
        assert "To: Owner <owner@example.org>" in mail
        assert "Owner changed the bank account" in mail.replace("=\n", "").replace("\n", " ")
        assert "2957" in mail

    def test_bills_that_are_out_keep_their_account_and_new_ones_name_the_new(self, desk: Desk) -> None:
        slug = desk.edition()
        first = desk.book(slug)
        before = self.papers(desk)
        pdf = desk.browser.get(f"{first.request.path}/documents/{before[0]['number']}.pdf")
        desk.submit(desk.submit(desk.get("settings/bank"), iban=IBAN, account_holder="Dora Exemple"))
        second = desk.book(slug, email="bea@example.org", name="Bea Muster")
        assert "CH44 3199 9123 0008 8901 2" in desk.browser.get(first.request.path).text
        assert IBAN in second.text
        assert "Dora Exemple" in second.text
        old, new = self.papers(desk)
        assert old == before[0]
        assert new["reference"].startswith("RF")
        again = desk.browser.get(pdf.request.path)
        assert again.data == pdf.data

    @staticmethod
    def papers(desk: Desk) -> list[dict[str, Any]]:
        with desk.rows() as session:
            return [paper.content for paper in session.query(Document).order_by(Document.id)]

    def test_a_hold_by_card_changes_to_a_transfer_after_the_account_did(self, desk: Desk) -> None:
        page = desk.book(desk.edition(), "demo")
        desk.submit(desk.submit(desk.get("settings/bank"), iban=IBAN))
        manage = desk.browser.get(page.request.path)
        assert manage.status_code == 200

    @pytest.mark.parametrize("typed", ["CH93 0076 2011 6238 5295 8", "DE89370400440532013000", "12"])
    def test_an_account_that_cannot_be(self, desk: Desk, typed: str) -> None:
        assert errors_of(desk.submit(desk.get("settings/bank"), iban=typed)) == ["iban"]

    def test_without_an_account_no_transfer_is_offered(self, desk: Desk) -> None:
        desk.submit(desk.submit(desk.get("settings/bank"), iban=""))
        assert 'value="transfer"' not in desk.check(desk.edition()).text


VAT = {"charged": "y", "number": "CHE-123.456.788", "since": "2024-01-01"}


class TestVat:
    def test_off_no_word_of_it_anywhere(self, desk: Desk) -> None:
        page = desk.book(desk.edition())
        for words in (page.text, desk.browser.get("/en/legal").text, desk.browser.get("/en/").text):
            assert "VAT" not in words

    def test_invoices_hold_it(self, desk: Desk) -> None:
        assert "includes CHF 25.48 of VAT at 8.1%" in save(desk, "settings/vat", "action=save", **VAT)
        desk.book(desk.edition())
        [paper] = TestBank.papers(desk)
        assert paper["vat"] == {"rate": 810, "included": 2548}
        assert paper["creditor"]["vat_number"] == "CHE-123.456.788"

    def test_who_deducts_it_gets_the_invoice_with_the_receipt(self, desk: Desk) -> None:
        desk.book_and_pay(desk.edition())
        save(desk, "settings/vat", "action=save", **VAT)
        desk.book_and_pay(desk.edition(), email="bea@example.org", name="Bea Muster")
        desk.run_jobs()
        files = (desk.app.extensions["settings"].data_dir / "mail").glob("*.eml")
        letters = {file.read_text().partition("To: ")[2].partition("\n")[0]: file.read_text() for file in files}
        assert 'filename="INV' not in letters["Ada Exemple <ada@example.org>"]
        assert 'filename="INV' in letters["Bea Muster <bea@example.org>"]

    def test_not_for_exempt_classes(self, desk: Desk) -> None:
        slug = desk.edition()
        save(desk, "settings/vat", "action=save", **VAT, exempt=["1"])
        desk.book(slug)
        [paper] = TestBank.papers(desk)
        assert paper["vat"] is None
        assert 'value="1" id="exempt-1" checked' in desk.get("settings/vat").text

    def test_not_before_the_registration(self, desk: Desk) -> None:
        save(desk, "settings/vat", "action=save", **VAT | {"since": "2026-12-06"})
        desk.book(desk.edition())
        assert TestBank.papers(desk)[0]["vat"] is None

    def test_the_rate_of_the_day_of_the_class(self, desk: Desk) -> None:
        page = desk.submit(desk.get("settings/vat"), "action=add", **VAT)
        page = desk.submit(page, "action=save", **{"rates-1-since": "2026-12-05", "rates-1-rate": "8,5 %"})
        assert "Saved." in page.text
        desk.book(desk.edition())
        assert TestBank.papers(desk)[0]["vat"]["rate"] == 850

    def test_a_credit_note_mirrors_its_invoice_and_a_fee_holds_none(self, desk: Desk) -> None:
        save(desk, "settings/vat", "action=save", **VAT)
        page = desk.book_and_pay(desk.edition())
        save(desk, "settings/vat", "action=save", charged=None)
        desk.at("2026-11-27 12:00")
        proposal = desk.cancellation(page)
        desk.browser.submit(proposal)
        by_kind = {paper["kind"]: paper["vat"] for paper in TestBank.papers(desk)}
        assert by_kind["credit_note"] == {"rate": 810, "included": 2548}
        assert by_kind["fee_invoice"] is None

    @pytest.mark.parametrize(
        ("typed", "field"),
        [({"number": ""}, "number"), ({"since": ""}, "since"), ({"since": "soon"}, "since"),
         ({"rates-0-rate": "a lot"}, "rates-0-rate"), ({"rates-0-since": ""}, "rates-0-since")],
    )  # fmt: skip
    def test_what_cannot_be_charged(self, desk: Desk, typed: dict[str, str], field: str) -> None:
        assert errors_of(desk.submit(desk.get("settings/vat"), "action=save", **VAT | typed)) == [field]

    def test_two_rates_of_one_day(self, desk: Desk) -> None:
        page = desk.submit(desk.get("settings/vat"), "action=add", **VAT)
        page = desk.submit(page, "action=save", **{"rates-1-since": "2024-01-01", "rates-1-rate": "8.5"})
        assert errors_of(page) == ["rates-1-since"]
        page = desk.submit(page, "action=remove-1")
        assert "Saved." in desk.submit(page, "action=save").text
