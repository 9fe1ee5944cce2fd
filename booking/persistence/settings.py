"""What the organiser has set at the desk: plain values by name. What is not here has the default of its reader."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import JSON, select, update
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence import counters
from booking.persistence.db import Model, db, insert_once

T = TypeVar("T")
MARK: Final = "mark"  # the name of a value that is another one after each change
CERTIFICATE_TEXT: Final = "certificate_text"  # the name of the words of certificates; with .<id>, of one class
CERTIFICATE_PAUSE: Final = "certificate_pause"  # with .<id of an edition>: minutes of break in each of its meetings
SEEN: Final = "site"  # in the session: what its transaction has seen of them (persistence/site.py)


class Setting(Model):
    """One value, as JSON. A name without a row is unset."""

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime]


def read(name: str, default: T) -> T:
    """What is set under `name`, else `default`. The value is what JSON made of it: tuples come back as lists."""
    row = db.session.get(Setting, name)
    return default if row is None else row.value


def write(name: str, value: Any, now: datetime) -> None:
    """Sets `name`, inside the caller's transaction; None unsets it. Pages that everybody reads are stale then."""
    changed(now)
    row = db.session.get(Setting, name)
    if value is None:
        if row is not None:
            db.session.delete(row)
    elif row is None:
        db.session.add(Setting(name=name, value=value, changed_at=now))
    else:
        row.value, row.changed_at = value, now
    db.session.flush()


def changed(now: datetime) -> None:
    """Whatever was read before this commit is to be read anew. Whoever changes something at the same time waits."""
    insert_once(Setting, name=MARK, value="", changed_at=now.astimezone(UTC))
    renewed = update(Setting).where(Setting.name == MARK).values(value=secrets.token_hex(8), changed_at=now)
    db.session.execute(renewed.execution_options(synchronize_session=False))
    db.session().info.pop(SEEN, None)
    counters.catalogue_changed()


def mark() -> str:
    """What tells one state of all settings from every other; '' before anything was ever set. Not a count: a copy of
    the database that is put back must not be taken for what it replaced."""
    return db.session.scalar(select(Setting.value).where(Setting.name == MARK)) or ""
