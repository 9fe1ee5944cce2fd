"""Every page of the desk with 100 000 bookings: time in the server, and statements to the database.

Pages are found in the map of addresses: whatever area is added is measured too. Each is asked for inside this process,
through the whole application, as somebody who is signed in. Beside the time stands the processor time, of the
database's server too: other programs on the machine lengthen the one and hardly the other.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, text
from werkzeug.routing import Rule

from bench import archive, stock
from bench.collector import full_collections
from bench.figures import Figure, at_most
from bench.site import cpu_with_ended
from booking import create_app
from booking.adapters import clock
from booking.config import Settings
from booking.domain.booking import BookingState
from booking.domain.payment import RefundState
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.certificates import Certificate
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.exports import Export
from booking.persistence.masterclasses import Edition, Question, Topic, Trainer, Venue
from booking.persistence.messages import Message
from booking.persistence.organisers import Organiser
from booking.persistence.payments import Refund
from booking.persistence.policies import PolicyTemplate
from booking.persistence.sent_mails import SentMail
from booking.persistence.vouchers import Voucher
from booking.preload import preload
from booking.web.desk.guard import PREFIX
from tests.web.client import Browser
from tests.web.desk.organiser import Desk

AREA: Final = {"sqlite": "Desk, SQLite", "postgresql": "Desk, PostgreSQL"}
BOOKINGS: Final = 100_000
MOST: Final = 200  # milliseconds
PAUSE: Final = 50  # milliseconds of a full collection
RUNS: Final = 15
FIXED: Final = {"language": "en", "page": "terms", "state": "closed", "letter_kind": "confirmed", "number": 1}
LIST: Final = (  # of addresses: everything that can be chosen, from the first page to far behind
    "?page=2000",
    "?sort=name&page=1000",
    "?sort=-payment&page=2000",
    "?sort=class&page=2000",
    "?sort=seats&page=2000",
    "?q=muller",
    "?q=a&sort=name&page=2000",
    "?q=HELENE+roch&sort=-payment",
    "?payment=overdue",
    "?payment=paid&sort=name&page=1500",
    "?payment=settled&q=example.org&sort=class&page=200",
    "?state=confirmed&payment=paid&q=a&sort=class&page=1500",
    "?by=class&since=2020-01-01&until=2026-06-30&payment=paid&sort=-name&page=500",
    "?edition={edition_slug}",
    "?class={class_slug}&payment=owed",
)
VARIANTS: Final = {"desk_bookings.index": LIST, "desk_cancellations.propose": ("?seat={attendee_id}",)}


@dataclass
class Page:
    """An address, and what asking for it took: milliseconds, `cpu` of them on average at work, and statements of the
    last time."""

    path: str
    status: int = 0
    times: list[float] = field(default_factory=list)
    cpu: float = 0
    statements: int = 0


def measure(folder: Path) -> Iterator[Figure]:
    """All pages on both engines; a table row a page."""
    kept = archive.prepare(BOOKINGS)
    for engine, area in AREA.items():
        with stock.database(engine, folder / engine) as url:
            archive.into_sqlite(kept, url) if engine == "sqlite" else archive.into_postgres(kept, url)
            with _signed_in(url, folder / engine) as desk, full_collections() as pauses:
                yield from _figures(area, desk, _server(desk))
                what = f"pauses to collect garbage: {len(pauses)}, the longest, CPU-ms"
                yield at_most(AREA[engine], what, max(pauses, default=0), PAUSE, "ms")


def _figures(area: str, desk: Desk, server: int | None) -> Iterator[Figure]:
    samples, of_certificate = _samples(desk), _certificate(desk)
    rules = [rule for rule in desk.app.url_map.iter_rules() if rule.endpoint.startswith(PREFIX)]
    for rule in sorted(rules, key=lambda rule: rule.rule):
        if "GET" not in (rule.methods or ()):
            continue
        path = _path(desk.app, rule, samples | (of_certificate if "certificates" in rule.rule else {}))
        if path is None:
            lacking = ", ".join(sorted(rule.arguments - samples.keys() - {"lang"}))
            yield Figure(area, rule.rule, f"not measured: no sample of {lacking}")
            continue
        for query in ("", *(variant.format(**samples) for variant in VARIANTS.get(rule.endpoint, ()))):
            yield _figure(area, rule.rule.removeprefix("/<lang:lang>") + query, _asked(desk, path + query, server))


def _figure(area: str, what: str, page: Page) -> Figure:
    if page.status not in (200, 302, 303):
        return Figure(area, what, f"not measured: status {page.status}")
    ordered = sorted(page.times)
    p95 = ordered[-(-len(ordered) * 95 // 100) - 1]
    times = f"{statistics.median(ordered):.0f} / {p95:.0f} / {ordered[-1]:.0f} ms"
    words = f"{times}, {page.cpu:.0f} CPU-ms, {page.statements} statements"
    return Figure(area, what, words, f"p95 ≤ {MOST} ms", p95 <= MOST)


def _asked(desk: Desk, path: str, server: int | None) -> Page:
    """`server` is the process of PostgreSQL."""
    page = Page(path)
    with desk.app.app_context():
        engine = db.engine
    _once(desk, page, engine)  # fills caches of statements and templates
    page.times.clear()
    before = _cpu(server)
    while page.status < 400 and len(page.times) < RUNS:
        _once(desk, page, engine)
    page.cpu = (_cpu(server) - before) * 1000 / max(1, len(page.times))
    return page


def _once(desk: Desk, page: Page, engine: Engine) -> None:
    with _counting(engine) as statements:
        begun = time.perf_counter()
        answer = FlaskClient.open(desk.seat, page.path)  # past the test's browser, which inspects each page
        answer.get_data()
        page.times.append((time.perf_counter() - begun) * 1000)
    page.status, page.statements = answer.status_code, len(statements)


def _cpu(server: int | None) -> float:
    """Seconds of processor time of this process and of all of the server's."""
    family = [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())] if server else []
    return time.process_time() + sum(map(cpu_with_ended, family))


