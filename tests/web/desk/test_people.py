"""Owners invite, give roles, let in again and turn away; the last owner stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.adapters import desk_links
from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.permission import Role
from booking.persistence.db import db
from booking.persistence.masterclasses import Trainer
from booking.persistence.organisers import Organiser
from booking.persistence.transaction import atomic
from booking.services import people
from booking.services.people import Person
from tests.web.client import browser_of
from tests.web.desk.organiser import Desk, letter_link, letters_to
from tests.web.participant import errors_of

EMAIL = "lea@example.org"
INVITED = "Your invitation to the desk of Atelier du Lac"
CHOSEN = "four ducks in a row"


def invite(desk: Desk, **typed: str) -> TestResponse:
    facts = {"name": "Léa Exemple", "email": EMAIL, "role": "staff", "locale": "en"}
    return desk.submit(desk.get("people/new"), **facts | typed)


def row(desk: Desk, email: str = EMAIL) -> Organiser:
    with desk.rows() as session:
        found = session.scalars(select(Organiser).where(Organiser.email == email)).one()
        session.expunge(found)
        assert isinstance(found, Organiser)
        return found


def press(desk: Desk, path: str) -> TestResponse:
    """A button of a person's page, by the address that it sends to."""
    page = desk.get("people/")
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    return desk.seat.post(f"/en/desk/people/{path}", data={"csrf_token": token}, follow_redirects=True)


def test_somebody_invited_comes_in(desk: Desk) -> None:
    page = invite(desk)
    assert f"An invitation is on its way to {EMAIL}" in page.text
    assert "Invited" in page.text
    desk.run_jobs()
    link = letter_link(desk, EMAIL, INVITED)
    page = desk.browser.get(link)
    page = desk.browser.submit(page, name="Léa Autre", locale="fr", password="short", password_confirm="short")
    assert errors_of(page) == ["password"]
    page = desk.browser.submit(page, password=CHOSEN, password_confirm=CHOSEN)
    assert page.request.path == "/fr/desk/", "signed in already"
    assert browser_of(desk.app).get(link).status_code == 410, "a link opens once"
    assert desk.sign_in(browser_of(desk.app), EMAIL, CHOSEN).request.path == "/fr/desk/"
    person = row(desk)
    assert (person.name, person.locale, person.role) == ("Léa Autre", "fr", Role.STAFF)
    assert "Léa Autre" in desk.get("people/").text


def test_accents_in_a_password(desk: Desk) -> None:
    """One keyboard sends é as one sign, another as two."""
    invite(desk)
    desk.run_jobs()
    page = desk.browser.get(letter_link(desk, EMAIL, INVITED))
    desk.browser.submit(page, password="été à la montagne", password_confirm="été à la montagne")
    typed_elsewhere = "e\u0301te\u0301 a\u0300 la montagne"
    assert desk.sign_in(browser_of(desk.app), EMAIL, typed_elsewhere).request.path == "/en/desk/"


def test_who_has_a_second_factor_still_shows_it(desk: Desk) -> None:
    """An owner let in again by a command has a new link, and the second factor of before."""
    desk.person("owner", email=EMAIL, tf_primary_method="authenticator", tf_totp_secret="x")
    with desk.rows():
        people.enter(Person(EMAIL, "Léa", "en", Role.OWNER), None, False, desk.now)
        link = desk_links.invitation_url(row(desk))
    page = desk.browser.submit(desk.browser.get(link), password=CHOSEN, password_confirm=CHOSEN)
    assert page.request.path == "/en/desk/sign-in"
    assert "Sign in with it." in page.text
    assert desk.browser.get("/en/desk/").status_code == 302


def test_who_must_set_up_a_second_factor_is_led_there(desk: Desk) -> None:
    invite(desk)
    with desk.rows():
        people.require_second_factor(True, ORGANISER, desk.now)
    desk.run_jobs()
    page = desk.browser.get(letter_link(desk, EMAIL, INVITED))
    page = desk.browser.submit(page, password=CHOSEN, password_confirm=CHOSEN)
    assert page.request.path == "/en/desk/account/second-factor"


