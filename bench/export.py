"""Files of a date with 2 000 bookings, by a worker that is killed again and again; then every row is counted."""

from __future__ import annotations

import csv
import io
import re
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from bench import stock, workers
from bench.figures import Figure, at_most
from bench.sales import NAMES
from booking.adapters import clock, spreadsheet
from booking.domain.actor import Actor, at_the_desk
from booking.domain.booking import BookingState, Channel
from booking.domain.export import COLUMNS, ExportFormat, ExportKind
from booking.domain.payment import DocumentKind
from booking.domain.permission import Role
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.exports import Export
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.organisers import Organiser
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from booking.services import export
from booking.services.export import Wish
from tests import factories
from tests.services.processes import forked, result

AREA: Final = "Export"
BOOKINGS: Final = 2000
KILLS: Final = 6
LIVES: Final = (0.2, 1.0)  # seconds of a worker: all files together take some more
ROWS_OF: Final = {
    ExportKind.REGISTRATIONS: Edition.id,  # as many as bookings
    ExportKind.PAYMENTS: Payment.id,
    ExportKind.DOCUMENTS: Document.id,
    ExportKind.ACCOUNTS: LedgerEntry.id,
}
PRICE: Final = 34000
CELL: Final = re.compile(r"<t>([2-9A-Z]{4}-[2-9A-Z]{4})</t>")


def measure(folder: Path) -> Iterator[Figure]:
    """On both engines. What counts is that each file is whole and nothing doubled; the times say what to expect."""
    for engine, name in NAMES.items():
        with stock.database(engine, folder / engine) as url, stock.application(url, folder / engine):
            by, seen = _school(clock.now()), list[tuple[int, int]]()
            numbers = [_ask(kind, form, by) for kind, form in product(ROWS_OF, ExportFormat)]
            took = workers.drain(KILLS, lambda seen=seen: _look(seen), LIVES, every=0.2)
            tries = db.session.scalar(select(func.sum(OutboxJob.attempts)).where(OutboxJob.topic == "export")) or 0
            what = f"{name}, {len(numbers)} files of {BOOKINGS} bookings, the worker killed {KILLS} times"
            yield Figure(AREA, what, f"{took:.1f} s, {tries - len(numbers)} files begun anew")
            yield Figure(AREA, f"{name}, seen on the way", f"{len(set(seen))} times", "some", bool(seen))
            found = ", ".join(_wrong(numbers))
            yield Figure(AREA, f"{name}, rows doubled or lacking", found or "nothing", "nothing", not found)
            for form in ExportFormat:
                yield from _undisturbed(name, form, by)


def _school(now: datetime) -> Actor:
    """A date with its bookings, each with its invoice, two of three paid; gives who asks for files."""
    day = (now + timedelta(days=60)).date()
    edition = factories.make_edition(meetings=[(f"{day} 09:00", f"{day} 17:00")], capacity=BOOKINGS, minimum=0)
    edition_id = edition.id
    for number in range(BOOKINGS):
        facts = {"email": f"person{number}@example.org", "name": f"Person {number}", "paid": bool(number % 3)}
        date = db.session.get_one(Edition, edition_id)
        booking = factories.make_booking(date, BookingState.CONFIRMED, Channel.TRANSFER, now=now, **facts)
        factories.make_document(booking, DocumentKind.INVOICE, PRICE, now)
        db.session.expunge_all()
    with atomic():
        known = {"email": "owner@example.org", "name": "Owner", "fs_uniquifier": "owner", "created_at": now}
        owner = Organiser(role=Role.OWNER, **known)
        db.session.add(owner)
        db.session.flush()
        return at_the_desk(owner.id)


def _ask(kind: ExportKind, form: ExportFormat, by: Actor) -> int:
    headings = [column.name for column in COLUMNS[kind]]
    wish = Wish(kind, form, edition_id=None, since=None, until=None, locale="fr", headings=headings, words={})
    return export.ask(wish, clock.now(), by)


def _look(seen: list[tuple[int, int]]) -> None:
    """As the progress page does, at the file that is being written."""
    db.session.rollback()
    query = select(Export.id, Export.rows_done, Export.rows_total).where(Export.rows_done > 0, Export.done_at.is_(None))
    for number, done, total in db.session.execute(query):
        seen.append((number, done))
        print(f"  file {number}: {done} of {total} rows", file=sys.stderr, flush=True)


def _wrong(numbers: list[int]) -> Iterator[str]:
    """Files that are not as they must be, in words."""
    db.session.rollback()
    references: dict[ExportKind, Counter[str]] = {}
    for number in numbers:
        row = db.session.get_one(Export, number)
        expected = BOOKINGS if row.kind is ExportKind.REGISTRATIONS else _count(row.kind)
        found = references.setdefault(row.kind, _references(row))
        whole = row.rows_total == row.rows_done == found.total() == expected
        if not whole or _references(row) != found:  # both forms of a kind say the same
            yield row.filename
        if row.kind is ExportKind.REGISTRATIONS and set(found.values()) != {1}:
            yield f"{row.filename}: doubled"


def _count(kind: ExportKind) -> int:
    return db.session.scalar(select(func.count(ROWS_OF[kind]))) or 0


def _references(row: Export) -> Counter[str]:
    """How many rows of the file are of each booking."""
    content = io.BytesIO(row.content or b"")
    if row.format is ExportFormat.XLSX:
        with zipfile.ZipFile(content) as book:
            return Counter(CELL.findall(book.read("xl/worksheets/sheet1.xml").decode()))
    table = csv.DictReader(io.TextIOWrapper(content, "utf-8-sig"), delimiter=";")
    return Counter(line["reference"] for line in table)


def _undisturbed(name: str, form: ExportFormat, by: Actor) -> Iterator[Figure]:
    """The registrations once more, by a worker that is left alone."""
    number = _ask(ExportKind.REGISTRATIONS, form, by)
    seconds, cpu, grown = result(*forked(lambda: _cost(number)))
    what = f"{name}, {BOOKINGS} registrations as {form.upper()}, left alone"
    yield at_most(AREA, f"{what} ({cpu:.1f} s of processor time)", seconds, 5, "s")
    yield at_most(AREA, f"{what}, memory beside the worker's own", grown, 20, "MB")


def _cost(number: int) -> tuple[float, float, float]:
    """(seconds, seconds of processor time, MB at the most) of writing a file."""
    before, begun, cpu = _most_memory(), time.perf_counter(), time.process_time()
    export.write(number, clock.now(), spreadsheet.write)
    return time.perf_counter() - begun, time.process_time() - cpu, _most_memory() - before


def _most_memory() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1.024 / 1000 for line in lines if line.startswith("VmHWM:"))
