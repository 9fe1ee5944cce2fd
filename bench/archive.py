"""Eight years of a busy school: 100 000 bookings with their accounts, papers, mails and journal.

Written row by row from one seed, so that every run measures the same; kept as a SQLite file in the temporary folder
for as long as neither the tables nor this program change, and copied from there into PostgreSQL.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from bench import affairs, routine, rows, school, stock
from bench.rows import Rows
from booking.config import ROOT
from booking.persistence import counters
from booking.persistence.transaction import atomic
from tests.databases import libpq_address

CHUNK = 20_000  # rows written at once
NOT_COPIED = "alembic_version"  # the migrations' own


def prepare(bookings: int) -> Path:
    """A SQLite file with the school; made in a minute when there is none of this version."""
    programs = (Path(module.__file__ or "") for module in (school, affairs, routine, rows))
    sources = [*sorted((ROOT / "migrations").glob("*.py")), Path(__file__), *programs]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    kept = Path(tempfile.gettempdir(), f"atelier-bench-{bookings}-{digest}.db")
    if kept.exists():
        return kept
    for old in kept.parent.glob(f"atelier-bench-{bookings}-*.db"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, stock.database("sqlite", Path(folder)) as url:
        with stock.application(url, Path(folder)):
            all_rows = Rows(random.Random(11), datetime.now(UTC).replace(microsecond=0))
            for _ in school.write(all_rows, bookings):
                all_rows.flush(CHUNK)
            all_rows.flush()
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
