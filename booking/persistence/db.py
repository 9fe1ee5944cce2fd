"""The database: naming, column types and how connections begin, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import enum
import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, Text, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, registry

from booking.domain.bilingual import Bilingual

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC out; a naive one is a defect and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without zone reached the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class BilingualText(TypeDecorator[Bilingual]):
    """A Bilingual in one column, as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Bilingual | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps({"fr": value.fr, "en": value.en}, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Bilingual | None:
        return None if value is None else Bilingual(**json.loads(value))


COLUMN_TYPES: dict[Any, Any] = {
    datetime: UTCDateTime,
    Bilingual: BilingualText,
    # states as words in the database, not as the names of Python members
    enum.Enum: Enum(enum.Enum, native_enum=False, length=24, values_callable=lambda e: [m.value for m in e]),
}


class Base(DeclarativeBase):
    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map=COLUMN_TYPES)


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def init_app(app: Flask, url: str) -> None:
    """Binds the application to the database at `url` and prepares its connections."""
    url = url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    # SQLite: the module must not begin transactions by itself; `_begin` decides between read and write.
    options: dict[str, Any] = {"connect_args": {"isolation_level": None, "timeout": 30}, "hide_parameters": True}
    if not url.startswith("sqlite"):
        options = {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """SQLite only: pragmas at connect, and BEGIN IMMEDIATE for connections that announced a write."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)


def insert_once(model: type[Model], **values: Any) -> None:
    """Writes the row unless one with its key is there, be it that another transaction is writing it right now.

    Looking first and then writing fails on PostgreSQL when two look at the same time.
    """
    insert_all_once(model, [values])


def insert_all_once(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """As `insert_once`, for many rows that name the same columns."""
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    if rows:
        db.session.execute(dialect.insert(model).on_conflict_do_nothing(), list(rows))


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # Readers must never take the write lock: BEGIN IMMEDIATE is for connections that will write.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