def test_whose_link_it_is_takes_the_place_of_who_was_there(desk: Desk) -> None:
    invite(desk)
    desk.run_jobs()
    before = desk.seat.get_cookie("session")
    page = desk.seat.get(letter_link(desk, EMAIL, INVITED))
    page = desk.seat.submit(page, password=CHOSEN, password_confirm=CHOSEN)
    assert "Léa Exemple" in page.text
    assert before != desk.seat.get_cookie("session")
    assert desk.seat.get("/en/desk/people/").status_code == 403, "staff, no longer the owner"


def test_a_newer_invitation_ends_the_older(desk: Desk) -> None:
    invite(desk)
    desk.run_jobs()
    older = letter_link(desk, EMAIL, INVITED)
    desk.now += timedelta(hours=1)
    press(desk, f"{row(desk).id}/invitation")
    desk.run_jobs()
    newer = letter_link(desk, EMAIL, INVITED)
    assert desk.browser.get(older).status_code == 410
    assert desk.browser.get(newer).status_code == 200


def test_an_invitation_opens_for_a_week(desk: Desk) -> None:
    invite(desk)
    desk.run_jobs()
    link = letter_link(desk, EMAIL, INVITED)
    desk.now += timedelta(days=6, hours=23)
    assert desk.browser.get(link).status_code == 200
    desk.now += timedelta(hours=1)
    assert desk.browser.get(link).status_code == 410
    desk.browsers.clear()  # the owner was away for a week
    assert "Invitation over" in desk.get("people/").text


def test_a_withdrawn_invitation_leaves_nothing(desk: Desk) -> None:
    invite(desk)
    desk.run_jobs()
    link = letter_link(desk, EMAIL, INVITED)
    press(desk, f"{row(desk).id}/invitation/withdrawal")
    assert desk.browser.get(link).status_code == 410
    with desk.rows() as session:
        assert session.query(Organiser).filter_by(email=EMAIL).count() == 0


def test_an_accepted_invitation_cannot_be_withdrawn(desk: Desk) -> None:
    desk.person("staff")
    assert press(desk, f"{row(desk, 'staff@example.org').id}/invitation/withdrawal").status_code == 410
    assert row(desk, "staff@example.org")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"email": "OWNER@example.org"}, ["email"]),
        ({"email": "x"}, ["email"]),
        ({"name": ""}, ["name"]),
        ({"role": ""}, ["role-0"]),
        ({"role": "trainer", "trainer_id": "0"}, ["trainer_id"]),
    ],
)
def test_what_an_invitation_needs(desk: Desk, typed: dict[str, str], wrong: list[str]) -> None:
    page = invite(desk, **typed)
    assert page.status_code == 422
    assert errors_of(page) == wrong


def test_a_trainer_is_linked(desk: Desk) -> None:
    with desk.rows(), atomic():
        trainer = Trainer(slug="ada", name="Ada", bio=Bilingual("", ""))
        db.session.add(trainer)
        db.session.flush()
        trainer_id = trainer.id
    invite(desk, role="trainer", trainer_id=str(trainer_id))
    assert row(desk).trainer_id == trainer_id
    page = desk.get(f"people/{row(desk).id}")
    desk.submit(page, role="staff", form=0)
    assert (row(desk).role, row(desk).trainer_id) == (Role.STAFF, None)


def test_a_role_changes_at_once(desk: Desk) -> None:
    desk.as_("staff").get()
    desk.as_("owner")
    page = desk.get(f"people/{row(desk, 'staff@example.org').id}")
    desk.submit(page, role="owner", form=0)
    assert desk.as_("staff").get("people/").status_code == 200


