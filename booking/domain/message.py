"""Messages of the organiser to many participants: to whom, in which words, and who is still meant when it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from booking.domain import placeholders
from booking.domain.bilingual import Bilingual
from booking.domain.booking import ALIVE, BookingState

PLACEHOLDERS: Final = ("name", "class", "date", "place", "trainer", "reference", "amount_owed", "link", "organiser")
LINKS: Final = frozenset({"link"})
OF_ONE_BOOKING: Final = frozenset({"reference", "amount_owed", "link"})  # what differs between bookings of one person
REMINDER_PAUSE: Final = timedelta(days=5)  # nobody is reminded of the same booking more often


class MessageKind(StrEnum):
    """MESSAGE: in the organiser's words; REMINDER: of what is owed, in ours, with the bill."""

    MESSAGE = "message"
    REMINDER = "reminder"


class Audience(StrEnum):
    """Whose bookings. ALL: confirmed and pending ones; CHOSEN: picked one by one among those."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    ALL = "all"
    OWING = "owing"
    CHOSEN = "chosen"


class Reach(StrEnum):
    """BOOKERS: whoever booked; ATTENDEES: each attendee with an address, the booker for those without."""

    BOOKERS = "bookers"
    ATTENDEES = "attendees"


class RecipientState(StrEnum):
    """SKIPPED: when the mail was due, the person was no longer meant. UNREACHED: without an e-mail address, so that
    somebody has to be told otherwise."""

    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"
    UNREACHED = "unreached"


@dataclass(frozen=True)
class Person:
    """Somebody who is to get a message. `attendee_id` is None for the booker; `email` is '' where none is known."""

    booking_id: int
    attendee_id: int | None
    edition_id: int
    name: str
    email: str
    locale: str


def allowed(reach: Reach) -> tuple[str, ...]:
    """What may stand in braces: whoever only attends is told nothing of the booking's account."""
    hidden = OF_ONE_BOOKING if reach is Reach.ATTENDEES else ()
    return tuple(name for name in PLACEHOLDERS if name not in hidden)


@dataclass(frozen=True)
class Words:
    """Subject (plain) and text (Markdown), both with placeholders."""

    subject: Bilingual
    text: Bilingual

    def check(self, reach: Reach) -> None:
        """Raises UnknownPlaceholder."""
        for pair in (self.subject, self.text):
            for words in (pair.fr, pair.en):
                placeholders.check(words, allowed(reach))

    def lacking(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Those of `languages` that subject or text has no words in."""
        missing = {*self.subject.missing(), *self.text.missing()}
        return tuple(sorted(missing & set(languages)))

    @property
    def differs_by_booking(self) -> bool:
        """Whether two bookings of one person need a mail each."""
        words = (self.subject.fr, self.subject.en, self.text.fr, self.text.en)
        return any(placeholders.used(text) & OF_ONE_BOOKING for text in words)


def once_each(people: Iterable[Person], by_booking: bool) -> list[Person]:
    """Nobody twice: the first of each address for a date, or `by_booking` of each address for a booking. Those without
    an address, once for a booking."""
    first: dict[tuple[int, str], Person] = {}
    for person in people:
        one = person.booking_id if by_booking or not person.email else -person.edition_id
        first.setdefault((one, person.email.lower()), person)
    return list(first.values())


def still_meant(audience: Audience, state: BookingState, seat_kept: bool, owed: int) -> bool:
    """Whether somebody chosen at sending is still meant when the mail leaves; `owed` in centimes."""
    if audience is Audience.OWING:
        return owed > 0
    if audience in (Audience.CONFIRMED, Audience.PENDING):
        return seat_kept and state == audience.value
    return seat_kept and state in ALIVE
