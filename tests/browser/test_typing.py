"""Nothing typed is lost, and no mouse is needed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
DAY = "ecrire-pour-le-web-d"
OTHER_LANGUAGE = ".languages a:not([aria-current])"


def test_switching_language_keeps_what_is_typed(visit: Visit):
    ada = visit(lang="fr", width=390).go(f"/editions/{DAY}/booking").fill(name="Ada Exemple", email="ada@")
    ada.page.check("#terms")
    ada.press(OTHER_LANGUAGE)
    assert ada.path.startswith("/en/")
    assert (ada.value("name"), ada.value("email"), ada.page.is_checked("#terms")) == ("Ada Exemple", "ada@", True)
    ada.press(".form > button.button-primary").sees("#email-error")
    ada.fill(email=ada.email).press(OTHER_LANGUAGE)
    assert ada.value("email") == ada.email


@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
def test_back_finds_what_was_typed(visit: Visit, js: bool):
    ada = visit(js=js).details(DAY)
    ada.back()
    assert (ada.value("name"), ada.value("email")) == ("Ada Exemple", ada.email)
    ada.press(".form > button.button-primary").press(OTHER_LANGUAGE).press(".check-change a")
    assert (ada.value("name"), ada.value("email")) == ("Ada Exemple", ada.email)
    ada.go(f"/editions/{DAY}/booking")
    assert ada.value("name") == "Ada Exemple"


def test_names_typed_survive_a_look_elsewhere(visit: Visit):
    ada = visit().book(DAY, "transfer")
    ada.press("a[href$='/attendees']").fill(seats_0_name="Somebody else").press(OTHER_LANGUAGE)
    assert ada.value("seats-0-name") == "Somebody else"
    ada.press(".form .actions button").press("a[href$='/attendees']")
    assert ada.page.evaluate("Object.keys(sessionStorage).length") == 0
    ada.go(ada.path.removesuffix("/attendees")).press("a.button-danger").press("form[method=post] .button-danger")


def test_booking_with_the_keyboard_alone(visit: Visit):
    ada = visit(lang="en").go(f"/editions/{DAY}/booking")
    keys = ada.page.keyboard
    tab_to(ada.page, "#name")
    keys.type("Ada Exemple")
    keys.press("Tab")
    keys.type(ada.email)
    tab_to(ada.page, "#terms")
    keys.press("Space")
    with ada.page.expect_navigation():
        tab_to(ada.page, ".form > button.button-primary")
        keys.press("Enter")
    tab_to(ada.page, "input[name=channel]")
    keys.press("ArrowDown")
    with ada.page.expect_navigation():
        tab_to(ada.page, ".obligation button")
        keys.press("Enter")
    ada.sees(".qr-bill")
    with ada.page.expect_navigation():
        tab_to(ada.page, "a.button-danger")
        keys.press("Enter")
    with ada.page.expect_navigation():
        tab_to(ada.page, "form[method=post] .button-danger")
        keys.press("Enter")
    ada.sees(".notice-success")


def test_the_first_tab_leads_past_the_header(visit: Visit):
    ada = visit().go("/")
    ada.page.keyboard.press("Tab")
    ada.sees(".skip-link:focus")
    ada.page.keyboard.press("Enter")
    assert ada.page.evaluate("document.activeElement.id") == "main"


def test_errors_are_where_the_reader_is(visit: Visit):
    ada = visit().go(f"/editions/{DAY}/booking").press(".form > button.button-primary")
    assert ada.page.evaluate("document.activeElement.className") == "error-summary"
    ada.page.click(".error-summary a[href='#email']")
    assert ada.page.evaluate("document.activeElement.id") == "email"


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until what is wanted has the focus, and sees that each focus shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"{selector} cannot be reached with Tab")
