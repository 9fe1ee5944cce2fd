"""Settings that are missing or wrong are refused at start with a sentence that names them (booking/config.py)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from flask import Flask

from booking.config import ROOT, SettingsError, init_app, load

REAL = {"ATELIER_SECRET_KEY": "x" * 40, "ATELIER_BASE_URL": "https://classes.example.ch"}

WRONG = {
    "SECRET_KEY": ["", "short", "a-secret-for-the-demonstration-only"],
    "BASE_URL": ["classes.example.ch", "https://classes.example.ch/", "ftp://classes.example.ch", "https://"],
    "DEMO": ["maybe"],
    "LANGUAGES": ["de", "fr,de", ","],
    "JOBS": ["sometimes"],
    "DATABASE_URL": ["mysql://localhost/x", "atelier.db"],
    "SMTP_URL": ["mail.example.org", "http://mail.example.org"],
    "TRUSTED_PROXIES": ["one", "-1"],
    "ORGANISER_LOCALE": ["de"],
    "LOG_LEVEL": ["LOUD"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_refused_with_its_name(name: str, value: str):
    with pytest.raises(SettingsError, match=f"ATELIER_{name}"):
        load({**REAL, f"ATELIER_{name}": value})


def test_all_that_is_needed():
    settings = load(REAL)
    assert not settings.demo
    assert settings.initial_organiser.name == ""


def test_the_demonstration_needs_nothing():
    settings = load({"ATELIER_DEMO": "1"})
    assert settings.demo
    assert settings.initial_organiser.name


@pytest.mark.parametrize("word", ["0", "no", "false", "off", ""])
def test_the_demonstration_is_off(word: str):
    assert not load({**REAL, "ATELIER_DEMO": word}).demo


def test_the_command_says_so_without_a_traceback():
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    command = [sys.executable, "-m", "flask", "--app", "app", "doctor"]
    result = subprocess.run(
        command, cwd=ROOT, env=clean | {"ATELIER_DEMO": "0"}, capture_output=True, text=True, timeout=60
    )
    assert result.returncode != 0
    assert "ATELIER_SECRET_KEY" in result.stderr
    assert "Traceback" not in result.stderr


STRIPE = {"STRIPE_SECRET_KEY": "rk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"STRIPE_WEBHOOK_SECRET": "whsec_a"}, "STRIPE_SECRET_KEY is missing"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:9"}, "STRIPE_SECRET_KEY is missing"),
        ({"STRIPE_SECRET_KEY": "pk_live_x"}, "pk_ is not it"),
        ({"STRIPE_SECRET_KEY": "nonsense"}, "STRIPE_SECRET_KEY must begin with"),
        ({**STRIPE, "STRIPE_WEBHOOK_SECRET": "whsec_a,we_b"}, "STRIPE_WEBHOOK_SECRET must begin with whsec_"),
        ({"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_API_BASE": "http://127.0.0.1:9"}, "STRIPE_API_BASE is for tests"),
        ({"STRIPE_SECRET_KEY": "rk_live_x", "ATELIER_DEMO": "1"}, "refused in the demonstration"),
        ({"STRIPE_SECRET_KEY": "rk_live_x", "ATELIER_BASE_URL": "http://classes.example.ch"}, "begins with https://"),
    ],
)
def test_stripe_settings_that_are_refused(given: dict[str, str], said: str):
    with pytest.raises(SettingsError, match=said) as refusal:
        load({**REAL, **given})
    assert not {"rk_live_x", "sk_live_x", "nonsense"} & set(refusal.value.message.split())


@pytest.mark.parametrize("key", ["sk_test_x", "rk_test_x", "sk_live_x", "rk_live_x"])
def test_stripe_settings_that_are_taken(key: str):
    stripe = load({**REAL, **STRIPE, "STRIPE_SECRET_KEY": key}).stripe
    assert stripe.webhook_secrets == ("whsec_a", "whsec_b")
    assert stripe.live == ("_live_" in key)


def test_a_live_key_is_refused_in_debug_mode():
    app = Flask(__name__)
    app.debug = True
    with pytest.raises(SettingsError, match="debug mode"):
        init_app(app, load({**REAL, "STRIPE_SECRET_KEY": "rk_live_x"}))


@pytest.mark.parametrize("base", ["127.0.0.1:12111", "ftp://x", "http://"])
def test_the_address_of_a_stand_in_is_an_address(base: str) -> None:
    with pytest.raises(SettingsError, match="STRIPE_API_BASE"):
        load({"ATELIER_DEMO": "1", "STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": base})
