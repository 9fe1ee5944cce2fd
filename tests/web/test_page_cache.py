"""Shared pages: kept for a minute and a version, never mixed with anybody's own."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, request
from flask.testing import FlaskClient

from booking.domain.booking import BookingState
from booking.persistence import counters
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic
from booking.web.page_cache import MAX_PAGES, PageCache
from tests import factories

NOW = factories.NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """One of its own, as tests change what it does before a request."""
    return make_app()


@pytest.fixture
def edition_id(app: Flask) -> int:
    with app.app_context():
        return factories.make_edition(factories.make_class(slug="blog")).id


@pytest.fixture
def cache(app: Flask) -> PageCache:
    assert isinstance(app.wsgi_app, PageCache)
    return app.wsgi_app


def rendered(app: Flask) -> list[str]:
    """Notes the path of each request that reaches Flask."""
    paths: list[str] = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: paths.append(request.full_path))
    return paths


@pytest.mark.usefixtures("edition_id")
def test_a_page_is_written_once_a_minute(app: Flask, client: FlaskClient, clock: time_machine.Coordinates) -> None:
    paths = rendered(app)
    first = client.get("/fr/")
    assert client.get("/fr/").data == first.data
    assert len(paths) == 1
    clock.shift(timedelta(seconds=60))
    client.get("/fr/")
    assert len(paths) == 2


def test_a_booking_shows_at_once(app: Flask, client: FlaskClient, edition_id: int) -> None:
    assert "10 places libres" in client.get("/fr/").text
    with app.app_context():
        factories.make_booking(db.session.get_one(Edition, edition_id), BookingState.CONFIRMED)
        with atomic():
            counters.catalogue_changed()
    assert "9 places libres" in client.get("/fr/").text


def test_a_change_by_another_process_shows_within_a_second(
    app: Flask, client: FlaskClient, cache: PageCache, clock: time_machine.Coordinates
) -> None:
    paths = rendered(app)
    client.get("/fr/")
    with app.app_context(), db.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("insert into counter (name, value) values ('catalogue', 7)")
    client.get("/fr/")
    assert len(paths) == 1
    clock.shift(timedelta(seconds=1))
    client.get("/fr/")
    assert len(paths) == 2


@pytest.mark.usefixtures("edition_id")
def test_whoever_has_the_page_is_told_so(client: FlaskClient) -> None:
    first = client.get("/fr/")
    again = client.get("/fr/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get("/fr/", headers={"If-None-Match": 'W/"other"'}).status_code == 200


@pytest.mark.usefixtures("edition_id")
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "gzip"), ("br", None), ("gzip;q=0", None), ("gzip;q=0.5", "gzip"), ("", None)],
)
def test_it_is_sent_packed_to_those_who_can_read_that(client: FlaskClient, accepted: str, encoding: str | None) -> None:
    for _first_and_kept in range(2):
        response = client.get("/fr/", headers={"Accept-Encoding": accepted})
        assert response.headers.get("Content-Encoding") == encoding
        body = gzip.decompress(response.data) if encoding else response.data
        assert b"Tenir un blog" in body
        assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.usefixtures("edition_id")
@pytest.mark.parametrize(
    "path", ["/fr/", "/en/classes/blog", "/fr/terms", "/fr/feed.atom", "/sitemap.xml", "/robots.txt"]
)
def test_it_carries_nothing_of_a_visitor(client: FlaskClient, path: str) -> None:
    for _first_and_kept in range(2):
        response = client.get(path, headers={"Cookie": "lang=en; session=x", "Accept-Language": "de"})
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "csrf" not in response.text
        assert response.headers["Cache-Control"] == "public, max-age=10"
        assert "Content-Security-Policy" in response.headers


@pytest.mark.usefixtures("edition_id")
def test_a_head_request_gets_the_headers_alone(client: FlaskClient) -> None:
    full = client.get("/fr/")
    for _first_and_kept in range(2):
        response = client.head("/fr/")
        assert response.data == b""
        assert response.headers["Content-Length"] == full.headers["Content-Length"]


@pytest.mark.usefixtures("edition_id")
def test_made_up_addresses_are_answered_but_not_kept(client: FlaskClient, cache: PageCache) -> None:
    for query in ("utm=1", "month=1999-01", "topic=x", "free=yes", "date=none", "month=2026-12&utm=1"):
        assert client.get(f"/fr/?{query}").status_code == 200
    assert client.get("/fr/classes/blog?date=nope").status_code == 200
    assert client.get("/fr/nowhere").status_code == 404
    assert not cache._pages


@pytest.mark.usefixtures("edition_id")
def test_it_does_not_grow_without_end(client: FlaskClient, cache: PageCache) -> None:
    client.get("/fr/")
    page = next(iter(cache._pages.values()))
    for number in range(2 * MAX_PAGES):
        cache._store(("http", "", f"/{number}", ""), page)
    assert len(cache._pages) == MAX_PAGES


def test_pages_of_one_visitor_are_never_kept(client: FlaskClient, cache: PageCache, edition_id: int) -> None:
    response = client.get("/fr/link")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not cache._pages
