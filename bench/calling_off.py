"""A date with 2 000 bookings is called off, by a worker that is killed again and again; then everything is counted."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import func, select

from bench import stock, workers
from bench.figures import Figure
from bench.sales import NAMES
from booking.adapters import clock
from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import DocumentKind, RefundState
from booking.persistence import calling_off
from booking.persistence.bookings import Booking
from booking.persistence.calling_off import CallingOff
from booking.persistence.db import db
from booking.persistence.demo import DemoCheckout, DemoRefund
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Edition
from booking.persistence.payments import Payment, Refund
from booking.persistence.transaction import atomic
from booking.services import call_off, check
from tests import factories

AREA = "Calling off"
BOOKINGS = 2000
KILLS = 6
PRICE = 34000


def measure(folder: Path) -> Iterator[Figure]:
    """On both engines. What counts is that nobody is paid back twice or forgotten; the times say what to expect."""
    for engine, name in NAMES.items():
        with stock.database(engine, folder / engine) as url, stock.application(url, folder / engine):
            edition = _sell(clock.now())
            begun = time.perf_counter()
            shown = call_off.plan(edition, clock.now()).shown
            yield Figure(AREA, f"{name}, dry run of {BOOKINGS} bookings", f"{time.perf_counter() - begun:.2f} s")
            begun = time.perf_counter()
            number = call_off.call_off(edition.slug, shown, Bilingual(), (), clock.now(), ORGANISER)
            yield Figure(AREA, f"{name}, the decision", f"{time.perf_counter() - begun:.2f} s")
            took = workers.drain(KILLS, lambda number=number: _say(number))
            rate = BOOKINGS / took
            what = f"{name}, ended, paid back and written to, the worker killed {KILLS} times"
            yield Figure(AREA, what, f"{took:.0f} s, {rate:.0f} bookings a second")
            found = _wrong(folder / engine)
            yield Figure(AREA, f"{name}, doubled or forgotten", found or "nothing", "nothing", not found)


def _sell(now: datetime) -> Edition:
    """Half paid by card, a quarter by transfer, a quarter awaited."""
    day = (now + timedelta(days=60)).date()
    edition = factories.make_edition(meetings=[(f"{day} 09:00", f"{day} 17:00")], capacity=BOOKINGS, minimum=0)
    edition_id = edition.id
    ways = cycle([(Channel.DEMO, True), (Channel.TRANSFER, True), (Channel.DEMO, True), (Channel.TRANSFER, False)])
    for channel, paid in islice(ways, BOOKINGS):
        state = BookingState.CONFIRMED if paid else BookingState.PENDING
        booking = factories.make_booking(db.session.get_one(Edition, edition_id), state, channel, now=now)
        factories.make_document(booking, DocumentKind.INVOICE, PRICE, now)
        if channel is Channel.DEMO:
            _at_the_provider(booking.id, now)
        db.session.expunge_all()
    return db.session.get_one(Edition, edition_id)


def _at_the_provider(booking_id: int, now: datetime) -> None:
    with atomic():
        payment = db.session.scalars(select(Payment).where(Payment.booking_id == booking_id)).one()
        payment.provider_id = payment.provider_payment = f"demo-{payment.public_id}"
        words = {"title": "", "description": "", "locale": "fr", "return_to": "/"}
        ids = {"id": payment.provider_id, "our_id": payment.public_id}
        db.session.add(DemoCheckout(amount=PRICE, expires_at=now, state="paid", **ids, **words))


def _say(number: int) -> None:
    """As the progress page does."""
    db.session.rollback()
    row = db.session.get_one(CallingOff, number)
    progress = calling_off.progress(row)
    done = row.bookings - progress.bookings_left
    print(f"  {done} of {row.bookings} ended, {progress.mails_left} letters left", file=sys.stderr, flush=True)


def _wrong(folder: Path) -> str:
    """What is not as it must be, in words; '' when all is."""
    db.session.rollback()
    states = Counter(db.session.scalars(select(Booking.state)))
    refunds = Counter(db.session.scalars(select(Refund.state)))
    sums = set(db.session.scalars(select(Refund.amount)))
    notes = db.session.scalar(select(func.count(Document.id)).where(Document.kind == DocumentKind.CREDIT_NOTE))
    sent = [path.read_bytes().partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for path in folder.rglob("*.eml")]
    expected = {
        "bookings": states == {BookingState.CANCELLED: BOOKINGS},
        "refunds": refunds == {RefundState.SUCCEEDED: BOOKINGS // 2, RefundState.NEEDS_IBAN: BOOKINGS // 4},
        "sums": sums == {PRICE},
        "provider": db.session.scalar(select(func.count(DemoRefund.our_id))) == BOOKINGS // 2,
        "credit notes": notes == BOOKINGS,
        "letters": len(set(sent)) == BOOKINGS + BOOKINGS // 2 + BOOKINGS // 4 and len(sent) <= len(set(sent)) + KILLS,
        "books": not check.findings(clock.now()),
    }
    return ", ".join(name for name, fine in expected.items() if not fine)
