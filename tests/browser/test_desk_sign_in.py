"""Coming to the desk in a real browser: by a link, with an app's code, with a passkey; every page of it looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from passlib.totp import TOTP

from tests.browser.visitor import Site, Visitor

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
PASSWORD = "four ducks in a row"
WAYS = [
    pytest.param({"lang": "fr", "width": 1280}, id="fr-desktop"),
    pytest.param({"lang": "en", "width": 390, "dark": True}, id="en-phone-dark"),
    pytest.param({"lang": "fr", "width": 390, "js": False}, id="fr-phone-without-js"),
]
_numbers = count(1)


def newcomer(visit: Visit, site: Site, **how: Any) -> Visitor:
    """An owner let in by the command, who has just chosen a password and thereby come in."""
    person = visit(**how)
    person.refused = {422}
    person.email = f"owner-{next(_numbers)}@example.org"
    told = site.flask("create-owner", person.email, "--link", "--name", "Marie Exemple", "--language", person.lang)
    person.go(told.split()[-1].removeprefix(site.address))
    person.press(".form button").sees(".error-summary a[href='#password']")
    person.page.fill("#password_confirm", PASSWORD)
    return person.fill(password=PASSWORD).press(".form button").sees(".notice-success")


def sign_in(person: Visitor) -> Visitor:
    return person.fill(email=person.email, password=PASSWORD).press(".form button.button-primary")


def sign_out(person: Visitor) -> Visitor:
    menu = person.page.locator("[popovertarget=desk-menu]")
    if menu.is_visible():
        menu.click()
    return person.press("form[action$='/sign-out'] button").sees("#email")


@pytest.mark.parametrize("how", WAYS)
def test_a_code_besides_the_password(visit: Visit, site: Site, how: dict[str, Any]) -> None:
    person = newcomer(visit, site, **how)
    person.go("/desk/account").press("a[href$='/second-factor']").press("button[value=authenticator]")
    app = TOTP(person.text("#key").replace("-", ""))
    person.fill(code="000000").press(".form button").sees("#code-error")
    person.fill(code=app.generate().token).press(".form button")
    person.press(".form button").sees("#codes")
    codes = person.text("#codes").split()
    assert len(codes) == 8
    sign_out(person)
    sign_in(person).fill(code=app.generate(time=time.time() + 30).token).press(".form button").sees(".desk-head")
    sign_out(person)
    sign_in(person).press("a[href*='recovery-code']").fill(code=codes[0]).press(".form button").sees(".desk-head")


@pytest.mark.parametrize("how", WAYS[:2])
def test_a_passkey_instead(visit: Visit, site: Site, how: dict[str, Any]) -> None:
    person = newcomer(visit, site, **how)
    person.site = person.site.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
    keeper = person.page.context.new_cdp_session(person.page)
    keeper.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
              "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    made = keeper.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    sign_in(person.go("/desk/sign-in")).go("/desk/account").press("a[href$='/passkeys']")
    person.fill(name="Téléphone").page.click(".form button")  # the script goes on by itself
    person.page.wait_for_url("**/desk/account")
    person.look().sees(".notice-success", "text=Téléphone")
    sign_out(person)
    person.page.click("button[formaction$='/sign-in/passkey']")
    person.page.wait_for_url("**/desk/")
    sign_out(person.look())
    keeper.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": False})
    person.press("button[formaction$='/sign-in/passkey']").sees("[data-passkey-failed] .notice").look()
    person.lacks("[data-passkey-missing]:visible")


def test_without_scripts_a_passkey_is_not_promised(visit: Visit) -> None:
    person = visit(js=False).go("/desk/sign-in")
    person.press("button[formaction$='/sign-in/passkey']").sees("[data-passkey-missing] .notice", "a[href$='/sign-in']")


@pytest.mark.parametrize("how", WAYS)
def test_people_and_account(visit: Visit, site: Site, how: dict[str, Any]) -> None:
    person = newcomer(visit, site, **how)
    for path in ("account", "account/address", "account/password", "account/recovery-codes", "people/", "people/new"):
        person.go(f"/desk/{path}").sees("h1")
    guest = f"guest-{next(_numbers)}@example.org"
    person.fill(name="Léa Exemple", email=guest)
    person.press(".form button").sees(".notice-success", f"text={guest}")
    person.press("table a >> text=Léa Exemple").sees("form[action$='/invitation']")
    person.press("a[href$='/deactivation']").press("form[action$='/deactivation'] button").sees(".notice-success")


@pytest.mark.parametrize("how", WAYS)
def test_the_door(visit: Visit, how: dict[str, Any]) -> None:
    stranger = visit(**how)
    stranger.refused = {410}
    stranger.go("/desk/sign-in").fill(email="nobody@example.org", password="x")
    stranger.press(".form button.button-primary").sees(".error-summary")
    stranger.press("a[href$='/desk/password']").fill(email="nobody@example.org").press(".form button").sees(".notice")
    stranger.go("/welcome/invitation/x").sees("h1")
    stranger.go("/desk/sign-in/passkey").sees("h1")