def test_the_last_owner_stays(desk: Desk) -> None:
    desk.get()
    own = row(desk, "owner@example.org").id
    invite(desk, role="owner")
    page = desk.submit(desk.get(f"people/{own}"), role="staff", form=0)
    assert page.status_code == 409
    assert "This is the last owner" in page.text, "one who never chose a password does not count"
    page = desk.submit(desk.get(f"people/{own}/deactivation"))
    assert page.status_code == 409
    person = row(desk, "owner@example.org")
    assert (person.role, person.active) == (Role.OWNER, True)


def test_an_owner_may_leave_another_one(desk: Desk) -> None:
    desk.get()
    desk.person("owner", email="second@example.org")
    page = desk.submit(desk.get(f"people/{row(desk, 'owner@example.org').id}"), role="staff", form=0)
    assert page.status_code == 403, "who is no owner any more does not see people"
    assert row(desk, "owner@example.org").role is Role.STAFF


def test_somebody_leaves_and_comes_back(desk: Desk) -> None:
    desk.as_("staff").get()
    theirs = desk.seat
    staff = row(desk, "staff@example.org").id
    page = desk.as_("owner").get(f"people/{staff}/deactivation")
    assert "signed out everywhere, at once" in page.text
    page = desk.submit(page)
    assert "may not sign in again" in page.text
    assert theirs.get("/en/desk/account").status_code == 302
    strange = browser_of(desk.app)
    assert "do not fit together" in desk.sign_in(strange, "staff@example.org").text
    press(desk, f"{staff}/activation")
    assert desk.sign_in(strange, "staff@example.org").request.path == "/en/desk/"


def test_nobody_there(desk: Desk) -> None:
    for path in ("", "/deactivation", "/second-factor"):
        assert desk.get(f"people/999{path}").status_code == 404


def test_the_first_owner_comes_in_by_a_link(desk: Desk) -> None:
    page = desk.browser.get("/en/desk/sign-in")
    assert "Nobody has an account yet" in page.text
    with desk.rows():
        link = desk_links.first_owner_url(desk.now, "en")
    page = desk.browser.get(link)
    page = desk.browser.submit(page, name="Marie", email="Marie@example.org", locale="fr", password=CHOSEN)
    assert errors_of(page) == ["password_confirm"]
    page = desk.browser.submit(page, password=CHOSEN, password_confirm=CHOSEN)
    assert page.request.path == "/fr/desk/", "signed in already"
    assert "Nobody has an account yet" not in browser_of(desk.app).get("/en/desk/sign-in").text
    assert desk.browser.get(link).status_code == 410
    assert row(desk, "marie@example.org").role is Role.OWNER


def test_the_first_owners_link_lasts_a_day(desk: Desk) -> None:
    with desk.rows():
        link = desk_links.first_owner_url(desk.now, "en")
    desk.now += timedelta(hours=23)
    assert desk.browser.get(link).status_code == 200
    desk.now += timedelta(hours=1)
    assert desk.browser.get(link).status_code == 410


@pytest.mark.parametrize("kind", ["invitation", "owner", "address"])
@pytest.mark.parametrize("token", ["x", "WzEsMl0.x", "0", "é"])
def test_links_that_are_none_of_ours(desk: Desk, kind: str, token: str) -> None:
    page = desk.browser.get(f"/en/welcome/{kind}/{token}")
    assert page.status_code == 410
    assert "This link no longer opens" in page.text


def test_one_kind_of_link_is_not_another(desk: Desk) -> None:
    invite(desk)
    desk.run_jobs()
    token = letter_link(desk, EMAIL, INVITED).rpartition("/")[2]
    for kind in ("owner", "address"):
        assert desk.browser.get(f"/en/welcome/{kind}/{token}").status_code == 410


def test_the_person_is_written_in_the_own_language(desk: Desk) -> None:
    invite(desk, locale="fr")
    desk.run_jobs()
    (subject,) = letters_to(desk, EMAIL)
    assert "/fr/welcome/" in letter_link(desk, EMAIL, subject)
