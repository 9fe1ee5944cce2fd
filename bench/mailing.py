"""A message to 2 000 people, by a worker that is killed again and again; then every mailbox is counted."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bench import stock, workers
from bench.figures import Figure, at_most
from bench.sales import NAMES
from booking.adapters import clock
from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.message import Audience, Reach, RecipientState, Words
from booking.persistence import messages
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message
from booking.services import message
from booking.services.message import Draft
from tests import factories

AREA = "Mass mail"
PEOPLE = 2000
KILLS = 6
TEXT = "Hello {name},\n\nwe meet at **{place}** on {date}.\n\n- [your booking]({link})\n- still owed: {amount_owed}"


def measure(folder: Path) -> Iterator[Figure]:
    """On both engines. What counts is that everybody gets it and nobody twice; the times say what to expect."""
    for engine, name in NAMES.items():
        with stock.database(engine, folder / engine) as url, stock.application(url, folder / engine):
            edition = _book(clock.now())
            kept = _write(edition)
            begun = time.perf_counter()
            shown = message.propose(kept, clock.now()).shown
            yield at_most(AREA, f"{name}, who gets it, {PEOPLE} people", time.perf_counter() - begun, 0.2, "s")
            begun = time.perf_counter()
            message.send(kept.id, shown, ORGANISER, clock.now())
            yield at_most(AREA, f"{name}, the button", time.perf_counter() - begun, 1, "s")
            number = kept.id
            took = workers.drain(KILLS, lambda number=number: _say(number))
            what = f"{name}, written and handed over, the worker killed {KILLS} times"
            yield Figure(AREA, what, f"{took:.0f} s, {PEOPLE / took:.0f} mails a second")
            found = _wrong(number, folder / engine)
            yield Figure(AREA, f"{name}, doubled or forgotten", found or "nothing", "nothing", not found)


def _book(now: datetime) -> Edition:
    day = (now + timedelta(days=60)).date()
    edition = factories.make_edition(meetings=[(f"{day} 09:00", f"{day} 17:00")], capacity=PEOPLE, minimum=0)
    edition_id = edition.id
    for number in range(PEOPLE):
        facts = {
            "email": f"person{number}@example.org",
            "name": f"Person {number}",
            "locale": "fr" if number % 3 else "en",
        }
        date = db.session.get_one(Edition, edition_id)
        factories.make_booking(date, BookingState.CONFIRMED, Channel.DEMO, now=now, **facts)
        db.session.expunge_all()
    return db.session.get_one(Edition, edition_id)


def _write(edition: Edition) -> Message:
    words = Words(Bilingual("La salle", "The room"), Bilingual(TEXT, TEXT))
    draft = Draft((edition.id,), Audience.CONFIRMED, Reach.BOOKERS, (), words)
    return messages.find(message.write(draft, ORGANISER, clock.now()))


def _say(number: int) -> None:
    """As the progress page does."""
    db.session.rollback()
    progress = messages.progress(number)
    print(f"  {progress[RecipientState.SENT]} of {sum(progress.values())} sent", file=sys.stderr, flush=True)


def _wrong(number: int, folder: Path) -> str:
    """What is not as it must be, in words; '' when all is. A message that was repeated has the same Message-ID, and
    the folder that stands for the mail server keeps one of each."""
    db.session.rollback()
    letters = [path.read_bytes() for path in folder.rglob("*.eml")]
    readers = Counter(letter.partition(b"\r\nTo: ")[2].partition(b"\r\n")[0] for letter in letters)
    expected = {
        "people": len(readers) == PEOPLE,
        "twice": max(readers.values(), default=0) == 1,
        "notes": messages.progress(number) == {"waiting": 0, "sent": PEOPLE, "skipped": 0},
        "languages": sum(b"Content-Language: en" in letter for letter in letters) == len(range(0, PEOPLE, 3)),
    }
    return ", ".join(name for name, fine in expected.items() if not fine)
