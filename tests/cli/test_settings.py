"""Settings that are missing or wrong are refused at start with a sentence that names them (booking/config.py)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from booking.config import ROOT, SettingsError, load

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
    assert settings.organiser.name == ""


def test_the_demonstration_needs_nothing():
    settings = load({"ATELIER_DEMO": "1"})
    assert settings.demo
    assert settings.organiser.name


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
