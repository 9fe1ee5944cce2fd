"""iCalendar files: the right hours in the right zone, entries that later files update, nothing told too early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar

from booking.adapters import calendar
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from tests import factories
from tests.factories import NOW

URL = "https://classes.example.ch/fr/my/token"


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def read(content: bytes) -> Calendar:
    return Calendar.from_ical(content)


def of_booking(state: BookingState = BookingState.CONFIRMED, revision: int = 3, **facts) -> Calendar:
    edition = factories.make_edition(**facts)
    booking = factories.make_booking(edition, state, reference="K7MX-4Q2R")
    return read(calendar.booking_calendar(booking, URL, revision, NOW))


def test_a_booking_is_one_event_with_hours_in_the_zone_of_the_class():
    found = of_booking()
    (event,) = found.events
    assert (found.method, found.prodid) == ("PUBLISH", "-//Atelier//Bookings//EN")
    assert event.start.isoformat() == "2026-12-05T09:00:00+01:00"
    assert event.end.isoformat() == "2026-12-05T17:00:00+01:00"
    assert event["DTSTART"].params["TZID"] == "Europe/Zurich"
    assert event["SUMMARY"] == "Tenir un blog"
    assert event["LOCATION"] == "Maison du Livre, Rue du Lac 4, 1003 Lausanne"
    assert URL in event["DESCRIPTION"]


def test_the_zone_is_described_with_both_its_clocks():
    (zone,) = of_booking().timezones
    offsets = {part["TZOFFSETTO"].td for part in zone.subcomponents}
    assert zone.tz_name == "Europe/Zurich"
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}


def test_summer_time_keeps_the_hour_on_the_wall():
    (event,) = of_booking(meetings=[("2026-04-11 09:00", "2026-04-11 17:00")]).events
    assert event.start.astimezone(UTC) == datetime(2026, 4, 11, 7, tzinfo=UTC)


def test_each_meeting_is_an_event_with_a_uid_that_stays():
    days = [("2027-02-10 09:00", "2027-02-10 17:00"), ("2027-03-31 13:30", "2027-03-31 17:00")]
    first, second = of_booking(meetings=days, revision=4).events
    assert [str(event["UID"]) for event in (first, second)] == [
        "k7mx-4q2r-1@classes.example.ch",
        "k7mx-4q2r-2@classes.example.ch",
    ]
    assert first["SEQUENCE"] == second["SEQUENCE"] == 4


@pytest.mark.parametrize(
    ("state", "status"),
    [
        pytest.param(BookingState.PENDING, "TENTATIVE", id="held"),
        pytest.param(BookingState.CONFIRMED, "CONFIRMED", id="confirmed"),
        pytest.param(BookingState.CANCELLED, "CANCELLED", id="cancelled"),
        pytest.param(BookingState.EXPIRED, "CANCELLED", id="expired"),
    ],
)
def test_the_online_address_is_for_confirmed_bookings_alone(state: BookingState, status: str):
    (event,) = of_booking(state, online_url="https://meet.example.org/abc").events
    assert event["STATUS"] == status
    assert ("https://meet.example.org/abc" in event.to_ical().decode()) == (state == BookingState.CONFIRMED)


def test_the_feed_never_tells_the_online_address():
    online = factories.make_edition(online_url="https://meet.example.org/abc")
    here = factories.make_edition(meetings=[("2027-06-05 09:00", "2027-06-05 17:00")])
    entries = [calendar.edition_entry(edition, "https://classes.example.ch/x") for edition in (online, here)]
    content = calendar.publish(entries, "en", 7, NOW, "Atelier du Lac")
    assert b"meet.example.org" not in content
    assert [str(event["SUMMARY"]) for event in read(content).events] == ["Keeping a blog"] * 2
    assert read(content).calendar_name == "Atelier du Lac"


def test_a_date_called_off_stays_in_the_feed_and_says_so():
    edition = factories.make_edition(called_off_at=NOW)
    content = calendar.publish([calendar.edition_entry(edition, URL)], "fr", 1, NOW)
    assert read(content).events[0]["STATUS"] == "CANCELLED"


def test_an_empty_feed_is_a_calendar():
    assert read(calendar.publish([], "fr", 1, NOW)).events == []


def test_what_an_organiser_writes_cannot_add_properties():
    title = Bilingual("Un, deux; trois\nATTENDEE:mailto:evil@example.org", "x")
    edition = factories.make_edition(factories.make_class(title=title))
    (event,) = read(calendar.publish([calendar.edition_entry(edition, URL)], "fr", 1, NOW)).events
    assert "ATTENDEE" not in event
    assert event["SUMMARY"] == title.fr
