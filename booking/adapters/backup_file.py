"""A backup as a file: a zip with one line of JSON per row, that another engine or a later version can read.

`manifest.json` says when it was made, by which version of the tables, and how many rows each holds.
"""

from __future__ import annotations

import base64
import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table

from booking.persistence import archive
from booking.persistence.transaction import atomic

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
BYTES: Final = "base64:"
MOMENT: Final = "at:"
TEXT: Final = "text:"  # before texts that begin like one of the marks


class NoBackup(Exception):
    """The file is no backup, a damaged one, or one that this database cannot take; the message says which."""


def write(path: Path, revision: str, now: datetime) -> dict[str, int]:
    """Writes every row to `path`, which only its owner may read; gives the number of rows by table.

    The rows are of one instant, while the site goes on. A file half written never has the name of a backup.
    """
    counts: dict[str, int] = {}
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
            with archive.snapshot() as connection:
                for table in archive.tables(connection):
                    with pack.open(_entry(table.name), "w", force_zip64=True) as lines:
                        counts[table.name] = 0
                        for row in archive.rows(connection, table):
                            lines.write(_line(row))
                            counts[table.name] += 1
            manifest = {"format": FORMAT, "made": now.isoformat(), "revision": revision, "rows": counts}
            pack.writestr(MANIFEST, json.dumps(manifest, indent=1))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return counts


def revision_of(path: Path) -> str:
    """The version of the tables that a backup holds. Raises NoBackup."""
    return str(_manifest(path)["revision"])


def read_into_empty(path: Path) -> dict[str, int]:
    """Fills the empty tables of the database from a backup of the same version; all of it, or nothing.

    Gives the number of rows by table. Raises NoBackup.
    """
    manifest = _manifest(path)
    with zipfile.ZipFile(path) as pack, atomic() as session:
        connection = session.connection()
        tables = archive.tables(connection)
        if not archive.is_empty(connection, tables):
            raise NoBackup("the database is not empty: restore into a new one (ATELIER_DATABASE_URL)")
        for table in tables:
            known = manifest["rows"].get(table.name, 0)
            count = archive.fill(connection, table, _rows(pack, table)) if known else 0
            if count != known:
                raise NoBackup(f"{table.name} holds {count} rows instead of {known}: the file is damaged")
            archive.go_on_counting(connection, table)
    return dict(manifest["rows"])


def _entry(table: str) -> str:
    return f"tables/{table}.jsonl"


def _manifest(path: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as pack:
            manifest = json.loads(pack.read(MANIFEST))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise NoBackup(f"{path} is not a backup of Atelier, or it is damaged") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NoBackup(f"{path} was made by a later version of Atelier: restore it with that one")
    return manifest


def _rows(pack: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    try:
        with pack.open(_entry(table.name)) as lines:
            for line in io.TextIOWrapper(lines, "utf-8"):
                yield {name: _value(plain) for name, plain in json.loads(line).items()}
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise NoBackup(f"{table.name} cannot be read: the file is damaged") from error


def _line(row: dict[str, Any]) -> bytes:
    plain = {name: _plain(value) for name, value in row.items()}
    return (json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return MOMENT + value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return BYTES + base64.b64encode(bytes(value)).decode()
    if isinstance(value, str) and value.startswith((MOMENT, BYTES, TEXT)):
        return TEXT + value
    return value


def _value(plain: Any) -> Any:
    if isinstance(plain, str):
        if plain.startswith(MOMENT):
            return datetime.fromisoformat(plain.removeprefix(MOMENT))
        if plain.startswith(BYTES):
            return base64.b64decode(plain.removeprefix(BYTES))
        return plain.removeprefix(TEXT)
    return plain
