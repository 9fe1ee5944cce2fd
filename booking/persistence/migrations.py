"""Brings the database to the tables of this version; `flask db` holds Alembic's own commands."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.script import Script
from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import Engine, create_engine, event, text

from booking.persistence.db import BilingualText, UTCDateTime, db

FOLDER = Path(__file__).resolve().parent.parent.parent / "migrations"


class BrokenMigration(Exception):
    """Rows point nowhere after a migration on SQLite; the copy made before it is the way back."""


class UnknownRevision(Exception):
    """This version knows no way from the database's tables to those asked for."""


def init_app(app: Flask) -> None:
    """Prepares Alembic; nothing runs yet."""
    app.config["ALEMBIC"] = {"script_location": str(FOLDER)}
    app.config["ALEMBIC_CONTEXT"] = {
        "render_as_batch": True,
        "compare_type": True,
        "transactional_ddl": True,  # on SQLite too: a migration that fails leaves nothing behind
        "render_item": _render,
    }
    with app.app_context():
        Alembic(app, run_mkdir=False, engines=_engine())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # after the extension, which sets it to INFO


def pending() -> bool:
    """Whether the database lacks migrations of this version."""
    with _alembic() as alembic:
        return {script.revision for script in alembic.current()} != {script.revision for script in alembic.heads()}


def revision() -> str:
    """The version of the tables that the database has; '' for none."""
    with _alembic() as alembic:
        return ",".join(sorted(script.revision for script in alembic.current()))


def migrate(target: str = "heads") -> None:
    """Applies what is pending up to `target`; on SQLite a copy of the file is made first.

    Raises BrokenMigration when a row points nowhere afterwards, UnknownRevision when the database is beyond `target`,
    or `target` is none of this version's.
    """
    if target != "heads":
        _check_reachable(target)
    elif not pending():
        return
    sqlite = db.engine.dialect.name == "sqlite"
    if sqlite:
        _copy(Path(db.engine.url.database or ""))
    with _alembic() as alembic:
        alembic.upgrade(target)
    if sqlite:
        _check_foreign_keys()


def _check_reachable(target: str) -> None:
    known = [script.revision for script in _scripts()]  # newest first
    here = revision()
    if target not in known or (here and known.index(here) < known.index(target)):
        raise UnknownRevision(target)


def _scripts() -> list[Script]:
    with _alembic() as alembic:
        return list(alembic.script_directory.walk_revisions())


@contextmanager
def _alembic() -> Iterator[Alembic]:
    """In a context of its own: Alembic's connection ends with it, and so does the write lock it holds on SQLite."""
    with current_app.app_context():
        yield current_app.extensions["alembic"]


def _engine() -> Engine:
    """On SQLite an engine of its own, with foreign keys off: a batch migration rebuilds tables, and with cascades
    on it would silently empty their children."""
    if db.engine.dialect.name != "sqlite":
        return db.engine
    engine = create_engine(db.engine.url, connect_args={"isolation_level": None})
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Migrations name plain column types: they must still run when our own types have moved."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, BilingualText):
        return "sa.Text()"
    return False


def _copy(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        with sqlite3.connect(path) as source, sqlite3.connect(path.with_suffix(".before-migration")) as copy:
            source.backup(copy)


def _check_foreign_keys() -> None:
    with db.engine.connect() as connection:
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise BrokenMigration(f"{len(broken)} rows point nowhere, the first in table {broken[0][0]}")