@contextmanager
def _counting(engine: Engine) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _server(desk: Desk) -> int | None:
    """The process that PostgreSQL's others are children of."""
    with desk.rows() as session:
        if session.get_bind().dialect.name == "sqlite":
            return None
        folder = session.scalar(text("SHOW data_directory"))
    return int(Path(folder, "postmaster.pid").read_text().split()[0])


@contextmanager
def _signed_in(url: str, folder: Path) -> Iterator[Desk]:
    desk = Desk()
    desk.now = clock.now()
    desk.app = create_app(
        Settings(database_url=url, data_dir=folder, demo=True, jobs="external", base_url="http://localhost")
    )
    preload(desk.app)  # as the server does
    desk.app.test_client_class = Browser
    desk.get()
    yield desk
    with desk.app.app_context():
        db.session.remove()
        db.engine.dispose()


def _path(app: Flask, rule: Rule, samples: dict[str, Any]) -> str | None:
    """The address with a sample for each argument; None where there is no sample."""
    arguments = rule.arguments - {"lang"}
    if not arguments <= samples.keys():
        return None
    with app.test_request_context():
        built = rule.build({"lang": "en"} | {name: samples[name] for name in arguments})
    return built[1] if built else None


def _samples(desk: Desk) -> dict[str, Any]:
    """A date that is soon, its class, its booking with the longest story, and of everything else the latest."""
    with desk.rows() as session:
        edition = session.scalars(
            select(Edition).where(Edition.starts_at > desk.now).order_by(Edition.starts_at)
        ).first()
        # Of one to come a seat was cancelled, and its money is back: everything can still be done with the others.
        stands = (Booking.state == BookingState.CONFIRMED, Edition.starts_at > desk.now)
        back = select(Refund).join(Booking).join(Edition).where(*stands, Refund.state == RefundState.SUCCEEDED)
        given_back = session.scalars(back.order_by(Refund.id.desc())).first()
        booking = session.get_one(Booking, given_back.booking_id)
        latest = {
            "refund_id": Refund.id, "message_id": Message.id, "organiser_id": Organiser.id, "voucher_id": Voucher.id,
            "export_id": Export.id, "policy_slug": PolicyTemplate.slug,
            "venue_slug": Venue.slug, "trainer_slug": Trainer.slug, "topic_slug": Topic.slug,
        }  # fmt: skip
        active = Attendee.cancelled_at.is_(None)
        belonging = {
            "question_id": select(Question.id).where(Question.master_class_id == edition.master_class_id),
            "attendee_id": select(Attendee.id).where(Attendee.booking_id == booking.id, active),
            "document_number": select(Document.number).where(Document.booking_id == booking.id),
            "mail_id": select(SentMail.id).where(SentMail.booking_id == booking.id),
        }
        found = {
            name: session.scalars(select(column).order_by(column.desc())).first() for name, column in latest.items()
        }
        found |= {name: session.scalars(query).first() for name, query in belonging.items()}
        found |= {"edition_slug": edition.slug, "class_slug": edition.master_class.slug, "reference": booking.reference}
    return FIXED | {name: value for name, value in found.items() if value is not None}


def _certificate(desk: Desk) -> dict[str, Any]:
    """The latest certificate and its date."""
    with desk.rows() as session:
        issued = session.scalars(select(Certificate).order_by(Certificate.id.desc())).first()
        edition = session.get_one(Edition, issued.edition_id)
        return {"document_number": issued.number, "edition_slug": edition.slug}
