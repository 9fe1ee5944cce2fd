"""Every row of every table, out of one database and into another one, whatever engine each runs on.

Tables are taken as the database describes them, not from the models: an old backup is read with the tables it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import DateTime, MetaData, Table, func, insert, select, text
from sqlalchemy.engine import Connection

from booking.persistence.db import db

VERSION_TABLE: Final = "alembic_version"
CHUNK: Final = 500  # rows of one statement


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection on which all reads see the same instant."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def tables(connection: Connection) -> list[Table]:
    """All tables, those that others point to first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows in the order of their keys, as plain values: instants are aware and in UTC."""
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=CHUNK).execute(query).mappings():
        yield {name: _out(value) for name, value in row.items()}


def is_empty(connection: Connection, found: Iterable[Table]) -> bool:
    """Whether no table holds a row."""
    return not any(connection.execute(select(func.count()).select_from(table)).scalar() for table in found)


def fill(connection: Connection, table: Table, plain: Iterable[dict[str, Any]]) -> int:
    """Inserts rows as `rows` gives them, into an empty table; gives how many."""
    naive = db.engine.dialect.name == "sqlite"
    moments = {column.name for column in table.columns if isinstance(column.type, DateTime)}
    waiting, count = iter(plain), 0
    while chunk := list(islice(waiting, CHUNK)):
        connection.execute(insert(table), [_in(row, moments, naive) for row in chunk])
        count += len(chunk)
    return count


def go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL only: the next id comes after the highest that was inserted."""
    if db.engine.dialect.name != "postgresql" or "id" not in table.columns:
        return
    sequence = connection.execute(text("select pg_get_serial_sequence(:name, 'id')"), {"name": table.name}).scalar()
    if sequence:
        highest = connection.execute(select(func.max(table.c.id))).scalar()
        connection.execute(text("select setval(:name, :value, :used)"),
                           {"name": sequence, "value": highest or 1, "used": highest is not None})  # fmt: skip


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


def _in(row: dict[str, Any], moments: set[str], naive: bool) -> dict[str, Any]:
    if not naive:
        return row
    return {
        name: value.astimezone(UTC).replace(tzinfo=None) if name in moments and value is not None else value
        for name, value in row.items()
    }
