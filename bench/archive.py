"""Eight years of a busy school: 100 000 bookings with their accounts, papers, mails and journal.

Written row by row from one seed, so that every run measures the same; kept as a SQLite file in the temporary folder
for as long as neither the tables nor this program change, and copied from there into PostgreSQL.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import shutil
import sqlite3
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table, insert

from bench import affairs, routine, school, stock
from booking.config import ROOT
from booking.persistence import counters
from booking.persistence.db import db
from booking.persistence.transaction import atomic
from tests.databases import libpq_address

CHUNK = 20_000  # rows written at once
NOT_COPIED = "alembic_version"  # the migrations' own


@dataclass
class Rows:
    """Rows that wait to be written, by table; ids are given here, since rows name each other."""

    chance: random.Random
    now: datetime
    waiting: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    links: list[tuple[Table, dict[str, Any]]] = field(default_factory=list)
    written: Counter[str] = field(default_factory=Counter)
    texts: dict[str, bytes] = field(default_factory=dict)
    seats: dict[int, list[tuple[int, list[int]]]] = field(default_factory=lambda: defaultdict(list))  # by edition

    def add(self, table: Any, **values: Any) -> int:
        """The id of the row."""
        self.written[table.__tablename__] += 1
        number = self.written[table.__tablename__]
        self.waiting[table].append({"id": number, **values} if "id" in table.__table__.columns else values)
        return number

    def link(self, table: Table, **values: Any) -> None:
        """A row of a table without a class."""
        self.links.append((table, values))

    def count(self, name: str) -> int:
        """The next number of a series."""
        self.written[f"{name} "] += 1
        return self.written[f"{name} "]

    def text(self, kind: str) -> bytes:
        """A mail, packed as mails are kept; all of a kind say the same."""
        if kind not in self.texts:
            words = "".join(self.chance.choices("abcdefghijklmnop \n", k=1200))
            message = EmailMessage()
            message["Subject"], message["From"], message["To"] = kind, "desk@example.org", "ada@example.org"
            message["Reply-To"], message["Date"] = "desk@example.org", format_datetime(self.now)
            message.set_content(words)
            message.add_alternative(f"<html><head></head><body>{words}</body></html>", subtype="html")
            message["Content-Language"] = "fr"
            self.texts[kind] = gzip.compress(message.as_bytes(), 9, mtime=0)
        return self.texts[kind]

    def flush(self, least: int = 1) -> None:
        """Writes what waits, tables that others name first."""
        if sum(map(len, self.waiting.values())) < least:
            return
        order = {table.name: place for place, table in enumerate(db.metadata.sorted_tables)}
        with atomic() as session:
            for table in sorted(self.waiting, key=lambda table: order[table.__tablename__]):
                for alike in _alike(self.waiting[table]):
                    session.execute(insert(table), alike)
            for link, values in self.links:
                session.execute(insert(link), values)
        self.waiting.clear()
        self.links.clear()


def prepare(bookings: int) -> Path:
    """A SQLite file with the school; made in a minute when there is none of this version."""
    programs = (Path(module.__file__ or "") for module in (school, affairs, routine))
    sources = [*sorted((ROOT / "migrations").glob("*.py")), Path(__file__), *programs]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    kept = Path(tempfile.gettempdir(), f"atelier-bench-{bookings}-{digest}.db")
    if kept.exists():
        return kept
    for old in kept.parent.glob(f"atelier-bench-{bookings}-*.db"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, stock.database("sqlite", Path(folder)) as url:
        with stock.application(url, Path(folder)):
            rows = Rows(random.Random(11), datetime.now(UTC).replace(microsecond=0))
            for _ in school.write(rows, bookings):
                rows.flush(CHUNK)
            rows.flush()
            with atomic():
                counters.catalogue_changed()  # as it was by each of these bookings
        with sqlite3.connect(Path(folder, "atelier.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.move(Path(folder, "atelier.db"), kept)
    return kept


def into_sqlite(kept: Path, url: str) -> None:
    """Puts a copy where the empty database was."""
    target = Path(url.removeprefix("sqlite:///"))
    for leftover in target.parent.glob(f"{target.name}-*"):
        leftover.unlink()
    shutil.copyfile(kept, target)


def into_postgres(kept: Path, url: str) -> None:
    """Copies every table, as texts: both engines read them alike."""
    source = sqlite3.connect(f"file:{kept}?mode=ro", uri=True)
    with psycopg.connect(libpq_address(url), autocommit=True) as target:
        target.execute("SET timezone TO 'UTC'")
        target.execute("SET session_replication_role TO 'replica'")  # rows of a sound database, in any order
        for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if name != NOT_COPIED and not name.startswith("sqlite_"):
                _copy(source, target, name)
        target.execute("VACUUM ANALYZE")
    source.close()


def _copy(source: sqlite3.Connection, target: psycopg.Connection, name: str) -> None:
    found = source.execute(f'SELECT * FROM "{name}"')
    columns = [column[0] for column in found.description]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with target.cursor() as cursor, cursor.copy(into) as copy:
        for row in found:
            copy.write_row(row)
    numbered = target.execute("SELECT pg_get_serial_sequence(%s, 'id')", [name]).fetchone() if "id" in columns else None
    if numbered and numbered[0]:
        highest = sql.SQL("SELECT setval({}, max(id)) FROM {}").format(sql.Literal(numbered[0]), sql.Identifier(name))
        target.execute(highest)


def _alike(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Those that name the same columns together, as one statement for many rows wants them."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[frozenset(row)].append(row)
    return list(groups.values())
