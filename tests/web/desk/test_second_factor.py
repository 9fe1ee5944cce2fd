"""Codes of an app: set up, asked for, each once; recovery codes; required of everybody; lost."""

from __future__ import annotations

import re
import time

import pytest
from flask_security.proxies import _security
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.persistence.db import db
from booking.persistence.organisers import Organiser
from booking.persistence.transaction import atomic
from tests.web.client import Browser, browser_of
from tests.web.desk.organiser import Desk, letters_to

KEY = re.compile(r'id="key">([A-Z0-9-]+)<')


def code_of(desk: Desk, page: TestResponse, later: int = 0) -> str:
    """What the app shows, `later` seconds from now, after it took in the key on the page."""
    found = KEY.search(page.text)
    assert found
    with desk.rows():
        return str(_security.totp_factory._totp(found[1].replace("-", "")).generate(time=time.time() + later).token)


def own_code(desk: Desk, later: int = 30, email: str = "owner@example.org") -> str:
    """What the app shows in the next half minute."""
    with desk.rows() as session:
        secret = session.scalars(select(Organiser.tf_totp_secret).where(Organiser.email == email)).one()
        source = _security.totp_factory._totp.from_source(secret)
        return str(source.generate(time=time.time() + later).token)


def set_up(desk: Desk) -> TestResponse:
    page = desk.submit(desk.get("account/second-factor"), "setup=authenticator")
    return desk.submit(page, code=code_of(desk, page))


def recovery_codes(desk: Desk) -> list[str]:
    page = desk.submit(desk.get("account/recovery-codes"))
    return re.findall(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}", page.text)


def sign_in(desk: Desk) -> tuple[Browser, TestResponse]:
    """A new browser, after the password."""
    browser = browser_of(desk.app)
    return browser, desk.sign_in(browser, "owner@example.org")


def test_setting_it_up_leads_to_recovery_codes(desk: Desk) -> None:
    page = set_up(desk)
    assert page.request.path == "/en/desk/account/recovery-codes"
    codes = recovery_codes(desk)
    assert len(codes) == 8
    assert not any(code in desk.get("account/recovery-codes", show_codes="1").text for code in codes), "shown once"
    with desk.rows() as session:
        kept = session.scalars(select(Organiser)).one()
        assert not set(codes) & set(kept.mf_recovery_codes or [])
        assert "otpauth" not in (kept.tf_totp_secret or "")
    desk.run_jobs()
    assert "A second factor was set up" in letters_to(desk, "owner@example.org")


def test_a_wrong_code_can_be_corrected(desk: Desk) -> None:
    """The app needs not scan anew."""
    shown = desk.submit(desk.get("account/second-factor"), "setup=authenticator")
    page = desk.submit(shown, code="000000")
    assert "This code does not fit" in page.text
    page = desk.submit(page, code=code_of(desk, shown))
    assert page.request.path == "/en/desk/account/recovery-codes"


def test_the_password_is_no_longer_enough(desk: Desk) -> None:
    set_up(desk)
    browser, page = sign_in(desk)
    assert page.request.path == "/en/desk/sign-in/code"
    assert browser.get("/en/desk/account").status_code == 302
    page = browser.submit(page, code="123456")
    assert "This code does not fit" in page.text
    assert browser.submit(page, code="").text.count("Enter the code.") > 0
    code = own_code(desk)
    assert browser.submit(page, code=f" {code[:3]} {code[3:]} ").request.path == "/en/desk/"


def test_a_code_counts_once(desk: Desk) -> None:
    set_up(desk)
    code = own_code(desk)
    first, page = sign_in(desk)
    assert first.submit(page, code=code).request.path == "/en/desk/"
    second, page = sign_in(desk)
    assert "This code does not fit" in second.submit(page, code=code).text


def test_a_recovery_code_signs_in_once(desk: Desk) -> None:
    set_up(desk)
    code = recovery_codes(desk)[0]
    browser, _page = sign_in(desk)
    page = browser.get("/en/desk/sign-in/recovery-code")
    page = browser.submit(page, code=f" {code.upper()} ")
    assert page.request.path == "/en/desk/"
    assert "7 left" in browser.get("/en/desk/account").text
    again, _page = sign_in(desk)
    assert "not one of your recovery codes" in again.submit(again.get("/en/desk/sign-in/recovery-code"), code=code).text
    desk.run_jobs()
    assert "A recovery code was used" in letters_to(desk, "owner@example.org")


def test_codes_cannot_be_guessed_for_long(desk: Desk) -> None:
    set_up(desk)
    browser, page = sign_in(desk)
    answers = [browser.submit(page, code="000000").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


@pytest.mark.parametrize("path", ["sign-in/code", "sign-in/recovery-code"])
def test_without_the_password_no_code_is_asked_for(desk: Desk, path: str) -> None:
    page = desk.browser.get(f"/en/desk/{path}", follow_redirects=True)
    assert page.request.path == "/en/desk/sign-in"


def test_switching_it_off(desk: Desk) -> None:
    set_up(desk)
    recovery_codes(desk)
    page = desk.submit(desk.get("account/second-factor"), "setup=disable")
    assert "your password alone signs you in" in page.text
    with desk.rows() as session:
        person = session.scalars(select(Organiser)).one()
        assert (person.tf_totp_secret, person.mf_recovery_codes) == (None, None)
    assert sign_in(desk)[1].request.path == "/en/desk/"
    desk.run_jobs()
    assert "Your second factor was switched off" in letters_to(desk, "owner@example.org")


def test_it_can_be_required_of_everybody(desk: Desk) -> None:
    desk.as_("staff").get()
    page = desk.as_("owner").get("people/")
    page = desk.submit(page)
    assert page.request.path == "/en/desk/account/second-factor", "also of who requires it"
    page = desk.as_("staff").get("account")
    assert page.request.path == "/en/desk/account/second-factor"
    assert "Everybody at this desk" in page.text
    set_up(desk)
    assert desk.get("account").request.path == "/en/desk/account"
    page = desk.get("account/second-factor")
    assert "setup" in page.text
    assert "Switch it off" not in page.text
    desk.submit(page, "setup=disable")
    with desk.rows() as session:
        assert session.scalars(select(Organiser).where(Organiser.email == "staff@example.org")).one().has_second_factor


def test_an_owner_takes_a_lost_one_away(desk: Desk) -> None:
    desk.as_("staff").get()
    set_up(desk)
    with desk.rows() as session:
        staff = session.scalars(select(Organiser.id).where(Organiser.email == "staff@example.org")).one()
    page = desk.as_("owner").get(f"people/{staff}/second-factor")
    assert "The password alone then opens the account" in page.text
    desk.submit(page)
    browser = browser_of(desk.app)
    assert desk.sign_in(browser, "staff@example.org").request.path == "/en/desk/"
    desk.run_jobs()
    assert "Your second factor was taken away" in letters_to(desk, "staff@example.org")


def test_half_a_sign_in_ends_when_the_account_is_deactivated(desk: Desk) -> None:
    set_up(desk)
    browser, page = sign_in(desk)
    code = own_code(desk)
    with desk.rows(), atomic():
        person = db.session.scalars(select(Organiser)).one()
        person.active, person.fs_uniquifier = False, "another"
    assert browser.submit(page, code=code).request.path == "/en/desk/sign-in"
