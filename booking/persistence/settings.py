"""What the organiser has set at the desk: plain values by name. What is not here has the default of its reader."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence import counters
from booking.persistence.db import Model, db

T = TypeVar("T")
COUNTER: Final = "settings"  # grows with each change


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
    counters.increase(COUNTER)  # its row is locked first: whoever writes at the same time waits here
    row = db.session.get(Setting, name)
    if value is None:
        if row is not None:
            db.session.delete(row)
    elif row is None:
        db.session.add(Setting(name=name, value=value, changed_at=now))
    else:
        row.value, row.changed_at = value, now
    db.session.flush()
    counters.catalogue_changed()
