"""What is said when something cannot be done."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from flask_babel import force_locale

from booking.domain import errors as refusals
from booking.domain.errors import Refusal
from booking.persistence.db import db
from booking.web import refusals as words
from booking.web.errors import WORDS
from booking.web.refusals import sentence
from tests.factories import NOW
from tests.web.client import Browser, browser_of
from tests.web.inspection import Page

KINDS = [
    kind
    for _name, kind in inspect.getmembers(refusals, inspect.isclass)
    if issubclass(kind, Refusal) and kind != Refusal
]
REASONS = {
    "RegistrationNotOpen": ("soon", "closed", "called_off"),
    "VoucherRefused": ("unknown", "too_early", "over", "used_up", "other_class"),
    "NotPayable": ("settled", "over", "cancelled"),
    "NotFound": ("class", "removed"),
    "StillUsed": ("class", "edition", "booking", "organiser"),
    "SlugRefused": ("taken", "kept"),
    "PictureRefused": ("kind", "broken", "huge", "heavy", "small", "narrow"),
    "NotMovable": ("called_off", "over", "decided", "unchanged"),
}
VALUES: dict[str, Any] = {
    "int": 123456, "int | None": 15, "datetime": NOW, "datetime | None": NOW, "str": "X", "tuple[str, ...]": ("X",),
}  # fmt: skip


def samples() -> list[Refusal]:
    """Every kind of refusal, once for each of its reasons."""
    made = []
    for kind in KINDS:
        facts = {
            each.name: VALUES[str(each.type)] for each in fields(kind) if each.default is MISSING or each.name == "at"
        }
        first = next(iter(facts), "")
        made += [kind(**(facts | {first: reason})) for reason in REASONS.get(kind.__name__, ())] or [kind(**facts)]
    return made


@pytest.mark.parametrize("refusal", samples(), ids=repr)
@pytest.mark.parametrize("locale", ["fr_CH", "en_CH"])
def test_every_refusal_has_a_sentence(app: Flask, refusal: Refusal, locale: str) -> None:
    with app.test_request_context(), force_locale(locale):
        said = sentence(refusal)
        assert said.endswith(".")
        assert "%(" not in said
        assert "1234.56" not in said
        assert 400 <= words.status(refusal) < 600


def test_amounts_and_moments_are_written_the_swiss_way(app: Flask) -> None:
    with app.test_request_context(), force_locale("en_CH"):
        assert "CHF\xa0170.00 instead of CHF\xa0102.00" in sentence(refusals.QuoteChanged(10200, 17000))
        assert "Sunday 1 November 2026 at 10:00" in sentence(refusals.RegistrationNotOpen("soon", NOW))
        assert sentence(refusals.EditionFull(1)).startswith("Only 1 seat is left")


@pytest.mark.parametrize(("path", "language"), [("/fr/nowhere", "fr"), ("/en/nowhere", "en"), ("/nowhere", "fr")])
def test_an_unknown_page_helps_in_the_language_of_the_path(browser: Browser, path: str, language: str) -> None:
    response = browser.get(path, headers={"Accept-Language": "fr"})
    assert response.status_code == 404
    page = Page.of(response.text)
    assert page.all("html")[0].attributes["lang"] == language
    assert f"/{language}/" in {element.attributes.get("href") for element in page.all("a")}
    assert 'content="noindex"' in response.text


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_error_has_a_page(make_app: Callable[..., Flask], code: int) -> None:
    app = make_app()

    def fail() -> None:
        abort(code)

    app.add_url_rule("/en/fail", "fail", fail)
    response = browser_of(app).get("/en/fail")
    assert response.status_code == code
    assert str(WORDS[code].title) in Page.of(response.text).text_of("h1")


def test_a_refusal_that_a_view_lets_through_is_told(make_app: Callable[..., Flask]) -> None:
    app = make_app()

    def refuse() -> None:
        raise refusals.EditionFull(0)

    app.add_url_rule("/en/full", "full", refuse)
    response = browser_of(app).get("/en/full")
    assert response.status_code == 409
    assert "All seats of this date are taken." in response.text


def test_a_wrong_method_says_which_are_right(browser: Browser, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    response = browser.post("/en/")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_form_without_its_token_is_explained(browser: Browser) -> None:
    response = browser.post("/en/link", data={"email": "a@example.org"})
    assert response.status_code == 400
    assert "This form was open for too long" in response.text


def test_a_defect_is_answered_without_the_database(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(db.session, "execute", broken)
    monkeypatch.setattr(db.session, "scalars", broken)
    app.testing = False
    response = browser.get("/en/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "no database" not in response.text


def test_even_a_broken_template_leaves_words(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_kwargs: object) -> str:
        raise RuntimeError("template")

    monkeypatch.setattr("booking.web.errors.render_template", broken)
    response = client.get("/en/nowhere")
    assert response.status_code == 404
    assert "Please try again in a moment" in response.text
