"""Dates as iCalendar (RFC 5545): a booking's own file, a class's dates, and the feed of everything to come.

UIDs are made of what never changes, so that a second file or a later reading of the feed updates the same entry;
`revision` must only grow (the catalogue's version does) and becomes the entries' SEQUENCE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from booking.domain.booking import BookingState
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Edition, Meeting, Venue

if TYPE_CHECKING:
    from icalendar import Event

MIMETYPE: Final = "text/calendar"
PRODUCT: Final = "-//Atelier//Bookings//EN"


@dataclass(frozen=True)
class Entry:
    """How an edition's meetings are to appear. `uid` stands before the host in each UID, `url` is absolute,
    `place` is shown instead of the venue, `before` are the start and end of its meetings in an earlier file."""

    edition: Edition
    uid: str
    url: str
    status: str = "CONFIRMED"
    place: str = ""
    before: tuple[tuple[datetime, datetime], ...] = ()


def booking_calendar(
    booking: Booking, url: str, revision: int, now: datetime, before: Sequence[tuple[datetime, datetime]] = ()
) -> bytes:
    """The booker's own file. `url` is the manage page; the online link is in it only while the booking is confirmed,
    and after a cancellation the same entries say so. `before` are the sessions as an earlier file had them: those that
    the date no longer has are taken back."""
    confirmed = booking.state == BookingState.CONFIRMED
    status = {BookingState.CONFIRMED: "CONFIRMED", BookingState.PENDING: "TENTATIVE"}.get(booking.state, "CANCELLED")
    place = booking.edition.online_url if confirmed and not booking.edition.venue else ""
    entry = Entry(booking.edition, booking.reference.lower(), url, status, place, tuple(before))
    return publish([entry], booking.locale, revision, now)


def edition_entry(edition: Edition, url: str) -> Entry:
    """An edition as everybody may read it. `url` is the class page."""
    status = "CANCELLED" if edition.called_off_at else "CONFIRMED"
    return Entry(edition, edition.slug, url, status)


def publish(entries: Iterable[Entry], lang: str, revision: int, now: datetime, name: str = "") -> bytes:
    """The entries as one calendar, in words of `lang`; `name` is what calendar programs call a feed."""
    from icalendar import Calendar

    entries = list(entries)
    events = [event for entry in entries for event in _events(entry, lang, revision, now)]
    calendar = Calendar.new(prodid=PRODUCT, method="PUBLISH", name=name or None, subcomponents=events)
    calendar.pop("UID", None)  # made up anew each time, it would make an unchanged feed look changed
    if entries:
        first = min(entry.edition.starts_at for entry in entries).date()
        last = max(entry.edition.ends_at for entry in entries).date()
        # A year to either side holds the changes of the clock around the dates, and nothing older.
        year = timedelta(days=366)
        calendar.add_missing_timezones(first - year, last + year)
    content: bytes = calendar.to_ical()
    return content


def _events(entry: Entry, lang: str, revision: int, now: datetime) -> Iterator[Event]:
    from icalendar import STATUS, Event

    edition, zone = entry.edition, ZoneInfo(entry.edition.zone)
    host = urlsplit(entry.url).hostname
    for number, meeting in enumerate(edition.meetings, 1):
        yield Event.new(
            uid=f"{entry.uid}-{number}@{host}",
            sequence=revision,
            stamp=now,
            start=meeting.starts_at.astimezone(zone),
            end=meeting.ends_at.astimezone(zone),
            summary=_summary(edition, meeting, lang),
            description=f"{edition.master_class.summary.best(lang)}\n\n{entry.url}".strip(),
            location=entry.place or (_address(edition.venue) if edition.venue else None),
            url=entry.url,
            status=STATUS(entry.status),
        )
    for number, (start, end) in list(enumerate(entry.before, 1))[len(edition.meetings) :]:
        yield Event.new(
            uid=f"{entry.uid}-{number}@{host}",
            sequence=revision,
            stamp=now,
            start=start.astimezone(zone),
            end=end.astimezone(zone),
            summary=edition.master_class.title.best(lang),
            status=STATUS("CANCELLED"),
        )


def _summary(edition: Edition, meeting: Meeting, lang: str) -> str:
    title = edition.master_class.title.best(lang)
    return f"{title} – {meeting.title.best(lang)}" if meeting.title else title


def _address(venue: Venue) -> str:
    street = f"{venue.street} {venue.house_number}".strip()
    town = f"{venue.postcode} {venue.town}".strip()
    return ", ".join(part for part in (venue.name, street, town) if part)
