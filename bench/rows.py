"""What the parts of the invented school hand on to each other: rows that wait to be written, people, dates."""

from __future__ import annotations

import gzip
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from sqlalchemy import Table, insert

from booking.persistence.db import db
from booking.persistence.transaction import atomic


@dataclass(frozen=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True)
class Run:
    """An edition as `affairs` needs it. Centimes."""

    id: int
    starts_at: datetime
    price: int
    title: str
    on_account: bool
    questions: tuple[int, ...]


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


def _alike(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Those that name the same columns together, as one statement for many rows wants them."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[frozenset(row)].append(row)
    return list(groups.values())
