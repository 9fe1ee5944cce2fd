"""The catalogue and the page of a class: what they say, to whom, and at what cost."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.publication import Publication
from booking.persistence import counters
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass, Topic
from booking.persistence.transaction import atomic
from tests import factories
from tests.factories import at
from tests.statements import counted_queries
from tests.web.client import Browser
from tests.web.inspection import Page

NOW = factories.NOW  # Sunday 1 November 2026


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def edition(app: Flask) -> Iterator[Edition]:
    """Edition R of the rules: 5 December 2026, Lausanne, CHF 340.–, 5 to 10 people."""
    with app.app_context():
        yield factories.make_edition(factories.make_class(slug="blog"), slug="r")


def words(html: str) -> str:
    """The text of the page as a reader meets it, in one line."""
    return " ".join(Page.of(html).text_of("main").split())


@pytest.mark.usefixtures("edition")
def test_an_invitation_says_what_one_decides_by(browser: Browser) -> None:
    page = words(browser.get("/fr/").text)
    for said in ("Décembre 2026", "Tenir un blog", "en français", "samedi 5 décembre 2026", "Lausanne", "CHF\xa0340.–"):
        assert " ".join(said.split()) in page
    assert "10 places libres" in page


def test_an_empty_catalogue_teaches(browser: Browser) -> None:
    assert "No date is planned at the moment" in words(browser.get("/en/").text)


def test_seats_are_counted_as_taken_or_held(browser: Browser, edition: Edition) -> None:
    factories.make_booking(edition, BookingState.CONFIRMED, seats=2)
    factories.make_booking(db.session.merge(edition), BookingState.PENDING, Channel.TRANSFER)
    page = words(browser.get("/en/").text)
    assert "7 seats left · 2 of 10 seats taken, 1 on hold" in page


def test_a_full_date_says_so_at_once(browser: Browser, app: Flask) -> None:
    with app.app_context():
        edition = factories.make_edition(factories.make_class(slug="small"), minimum=1, capacity=1)
        factories.make_booking(edition, BookingState.CONFIRMED)
    assert "Full" in words(browser.get("/en/").text)
    page = browser.get("/en/classes/small")
    assert "This date is full. A seat that is given back appears here at once." in words(page.text)
    assert "/booking" not in page.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Blog", "Data"}),
        ("month=2026-12", {"Blog"}),
        ("month=2027-01", {"Data"}),
        ("taught=en", {"Data"}),
        ("topic=writing", {"Blog"}),
        ("free=1", {"Data"}),
        ("month=2027-01&taught=en&free=1", {"Data"}),
        ("taught=fr&free=1", set()),
    ],
)
def test_filters_combine(browser: Browser, app: Flask, query: str, shown: set[str]) -> None:
    with app.app_context():
        with atomic() as session:
            session.add(Topic(slug="writing", title=Bilingual("Écriture", "Writing")))
            session.add(Topic(slug="data", title=Bilingual("Données", "Data sets")))
        blog = factories.make_class(slug="blog", title=Bilingual("Blog", "Blog"), topics=["writing"])
        data = factories.make_class(slug="data", title=Bilingual("Data", "Data"), topics=["data"], language="en")
        full = factories.make_edition(blog, capacity=1, minimum=1)
        factories.make_edition(data, [("2027-01-09 09:00", "2027-01-09 17:00")])
        factories.make_booking(full, BookingState.CONFIRMED)
    html = browser.get(f"/en/?{query}").text
    assert {element.text for element in Page.of(html).all("h3")} == shown
    assert ('content="noindex,follow"' in html) == bool(query)
    assert '<link rel="canonical" href="http://localhost/en/">' in html


def test_past_dates_are_shown_as_past(browser: Browser, app: Flask) -> None:
    with app.app_context():
        factories.make_edition(factories.make_class(slug="blog"), [("2026-10-10 09:00", "2026-10-10 17:00")])
    assert "Under way or recent" in words(browser.get("/en/").text)
    page = words(browser.get("/en/classes/blog").text)
    assert "No date is planned" in page
    assert "Already held on: 10 October 2026." in page


@pytest.mark.parametrize("how", ["begun", "closed", "called off"])
def test_what_can_no_longer_be_booked_has_no_seats_left(browser: Browser, app: Flask, how: str) -> None:
    meetings = {"begun": [("2026-10-31 09:00", "2026-10-31 17:00"), ("2026-11-07 09:00", "2026-11-07 17:00")]}.get(how)
    changes = {"closed": {"registration_closes_at": at("2026-10-31 23:59")}, "called off": {"called_off_at": NOW}}
    with app.app_context():
        factories.make_edition(factories.make_class(slug="blog"), meetings, **changes.get(how, {}))
    page = browser.get("/en/classes/blog").text
    assert "seats left" not in words(page) + words(browser.get("/en/").text)
    assert json.loads(Page.of(page).all("script")[0].text)["hasCourseInstance"][0]["remainingAttendeeCapacity"] == 0
    assert "Tenir un blog" not in browser.get("/fr/?free=1").text


def test_a_date_that_nobody_can_pay_for_has_no_button(browser: Browser, app: Flask) -> None:
    with app.app_context():
        factories.make_edition(factories.make_class(slug="blog"), slug="r")
    with time_machine.travel(at("2026-11-28 12:00"), tick=False):
        assert "/en/editions/r/booking" in browser.get("/en/classes/blog").text
        app.extensions["gateways"].clear()
        page = browser.get("/fr/classes/blog").text
        assert "/fr/editions/r/booking" not in page
        assert "Cette date ne peut plus être payée en ligne" in words(page)
        assert "mailto:" in page
        refused = browser.get("/en/editions/r/booking").text
    assert "This date can no longer be paid for online" in words(refused)
    assert "Your name" not in words(refused)
    with time_machine.travel(at("2026-11-23 12:00"), tick=False):  # twelve days before: a transfer is in time
        assert "/en/editions/r/booking" in browser.get("/en/classes/blog").text


def test_a_free_date_needs_no_way_of_paying(browser: Browser, app: Flask) -> None:
    app.extensions["gateways"].clear()
    with app.app_context():
        factories.make_edition(factories.make_class(slug="free"), slug="free", price=0)
    with time_machine.travel(at("2026-12-04 12:00"), tick=False):
        assert "/en/editions/free/booking" in browser.get("/en/classes/free").text


def test_a_date_that_is_called_off_sells_nothing(browser: Browser, app: Flask) -> None:
    with app.app_context():
        master_class = factories.make_class(slug="blog")
        off = factories.make_edition(master_class, slug="off", called_off_at=NOW)
        early = {"early_price": 30000, "early_until": at("2026-11-20 23:59")}
        for name, value in early.items():
            setattr(off, name, value)
        db.session.commit()
    page = browser.get("/en/classes/blog").text
    said = words(page)
    assert "<s>" in page
    assert "There is no other date for the moment" in said
    for sold in ("CHF", "If you have to cancel", "Add the dates to your calendar", "seats", 'class="seat'):
        assert sold not in said, sold
    assert 'id="terms"' not in page
    (instance,) = json.loads(Page.of(page).all("script")[0].text)["hasCourseInstance"]
    assert instance["eventStatus"].endswith("EventCancelled")
    assert "offers" not in instance


def test_where_another_date_is_called_off_the_one_that_takes_place_is_shown(browser: Browser, app: Flask) -> None:
    with app.app_context():
        master_class = factories.make_class(slug="blog")
        closed = {"registration_closes_at": at("2026-10-31 23:59")}
        factories.make_edition(master_class, slug="off", called_off_at=NOW)
        factories.make_edition(master_class, [("2027-01-09 09:00", "2027-01-09 17:00")], slug="on", **closed)
    said = words(browser.get("/en/classes/blog").text)
    assert "CHF" in said
    assert "There is no other date" not in said
    said = words(browser.get("/en/classes/blog?date=off").text)
    assert "CHF" not in said
    assert "9 January 2027" in said


def test_the_class_page_says_everything(browser: Browser, app: Flask) -> None:
    with app.app_context():
        master_class = factories.make_class(
            slug="blog",
            objectives=Bilingual("Vous aurez :\n\n- publié.", "You will have:\n\n- published."),
            included=Bilingual("- Le repas de midi", "- Lunch"),
            prerequisites=Bilingual("Écrire.", "Writing."),
            credits=Bilingual("Avec Papier.", "With Paper."),
        )
        factories.make_edition(
            master_class,
            early_price=29000,
            early_until=at("2026-11-10 23:59:59"),
            registration_closes_at=at("2026-12-02 23:59:59"),
            decision_at=at("2026-11-20 12:00"),
            online_url="https://meet.example.org/secret",
            venue=factories.make_venue(),
        )
    html = browser.get("/en/classes/blog").text
    page = words(html)
    for said in (
        "published.", "Lunch", "Your laptop", "Writing.", "With Paper.", "Ada Exemple", "Between 5 and 10 people",
        "CHF 290.–", "until 10 November 2026, then CHF 340.–", "Metro M2, stop Flon.",
        "Registration closes on Wednesday 2 December 2026 at 23:59",
        "Takes place from 5 people: 0 so far, decided on Friday 20 November 2026",
        "contact@example.org",
    ):  # fmt: skip
        assert said in page, said
    assert "openstreetmap.org/search?query=" in html
    assert "secret" not in html


@pytest.mark.usefixtures("edition")
def test_the_schedule_is_shown_with_dates_and_amounts(browser: Browser) -> None:
    steps = [" ".join(step.text.split()) for step in Page.of(browser.get("/en/classes/blog").text).all("li")]
    tiers = [("20 November", "30%", "102.00"), ("27 November", "50%", "170.00"), ("4 December", "80%", "272.00")]
    for day, percent, fee in tiers:
        assert any(f"until Friday {day} 2026" in step and percent in step and fee in step for step in steps)
    assert any(
        "5 December 2026, the day it starts, or if you do not come" in step and "340.00" in step for step in steps
    )


def test_a_free_class_speaks_of_no_fee(browser: Browser, app: Flask) -> None:
    with app.app_context():
        factories.make_edition(factories.make_class(policy=None, slug="evening"), price=0, minimum=0)
    page = words(browser.get("/en/classes/evening").text)
    assert "Sign up for free" in page
    assert "fee" not in page.lower().replace("coffee", "")


def test_a_date_can_be_chosen_by_link(browser: Browser, edition: Edition) -> None:
    later = [("2027-01-09 09:00", "2027-01-09 17:00")]
    factories.make_edition(db.session.merge(edition).master_class, later, slug="later")
    first = browser.get("/en/classes/blog").text
    assert 'href="?date=later#dates"' in first
    assert 'href="/en/editions/r/booking"' in first
    assert 'href="/en/editions/later/booking"' in first
    assert "Saturday 9 January 2027 09:00–17:00" in words(browser.get("/en/classes/blog?date=later").text)


def test_what_is_not_shown_is_not_there(browser: Browser, app: Flask) -> None:
    with app.app_context():
        factories.make_edition(factories.make_class(slug="draft", state=Publication.DRAFT))
        old = factories.make_class(slug="old", state=Publication.DRAFT)
        factories.make_edition(old, [("2026-09-05 09:00", "2026-09-05 17:00")])
    assert browser.get("/fr/classes/nowhere").status_code == 404
    assert browser.get("/fr/classes/draft").status_code == 404
    assert browser.get("/fr/classes/old").status_code == 410
    assert "Tenir un blog" not in browser.get("/fr/").text


def test_words_in_the_other_language_are_marked(browser: Browser, app: Flask) -> None:
    with app.app_context():
        factories.make_edition(factories.make_class(slug="blog", method=Bilingual("Peu d’exposés.", "")))
    assert '<div lang="fr"><p>Peu d’exposés.</p>' in browser.get("/en/classes/blog").text


def test_the_organisers_markdown_cannot_harm(browser: Browser, app: Flask) -> None:
    programme = "# Day\n\n<script>alert(1)</script> [x](javascript:alert(1)) ![](https://example.org/a.png)"
    with app.app_context():
        factories.make_edition(factories.make_class(slug="blog", programme=Bilingual(programme, programme)))
    html = browser.get("/en/classes/blog").text
    assert "<h3>Day</h3>" in html
    assert "<script>" not in html
    assert 'href="javascript' not in html
    assert "example.org/a.png" not in html


@pytest.mark.usefixtures("edition")
def test_search_engines_read_dates_and_offers(browser: Browser) -> None:
    script = Page.of(browser.get("/en/classes/blog").text).all("script")[0]
    course = json.loads(script.text)
    date = course["hasCourseInstance"][0]
    assert (course["@type"], date["startDate"]) == ("Course", "2026-12-05T09:00:00+01:00")
    assert date["location"]["address"]["addressLocality"] == "Lausanne"
    assert (date["offers"]["price"], date["offers"]["priceCurrency"]) == ("340.00", "CHF")
    assert date["offers"]["availability"] == "https://schema.org/InStock"


@pytest.mark.parametrize("path", ["/fr/", "/fr/classes/blog", "/fr/feed.atom", "/fr/calendar.ics"])
def test_the_number_of_queries_does_not_grow(browser: Browser, edition: Edition, path: str) -> None:
    browser.get("/fr/legal")  # the first page of a process also reads what was set at the desk
    with atomic():
        counters.catalogue_changed()
    with counted_queries() as one:
        assert browser.get(path).status_code == 200
    for month in range(1, 13):
        for day in range(4, 8):
            start = f"2027-{month:02d}-{day:02d}"
            master_class = db.session.get_one(MasterClass, edition.master_class_id)
            factories.make_edition(master_class, [(f"{start} 09:00", f"{start} 17:00")])
    with atomic():
        counters.catalogue_changed()
    with counted_queries() as many:
        assert browser.get(path).status_code == 200
    assert len(many) == len(one) <= 9
