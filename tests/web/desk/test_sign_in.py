"""Coming in: by password, without telling strangers who has an account, nor leading anybody elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.persistence.db import db
from booking.persistence.organisers import Organiser
from booking.persistence.sign_ins import SignIn
from booking.persistence.transaction import atomic
from booking.web.desk.sign_in_words import MESSAGES
from tests.web.client import Browser, browser_of
from tests.web.desk.organiser import PASSWORD, Desk, letter_link, letters_to

REFUSED = "do not fit together"
ANOTHER = "quite another password"


def test_the_address_to_remember_leads_to_the_persons_language(desk: Desk) -> None:
    email = desk.person("owner", locale="fr")
    page = desk.browser.get("/desk", headers={"Accept-Language": "en"}, follow_redirects=True)
    assert page.request.path == "/en/desk/sign-in"
    page = desk.browser.submit(page, email=email, password=PASSWORD)
    assert page.request.path == "/fr/desk/"
    assert desk.browser.get("/desk").headers["Location"] == "/fr/desk/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.org", ANOTHER), ("nobody@example.org", PASSWORD), ("away@example.org", PASSWORD), ("x", "y")],
    ids=["wrong password", "no account", "deactivated", "no address"],
)
def test_every_refusal_looks_the_same(desk: Desk, email: str, password: str) -> None:
    desk.person("owner")
    desk.person("staff", active=False, email="away@example.org")
    page = desk.sign_in(desk.browser, email, password)
    assert page.status_code == 200
    assert page.text.count(REFUSED) == 1
    assert "field-error" not in page.text
    assert desk.browser.get("/en/desk/account").status_code == 302


@pytest.mark.parametrize("written", ["OWNER@Example.org", " owner@example.org "])
def test_an_address_may_be_written_in_other_ways(desk: Desk, written: str) -> None:
    desk.person("owner")
    assert desk.sign_in(desk.browser, written).request.path == "/en/desk/"


def location_after_signing_in(desk: Desk, wanted: str) -> str:
    data = {"csrf_token": token_of(desk.browser.get("/en/desk/sign-in")), "password": PASSWORD, "next": wanted}
    return desk.browser.post("/en/desk/sign-in", data={"email": desk.person("owner"), **data}).headers["Location"]


def test_one_goes_on_to_the_page_that_was_wanted(desk: Desk) -> None:
    asked = desk.browser.get("/en/desk/account?x=1", follow_redirects=True)
    page = desk.browser.submit(asked, email=desk.person("owner"), password=PASSWORD)
    assert page.request.full_path == "/en/desk/account?x=1"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example.net/",
        "//evil.example.net/",
        "///evil.example.net/",
        "/\\evil.example.net/",  # browsers read it as a slash
        "\\\\evil.example.net/",
        "javascript:alert(1)",
        "http://localhost.evil.example.net/",
    ],
)
def test_one_goes_on_to_our_pages_only(desk: Desk, wanted: str) -> None:
    assert re.match(r"/[^/\\]|%5C", location_after_signing_in(desk, wanted))


def test_signing_out_is_a_button(desk: Desk) -> None:
    page = desk.get("account")
    assert desk.seat.get("/en/desk/sign-out").status_code == 405
    assert desk.seat.post("/en/desk/sign-out").status_code == 400, "without the form's token"
    done = desk.seat.post("/en/desk/sign-out", data={"csrf_token": token_of(page)}, follow_redirects=True)
    assert done.request.path == "/en/desk/sign-in"
    assert desk.seat.get("/en/desk/account").status_code == 302
    with desk.rows() as session:
        assert session.scalars(select(SignIn)).one().ended_at == desk.now


def test_tries_are_limited_by_account_for_strange_browsers(desk: Desk) -> None:
    email = desk.person("owner")
    known = desk.seat  # has signed in once, and out again
    known.delete_cookie("session", domain="localhost")
    for _ in range(10):
        assert desk.sign_in(desk.browser, email, ANOTHER).status_code == 200
    page = desk.sign_in(desk.browser, email)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "Too many attempts" in page.text
    assert desk.sign_in(known, email).request.path == "/en/desk/", "the own browser is never locked out by others"


def test_tries_are_limited_by_address(desk: Desk) -> None:
    answers = [desk.sign_in(desk.browser, f"p{n}@example.org", ANOTHER).status_code for n in range(41)]
    assert answers == [200] * 40 + [429]


def test_nothing_is_answered_to_programs(desk: Desk) -> None:
    email = desk.person("owner")
    body = {"email": email, "password": PASSWORD}
    assert desk.browser.post("/en/desk/sign-in?include_auth_token", json=body).status_code == 400
    page = desk.browser.get("/en/desk/sign-in", headers={"Accept": "application/json"})
    assert page.mimetype == "text/html"


def test_a_forgotten_password(desk: Desk) -> None:
    email = desk.person("owner")
    elsewhere = desk.seat
    page = desk.browser.get("/en/desk/password")
    page = desk.browser.submit(page, email=email)
    assert f"If {email} has an account here" in page.text
    desk.run_jobs()
    link = letter_link(desk, email, "Choose a new password")
    page = desk.browser.get(link)
    page = desk.browser.submit(page, password=ANOTHER, password_confirm=ANOTHER)
    assert page.request.path == "/en/desk/sign-in"
    assert elsewhere.get("/en/desk/account").status_code == 302, "every sign-in is ended"
    assert desk.sign_in(desk.browser, email).text.count(REFUSED) == 1
    assert desk.sign_in(desk.browser, email, ANOTHER).request.path == "/en/desk/"
    assert desk.browser.get(link).status_code == 302, "a link opens once"
    desk.run_jobs()
    assert "Your password was changed" in letters_to(desk, email)


@pytest.mark.parametrize("facts", [None, {"active": False}], ids=["nobody", "deactivated"])
def test_whether_an_account_exists_is_not_told(desk: Desk, facts: dict[str, Any] | None) -> None:
    desk.person("owner")
    email = desk.person("staff", **facts) if facts else "nobody@example.org"
    page = desk.browser.submit(desk.browser.get("/en/desk/password"), email=email)
    assert page.status_code == 200
    assert f"If {email} has an account here" in page.text
    desk.run_jobs()
    assert letters_to(desk, email) == []


def test_a_new_password_is_long_and_nobodys_guess(desk: Desk) -> None:
    desk.get()
    for password, told in (
        ("short", "between 12 and 128"),
        ("aaaaaaaaaaaaaaaa", "Too easy"),
        ("owner@example.org", "Too easy"),
        (PASSWORD, "already"),
    ):
        page = desk.get("account/password")
        page = desk.submit(page, password=PASSWORD, new_password=password, new_password_confirm=password)
        assert told in page.text, password


def test_a_changed_password_ends_all_other_browsers(desk: Desk) -> None:
    here, there = desk.seat, another_browser(desk)
    page = desk.get("account/password")
    page = desk.submit(page, password="wrong wrong wrong", new_password=ANOTHER, new_password_confirm=ANOTHER)
    assert "This is not your password" in page.text
    page = desk.submit(page, password=PASSWORD, new_password=ANOTHER, new_password_confirm=ANOTHER)
    assert "Your password is changed" in page.text
    assert here.get("/en/desk/account").status_code == 200
    assert there.get("/en/desk/account").status_code == 302
    assert desk.sign_in(there, "owner@example.org", ANOTHER).request.path == "/en/desk/"


def test_passwords_are_kept_as_argon2id(desk: Desk) -> None:
    desk.person("owner")
    with desk.rows() as session:
        assert session.scalars(select(Organiser.password)).one().startswith("$argon2id$")


def test_a_changed_secret_key_leaves_passwords_alone(desk: Desk, make_app: Any) -> None:
    email = desk.person("owner")
    desk.app = make_app(base_url="http://localhost", secret_key="another secret key of at least 32 characters")
    browser = browser_of(desk.app)
    assert desk.sign_in(browser, email).request.path == "/en/desk/"


def test_changing_oneself_late_asks_who_it_is(desk: Desk) -> None:
    desk.get()
    with desk.seat.session_transaction() as session:
        session["fs_paa"] -= 2 * 3600
    page = desk.get("account/second-factor")
    assert page.request.path == "/en/desk/account/confirmation"
    page = desk.submit(page, password=PASSWORD)
    assert page.request.path == "/en/desk/account/second-factor"


def test_every_sentence_of_the_library_is_ours(desk: Desk) -> None:
    """Those of features that are off are never said."""
    off = re.compile(
        "CONFIRM|ALREADY|LOGIN|US_|USERNAME|PHONE|REFRESH|OAUTH|REGISTER|ASSOCIATED|_CODE|CODE_|PASSWORDLESS|BREACHED|"
        "CHANGE_EMAIL|IDENTITY|GENERIC_(RECOVERY|US)|SIMPLE|FORGOT|SETUP_EXPIRED|PASSWORD_MISMATCH|PASSWORD_RESET$"
    )
    said = {name.removeprefix("SECURITY_MSG_") for name in desk.app.config if name.startswith("SECURITY_MSG_")}
    assert {name for name in said - set(MESSAGES) if not off.search(name)} == set()


def test_ways_in_that_are_not_offered_are_closed(desk: Desk) -> None:
    for path in ("tf-rescue", "tf-select"):
        assert desk.browser.get(f"/en/desk/{path}").status_code == 404


def token_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found
    return found[1]


def another_browser(desk: Desk, email: str = "owner@example.org") -> Browser:
    browser = browser_of(desk.app)
    desk.sign_in(browser, email)
    return browser


def test_a_deactivated_person_is_out_at_once(desk: Desk) -> None:
    desk.get()
    with desk.rows(), atomic():
        db.session.scalars(select(Organiser)).one().active = False
    assert desk.seat.get("/en/desk/account").status_code == 302
