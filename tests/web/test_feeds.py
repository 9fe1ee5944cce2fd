"""Calendars, Atom, sitemap and robots: read back by the programs they are for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from booking.domain.publication import Publication
from tests import factories
from tests.factories import at

NOW = factories.NOW
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _dates(app: Flask) -> None:
    """A coming date, one called off, one just held; and a draft."""
    with app.app_context():
        blog = factories.make_class(slug="blog")
        factories.make_edition(
            blog, slug="r", online_url="https://meet.example.org/secret", venue=factories.make_venue()
        )
        off = [("2026-12-12 09:00", "2026-12-12 17:00")]
        factories.make_edition(factories.make_class(slug="data"), off, slug="off", called_off_at=NOW)
        factories.make_edition(factories.make_class(slug="old"), [("2026-10-10 09:00", "2026-10-10 17:00")], slug="o")
        factories.make_edition(factories.make_class(slug="draft", state=Publication.DRAFT), slug="d")


def test_the_calendar_holds_every_date(client: FlaskClient) -> None:
    response = client.get("/en/calendar.ics")
    assert response.mimetype == "text/calendar"
    events = {str(event["UID"]).split("@")[0]: event for event in Calendar.from_ical(response.text).walk("VEVENT")}
    assert set(events) == {"r-1", "off-1", "o-1"}
    assert events["r-1"]["DTSTART"].dt.astimezone(UTC) == at("2026-12-05 09:00")
    assert events["off-1"]["STATUS"] == "CANCELLED"
    assert "secret" not in response.text


@pytest.mark.parametrize("path", ["/en/calendar.ics", "/fr/classes/blog.ics", "/en/feed.atom", "/sitemap.xml"])
def test_an_unchanged_feed_is_the_same_a_minute_later(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_class_has_a_calendar_of_its_own(client: FlaskClient) -> None:
    events = Calendar.from_ical(client.get("/fr/classes/blog.ics").text).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Tenir un blog"]
    assert client.get("/fr/classes/draft.ics").status_code == 404


def test_the_atom_feed_lists_what_is_coming(client: FlaskClient) -> None:
    response = client.get("/en/feed.atom")
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.text)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["Keeping a blog – Saturday 5 December 2026"]
    for part in (feed, *feed.iter(f"{ATOM}entry")):
        assert datetime.fromisoformat(part.findtext(f"{ATOM}updated") or "") <= NOW
        assert (part.findtext(f"{ATOM}id") or "").startswith("http")


def test_the_sitemap_names_every_page_in_both_languages(client: FlaskClient) -> None:
    urls = ElementTree.fromstring(client.get("/sitemap.xml").text)
    places = {url.findtext(f"{SITEMAP}loc") for url in urls}
    base = "http://localhost"
    assert {f"{base}/fr/", f"{base}/en/classes/blog", f"{base}/fr/classes/data", f"{base}/en/terms"} <= places
    assert not [place for place in places if place and "draft" in place]
    assert all(len(list(url.iter(f"{XHTML}link"))) == 2 for url in urls)


def test_robots_are_kept_from_bookings_and_led_to_the_sitemap(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Disallow: /fr/my/" in text
    assert "Sitemap: http://localhost/sitemap.xml" in text
