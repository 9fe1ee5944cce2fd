"""Passkeys: added, used in place of password and code, used to show who one is, removed."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.persistence.db import db
from booking.persistence.organisers import Organiser, Passkey
from booking.persistence.sign_ins import SignIn
from booking.persistence.transaction import atomic
from tests.web.client import Browser
from tests.web.desk.authenticator import Authenticator
from tests.web.desk.organiser import Desk, letters_to


def add(desk: Desk, device: Authenticator, name: str = "Telephone") -> TestResponse:
    page = desk.submit(desk.get("account/passkeys"), name=name)
    return desk.submit(page, credential=device.create(page))


def use(browser: Browser, device: Authenticator, **typed: str) -> TestResponse:
    """Signs in with the button of the sign-in page."""
    page = browser.get("/en/desk/sign-in")
    token = {name: value for name, value in (("remember", typed.get("remember")),) if value}
    page = browser.post("/en/desk/sign-in/passkey", data={"csrf_token": csrf(page), **token})
    return browser.submit(page, credential=device.get(page))


def csrf(page: TestResponse) -> str:
    return page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def test_a_passkey_signs_in_alone(desk: Desk) -> None:
    device = Authenticator()
    page = add(desk, device)
    assert "the passkey Telephone signs you in" in page.text
    assert use(desk.browser, device).request.path == "/en/desk/"
    assert "Telephone" in desk.browser.get("/en/desk/account").text
    desk.run_jobs()
    assert "A passkey was added" in letters_to(desk, "owner@example.org")
    with desk.rows() as session:
        assert session.scalars(select(Passkey)).one().sign_count == 1


@pytest.mark.parametrize("remember", ["", "y"])
def test_staying_signed_in_is_asked_for(desk: Desk, remember: str) -> None:
    device = Authenticator()
    add(desk, device)
    use(desk.browser, device, remember=remember)
    with desk.rows() as session:
        latest = session.scalars(select(SignIn).order_by(SignIn.id.desc()).limit(1)).one()
        assert latest.lasting == bool(remember)


def test_a_device_that_anybody_can_open_is_refused(desk: Desk) -> None:
    """No finger, face or PIN: one factor is not two."""
    page = add(desk, Authenticator(verifies=False))
    assert "could not be checked" in page.text
    with desk.rows() as session:
        assert session.query(Passkey).count() == 0


def test_a_strange_passkey_is_refused(desk: Desk) -> None:
    add(desk, Authenticator())
    page = use(desk.browser, Authenticator())
    assert "No account here knows this passkey" in page.text


def test_a_passkey_of_another_site_is_refused(desk: Desk) -> None:
    device = Authenticator()
    add(desk, device)
    device.origin = "https://evil.example.net"
    assert "could not be checked" in use(desk.browser, device).text


def test_a_passkey_does_not_let_a_deactivated_person_in(desk: Desk) -> None:
    device = Authenticator()
    add(desk, device)
    with desk.rows(), atomic():
        db.session.scalars(select(Organiser)).one().active = False
    page = use(desk.browser, device)
    assert page.request.path == "/en/desk/sign-in/passkey"
    with desk.rows() as session:
        assert session.query(SignIn).count() == 1


def test_a_passkey_shows_who_it_is(desk: Desk) -> None:
    device = Authenticator()
    add(desk, device)
    with desk.seat.session_transaction() as session:
        session["fs_paa"] -= 2 * 3600
        session.pop("fs_gexp", None)
    page = desk.get("account/second-factor")
    assert page.request.path == "/en/desk/account/confirmation"
    page = desk.get("account/confirmation/passkey", next="/en/desk/account/second-factor")
    page = desk.submit(page)
    page = desk.submit(page, credential=device.get(page))
    assert page.request.path == "/en/desk/account/second-factor"


def test_a_removed_passkey_opens_nothing(desk: Desk) -> None:
    device = Authenticator()
    add(desk, device)
    page = desk.get("account")
    page = desk.seat.post(
        "/en/desk/account/passkeys/removal", data={"csrf_token": csrf(page), "name": "Telephone"}, follow_redirects=True
    )
    assert "no longer signs you in" in page.text
    assert "No account here knows this passkey" in use(desk.browser, device).text
    desk.run_jobs()
    assert "A passkey was removed" in letters_to(desk, "owner@example.org")


def test_names_tell_passkeys_apart(desk: Desk) -> None:
    add(desk, Authenticator())
    page = desk.submit(desk.get("account/passkeys"), name="Telephone")
    assert "You have a passkey named Telephone already" in page.text
    assert "Give the passkey a name" in desk.submit(desk.get("account/passkeys"), name="").text
    assert "Use letters" in desk.submit(desk.get("account/passkeys"), name="<b>x</b>").text
