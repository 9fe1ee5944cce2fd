"""check, doctor, sweep and import-catalogue: what they say, and with which status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from booking.adapters import clock
from booking.config import ROOT, OrganiserIdentity
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass
from booking.persistence.transaction import atomic
from tests.factories import make_booking, make_edition

HOME = OrganiserIdentity(iban="CH9300762011623852957")


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.strip()


def test_check_of_a_sound_house(app: Flask):
    assert run(app, "check")[0] == 0


def test_check_tells_what_does_not_agree(app: Flask):
    with app.app_context():
        edition = make_edition(capacity=1, minimum=1, meetings=[("2035-12-01 09:00", "2035-12-01 17:00")])
        for _ in range(2):
            make_booking(edition, now=clock.now())
    code, words = run(app, "check")
    assert code == 1
    found = len(words.splitlines())
    assert f"FIX   Data: {found} thing{'s do' if found > 1 else ' does'} not agree" in run(app, "doctor")[1]


def test_sweep_ends_what_is_over(app: Flask):
    with app.app_context():
        edition = make_edition(meetings=[("2035-12-01 09:00", "2035-12-01 17:00")])
        booking = make_booking(edition, now=clock.now())
        with atomic():
            db.session.get_one(Booking, booking.id).hold_until = clock.now() - timedelta(minutes=1)
    assert run(app, "sweep")[0] == 0
    with app.app_context():
        assert db.session.query(Booking).one().state.value == "expired"


def test_doctor_of_the_demonstration(app: Flask):
    code, words = run(app, "doctor")
    assert code == 0, words
    assert "Demonstration: on" in words
    assert "ok    Data: everything agrees." in words
    assert "FIX" not in words


def test_doctor_names_every_setting_that_lacks(make_app: Callable[..., Flask]):
    bare = OrganiserIdentity(name="", street="", postcode="", town="", email="", phone="", iban="")
    code, words = run(make_app(demo=False, secret_key="x" * 40, initial_organiser=bare), "doctor")
    assert code == 1
    for name in ("BASE_URL", "ORGANISER_NAME", "ORGANISER_EMAIL", "ORGANISER_IBAN", "SMTP_URL"):
        assert f"ATELIER_{name}" in words


def test_doctor_tries_the_mail_server(make_app: Callable[..., Flask]):
    real = {"demo": False, "secret_key": "x" * 40, "base_url": "https://classes.example.ch", "initial_organiser": HOME}
    code, words = run(make_app(**real, smtp_url="smtp://127.0.0.1:9"), "doctor")
    assert code == 1
    assert "ATELIER_SMTP_URL" in words
    assert words.count("FIX") == 1


@pytest.mark.parametrize("iban", ["CH00 0000", "CH9300762011623852958"])
def test_doctor_checks_the_account(make_app: Callable[..., Flask], iban: str):
    code, words = run(make_app(initial_organiser=OrganiserIdentity(iban=iban)), "doctor")
    assert code == 1
    assert "ATELIER_ORGANISER_IBAN" in words


def test_doctor_without_a_database(make_app: Callable[..., Flask], tmp_path: Path):
    code, words = run(make_app(database_url=f"sqlite:///{tmp_path / 'none' / 'a.db'}"), "doctor")
    assert code == 1
    assert "ATELIER_DATABASE_URL" in words


def test_the_demonstration_is_imported_twice(app: Flask):
    path = str(ROOT / "content" / "demo.toml")
    for _ in range(2):
        code, words = run(app, "import-catalogue", path)
        assert code == 0, words
    with app.app_context():
        assert db.session.query(MasterClass).count() == 7


def test_what_the_desk_changed_is_named_and_replaced_only_when_asked(app: Flask):
    path = str(ROOT / "content" / "demo.toml")
    run(app, "import-catalogue", path)
    with app.app_context(), atomic():
        db.session.query(MasterClass).filter_by(slug="ecrire-pour-le-web").one().kind = "course"
    code, words = run(app, "import-catalogue", path)
    assert code == 2
    assert "nothing was changed" in words
    assert "class ecrire-pour-le-web, slug: it was changed at the desk" in " ".join(words.split())
    assert run(app, "import-catalogue", "--overwrite", path)[0] == 0
    assert run(app, "import-catalogue", path)[0] == 0


@pytest.mark.parametrize(
    ("text", "told"), [("[[class]]\nslug = 3\n", "line"), ("not toml", "line"), ("[[klass]]\n", "klass")]
)
def test_a_wrong_catalogue_names_line_and_field(app: Flask, tmp_path: Path, text: str, told: str):
    file = tmp_path / "classes.toml"
    file.write_text(text)
    code, words = run(app, "import-catalogue", str(file))
    assert code == 2
    assert "nothing was changed" in words
    assert told in words


def test_a_catalogue_that_is_not_there(app: Flask, tmp_path: Path):
    assert run(app, "import-catalogue", str(tmp_path / "none.toml"))[0] == 2


def test_a_catalogue_that_is_no_text(app: Flask, tmp_path: Path):
    file = tmp_path / "classes.toml"
    file.write_bytes(b"\xff\xfe\x00title")
    code, words = run(app, "import-catalogue", str(file))
    assert code == 2
    assert "UTF-8" in words
