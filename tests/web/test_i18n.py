"""Which language a page speaks, and how pages point at their twin in the other one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, abort, render_template_string, url_for
from flask.testing import FlaskClient
from flask_babel import force_locale

from booking import config
from booking.domain.bilingual import Bilingual
from booking.web import i18n
from booking.web.translations import compile_translations

PAGE = """{{ lang }}
{% for link in language_links() %}{{ link.lang }} {{ link.name }} {{ link.href|safe }} {{ link.current }}
{% endfor %}{{ canonical()|safe }}
{% for hreflang, href in alternates() %}{{ hreflang }} {{ href|safe }}
{% endfor %}"""


def small_site(**settings: Any) -> Flask:
    app = Flask("site")
    config.init_app(app, config.Settings(demo=True, base_url="https://classes.example.ch", **settings))
    i18n.init_app(app, app.extensions["settings"])
    app.register_error_handler(404, lambda _error: (render_template_string(PAGE), 404))

    @app.get("/<lang:lang>/classes/<slug>")
    def show(slug: str) -> str:
        return render_template_string(PAGE) if slug != "gone" else abort(404)

    @app.get("/<lang:lang>/")
    def home() -> Response:
        response = Response(render_template_string(PAGE))
        response.cache_control.public = True
        return response

    return app


@pytest.fixture
def client() -> FlaskClient:
    return small_site().test_client()


def lines(client: FlaskClient, path: str, **headers: str) -> list[str]:
    return client.get(path, headers=headers).text.strip().splitlines()


def test_a_page_names_itself_in_both_languages(client: FlaskClient) -> None:
    assert lines(client, "/en/classes/blog?month=2026-12&topic=%C3%A9crire") == [
        "en",
        "fr Français /fr/classes/blog?month=2026-12&topic=%C3%A9crire False",
        "en English /en/classes/blog?month=2026-12&topic=%C3%A9crire True",
        "https://classes.example.ch/en/classes/blog",
        "fr https://classes.example.ch/fr/classes/blog",
        "en https://classes.example.ch/en/classes/blog",
        "x-default https://classes.example.ch/fr/classes/blog",
    ]


@pytest.mark.parametrize(
    ("path", "accept", "language"),
    [
        ("/fr/classes/gone", "en", "fr"),
        ("/en/typo", "fr", "en"),
        ("/typo", "en-GB,en;q=0.8", "en"),
        ("/typo", "de", "fr"),
        ("/de/", "en", "en"),
    ],
)
def test_unknown_pages_answer_in_the_language_of_their_address(
    client: FlaskClient, path: str, accept: str, language: str
) -> None:
    response = client.get(path, headers={"Accept-Language": accept})
    assert response.status_code == 404
    assert response.text.splitlines()[0] == language


def test_unknown_pages_point_to_the_front_pages(client: FlaskClient) -> None:
    page = lines(client, "/en/typo?month=12")
    assert page[1:3] == ["fr Français /fr/ False", "en English /en/ True"]
    assert page[3:] == ["https://classes.example.ch/en/typo"]  # and no alternates


@pytest.mark.parametrize(
    ("cookie", "accept", "goal"),
    [
        (None, "", "/fr/"),
        (None, "en-GB,en;q=0.9,fr;q=0.1", "/en/"),
        (None, "de-CH,fr-CH;q=0.8,en;q=0.2", "/fr/"),
        (None, "de", "/fr/"),
        ("en", "fr", "/en/"),
        ("de", "en", "/en/"),
    ],
)
def test_the_root_chooses_by_cookie_then_browser_then_french(
    client: FlaskClient, cookie: str | None, accept: str, goal: str
) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    response = client.get("/", headers={"Accept-Language": accept})
    assert (response.status_code, response.location) == (302, goal)
    assert set(response.vary) == {"Cookie", "Accept-Language"}


def test_the_language_is_remembered_but_not_by_pages_that_everybody_reads(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/en/").headers
    assert "lang=en" in client.get("/en/classes/blog").headers["Set-Cookie"]
    assert "Set-Cookie" not in client.get("/en/classes/blog").headers  # known already
    assert client.get("/").location == "/en/"


def test_a_site_of_one_language_has_no_other() -> None:
    client = small_site(languages=("en",)).test_client()
    assert client.get("/fr/").status_code == 404
    assert client.get("/", headers={"Accept-Language": "fr"}).location == "/en/"
    assert lines(client, "/en/")[1:3] == ["en English /en/ True", "https://classes.example.ch/en/"]


def test_addresses_stay_right_below_a_prefix(client: FlaskClient) -> None:
    page = client.get("/en/classes/blog", base_url="https://classes.example.ch/booking").text.splitlines()
    assert page[1] == "fr Français /booking/fr/classes/blog False"
    assert page[3] == "https://classes.example.ch/en/classes/blog"  # the setting names the prefix


def test_addresses_in_a_mail_follow_its_language() -> None:
    with small_site().test_request_context("/en/classes/blog"), force_locale("fr_CH"):
        assert url_for("show", slug="blog") == "/fr/classes/blog"
        assert url_for("show", slug="blog", lang="en") == "/en/classes/blog"


@pytest.mark.parametrize(
    ("pair", "marked", "plain"),
    [
        (Bilingual("Écrire", "Writing"), "Écrire", "Écrire"),
        (Bilingual("", "Q&A <live>"), '<span lang="en">Q&amp;A &lt;live&gt;</span>', "Q&A <live>"),
        (Bilingual("L’atelier & vous", ""), "L’atelier &amp; vous", "L’atelier & vous"),
        (Bilingual(), "", ""),
    ],
)
def test_the_other_language_stands_in_and_says_so(pair: Bilingual, marked: str, plain: str) -> None:
    with small_site().test_request_context("/fr/"):
        assert i18n.text(pair) == marked
        assert i18n.words(pair) == plain


def test_wrapped_text_is_trimmed_before_it_is_looked_up() -> None:
    app = small_site()
    with app.test_request_context("/en/"):
        assert render_template_string("{% trans %}two\n   lines{% endtrans %}") == "two lines"


def test_translations_are_compiled_when_missing_or_older(tmp_path: Path) -> None:
    source = tmp_path / "fr" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\nmsgid "Yes"\nmsgstr "Oui"\n')
    target = source.with_suffix(".mo")
    assert compile_translations(tmp_path) == [target]
    assert b"Oui" in target.read_bytes()
    assert compile_translations(tmp_path) == []
    os.utime(target, ns=(0, 0))
    assert compile_translations(tmp_path) == [target]
    assert sorted(path.name for path in source.parent.iterdir()) == ["messages.mo", "messages.po"]
