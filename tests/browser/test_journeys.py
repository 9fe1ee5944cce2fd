"""A participant's ways through the site in a real browser: read, book, pay, change, cancel."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.visitor import Site, Visitor

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
DAY = "ecrire-pour-le-web-d"
EVENING = "soiree-information-en-ligne"
PAYER_IBAN = "CH93 0076 2011 6238 5295 7"
WAYS = [
    pytest.param({"lang": "fr", "width": 1280}, id="fr-desktop"),
    pytest.param({"lang": "en", "width": 390, "dark": True}, id="en-phone-dark"),
    pytest.param({"lang": "fr", "width": 390, "js": False}, id="fr-phone-without-js"),
    pytest.param({"lang": "en", "width": 1280, "js": False, "dark": True}, id="en-desktop-dark-without-js"),
]


@pytest.mark.parametrize("how", WAYS)
def test_read_book_by_transfer_and_cancel_for_free(visit: Visit, how: dict[str, Any]):
    ada = visit(**how)
    ada.go("/").press('.invitation a[href$="/ecrire-pour-le-web"]')
    ada.sees(".schedule", ".seats")
    ada.press(f'a[href*="/editions/{DAY}/booking"] >> visible=true')
    ada.press(".form > button.button-primary").sees(".error-summary a[href='#email']", "#email-error")
    ada.fill(name="Ada Exemple", email=ada.email)
    ada.page.check("#terms")
    ada.press(".form > button.button-primary").sees(".obligation", ".schedule", ".amounts")
    ada.press('.check-change a[href$="#email"]')
    assert ada.value("name") == "Ada Exemple"
    ada.press(".form > button.button-primary")
    ada.page.check("input[value=transfer]")
    ada.press(".obligation button").sees(".tag-warning", ".qr-bill svg, .qr-bill img", "#bill-reference")
    assert ada.fetch(ada.address("a[href$='.pdf']")).startswith(b"%PDF-")
    if ada.js:
        ada.page.locator("[data-copy=bill-iban]").click()
        assert ada.page.evaluate("navigator.clipboard.readText()") == ada.text("#bill-iban")
    ada.press("a.button-danger").press("form[method=post] .button-danger").sees(".notice-success")
    ada.press(".actions .button-secondary").lacks(".qr-bill")


@pytest.mark.parametrize("how", WAYS[1:3])
def test_card_declined_left_and_paid(visit: Visit, how: dict[str, Any]):
    ada = visit(**how).book(DAY, "demo")
    ada.press("button[value=decline]").sees(".notice-error")
    ada.press("button[value=back]").sees(".tag-warning", ".countdown")
    ada.press("button[value=transfer]").sees(".qr-bill")
    ada.press("button[value=demo]").press("button[value=pay]").sees(".tag-success")
    assert b"BEGIN:VCALENDAR" in ada.fetch(ada.address("main a[href$='.ics']"))
    ada.press("a.button-danger").sees(".schedule", ".amounts")
    ada.press("form[method=post] .button-danger").sees(".notice-success")


@pytest.mark.parametrize("how", WAYS[::3])
def test_a_free_evening(visit: Visit, how: dict[str, Any]):
    ada = visit(**how).book(EVENING, None)
    ada.sees(".tag-success").lacks(".amounts")
    ada.press("a.button-danger").lacks(".schedule").press("form[method=post] .button-danger").sees(".notice-success")


@pytest.mark.parametrize("how", [{"lang": "fr", "width": 320}, {"lang": "en", "width": 1280, "js": False}],
                         ids=["fr-narrow", "en-desktop-without-js"])  # fmt: skip
def test_two_seats_a_voucher_other_names_and_one_cancelled(visit: Visit, how: dict[str, Any]):
    ada = visit(**how).go(f"/editions/{DAY}/booking")
    ada.fill(name="Ada Exemple", email=ada.email)
    ada.press("button[value=add]").fill(seats_1_name="Maximiliane von und zu Langenbrück-Hohenstein")
    ada.page.locator("summary").last.click()
    ada.fill(voucher="no such").page.check("#terms")
    ada.press(".form > button.button-primary").sees("#voucher-error")
    ada.fill(voucher="amis10").press(".form > button.button-primary").sees(".amounts-note")
    ada.page.check("input[value=demo]")
    ada.press(".obligation button").press("button[value=pay]").sees(".tag-success", ".attendee")
    ada.press("a[href$='/attendees']").fill(seats_1_name="Bea Muster").press(".form .actions button")
    assert "Bea Muster" in ada.text(".attendees")
    ada.press("a.button-danger")
    ada.page.locator("input[name=seat]").first.uncheck()
    ada.press("form[method=get] button")
    ada.press("form[method=post] .button-danger").sees(".amounts", ".papers")
    ada.press(".actions .button-secondary")
    assert ada.text(".attendees") == "Ada Exemple"
    ada.press("a.button-danger").press("form[method=post] .button-danger")


@pytest.mark.parametrize("how", WAYS[1:3])
def test_a_refund_that_fails_goes_by_bank(visit: Visit, how: dict[str, Any]):
    ada = visit(**how).book_and_pay(DAY, "fail")
    ada.press("a.button-danger").press("form[method=post] .button-danger")
    ada.refused = {422}
    ada.waits_for("a[href$='/account']").press("a[href$='/account']").fill(iban="CH00 1234").press(
        ".form .actions button"
    ).sees("#iban-error")
    ada.fill(iban=PAYER_IBAN).press(".form .actions button").lacks("a[href$='/account']")


@pytest.mark.parametrize("how", WAYS[:1])
def test_paid_by_transfer_and_paid_back_by_transfer(visit: Visit, site: Site, how: dict[str, Any]):
    ada = visit(**how).book(DAY, "transfer")
    own_page, reference = ada.path, ada.text("#bill-reference")
    site.flask("mark-paid", reference, ada.text("#bill-amount").removeprefix("CHF "), "2026-01-05")
    ada.go(own_page).sees(".tag-success")
    ada.refused = {422}
    ada.press("a.button-danger").press("form[method=post] .button-danger").sees("#iban-error")
    ada.fill(iban=PAYER_IBAN).press("form[method=post] .button-danger").sees(".notice-success")
    assert PAYER_IBAN.replace(" ", "") in site.flask("refunds")


def test_a_fresh_link_comes_by_mail(visit: Visit):
    ada = visit(width=390).book(DAY, "transfer")
    old = ada.path
    ada.go("/link").fill(email=ada.email).press(".form button")
    ada.sees("h1")
    letter = fresh_link(ada, old)
    ada.refused = {404}
    ada.go(old).sees("#email")
    ada.go(letter).sees(".qr-bill").press("a.button-danger").press("form[method=post] .button-danger")
    ada.go("/demo/mailbox").press(".mailbox a").sees("iframe, .mailbox-text")


def fresh_link(ada: Visitor, old: str) -> str:
    """The way to the booking in the newest mail, once it is another one than `old`."""
    for _ in range(20):
        found = {part for part in re.findall(r"/en/my/[\w.-]+", ada.mail()) if part != old}
        if found:
            return found.pop()
        ada.page.wait_for_timeout(250)
    raise AssertionError("no fresh link")
