"""create-owner, and the way in for the first person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from booking.adapters import clock, demo_people, desk_links
from booking.cli import people as commands
from booking.cli import serve
from booking.config import load
from booking.domain.permission import Role
from booking.persistence.db import db
from booking.persistence.organisers import Organiser
from booking.persistence.transaction import atomic

WORDS = "four ducks in a row"
EMAIL = "marie@example.org"


def run(app: Flask, *arguments: str, typed: str = "") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["create-owner", *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.strip()


def the_one(app: Flask) -> Organiser:
    with app.app_context():
        found = db.session.scalars(select(Organiser)).one()
        db.session.expunge(found)
        return found


def test_an_owner_with_a_password(app: Flask) -> None:
    code, words = run(app, "Marie@Example.org", "--name", "Marie", "--language", "en", typed=f"{WORDS}\n{WORDS}\n")
    assert code == 0, words
    assert WORDS not in words
    assert "/desk" in words
    person = the_one(app)
    assert (person.email, person.name, person.locale, person.role) == (EMAIL, "Marie", "en", Role.OWNER)
    assert (person.password or "").startswith("$argon2id$")


@pytest.mark.parametrize(
    ("email", "typed", "told"),
    [
        ("marie", "", "no e-mail address"),
        (EMAIL, "short\n", "between 12 and 128"),
        (EMAIL, f"{WORDS}\n{WORDS}!\n", "not the same"),
    ],
)
def test_what_is_refused(app: Flask, email: str, typed: str, told: str) -> None:
    code, words = run(app, email, typed=typed)
    assert code == 2
    assert told in words


@pytest.mark.parametrize(("options", "typed"), [(["--link"], ""), ([], "\n")], ids=["asked for", "no password"])
def test_a_link_instead(app: Flask, options: list[str], typed: str) -> None:
    code, words = run(app, EMAIL, *options, typed=typed)
    assert code == 0, words
    token = words.rpartition("/")[2]
    with app.app_context():
        person = db.session.scalars(select(Organiser)).one()
        assert desk_links.read_invitation(token) == (person.id, person.invited_at)
        assert person.is_invited(clock.now())
    assert app.test_client().get(f"/fr/welcome/invitation/{token}").status_code == 200


def test_an_owner_who_lost_everything(app: Flask) -> None:
    run(app, EMAIL, "--name", "Marie", typed=f"{WORDS}\n{WORDS}\n")
    with app.app_context(), atomic():
        person = db.session.scalars(select(Organiser)).one()
        person.active, person.role, person.tf_primary_method = False, Role.STAFF, "authenticator"
        person.mf_recovery_codes, uniquifier = ["x"], person.fs_uniquifier
    code, words = run(app, EMAIL, "--link", "--forget-second-factor")
    assert code == 0, words
    person = the_one(app)
    assert (person.active, person.role, person.password) == (True, Role.OWNER, None)
    assert (person.has_second_factor, person.mf_recovery_codes) == (False, None)
    assert person.fs_uniquifier != uniquifier
    assert person.name == "Marie"


def test_the_first_ones_link_is_printed_as_long_as_nobody_is_there(make_app: Callable[..., Flask]) -> None:
    app = make_app(demo=False, secret_key="x" * 40, base_url="https://classes.example.ch")
    with app.app_context():
        link = commands.first_owner_link(clock.now())
        assert link
        assert link.startswith("https://classes.example.ch/fr/welcome/owner/")
    run(app, EMAIL, typed=f"{WORDS}\n{WORDS}\n")
    with app.app_context():
        assert commands.first_owner_link(clock.now()) is None


def test_doctor_says_that_nobody_is_there(app: Flask) -> None:
    def told() -> str:
        return app.test_cli_runner().invoke(args=["doctor"]).output

    assert "nobody has an account yet. flask serve prints a link" in told()
    run(app, EMAIL, typed=f"{WORDS}\n{WORDS}\n")
    assert "nobody has an account yet" not in told()


def test_the_demonstrations_people_are_told(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    with app.app_context():
        commands.seed_desk(clock.now())
        commands.seed_desk(clock.now())
        roles = db.session.scalars(select(Organiser.role).order_by(Organiser.id)).all()
        assert roles == [person.role for person in demo_people.PEOPLE]
        serve._announce(load({}), "127.0.0.1:8000", None)
    told = capsys.readouterr().out
    assert demo_people.PASSWORD in told
    assert "listening on 127.0.0.1:8000" in told
    page = app.test_client().get("/en/desk/sign-in")
    assert all(person.email in page.text for person in demo_people.PEOPLE)
    assert demo_people.PASSWORD in page.text


def test_in_earnest_nothing_of_the_demonstration_is_told(make_app: Callable[..., Flask]) -> None:
    app = make_app(demo=False, secret_key="x" * 40, base_url="https://classes.example.ch")
    run(app, EMAIL, typed=f"{WORDS}\n{WORDS}\n")
    page = app.test_client().get("/en/desk/sign-in", base_url="https://localhost")
    assert page.status_code == 200
    assert demo_people.PASSWORD not in page.text
