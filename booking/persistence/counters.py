"""Numbers that only grow, one row each: document series and the version of what everybody reads."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model, db, insert_once

CATALOGUE = "catalogue"


class Counter(Model):
    """A named integer. Its row is locked while it grows, so a series has no gap and no number twice."""

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


def increase(name: str) -> int:
    """The next value of the series (1 first), inside the caller's transaction: rolled back, it is not used up."""
    step = update(Counter).where(Counter.name == name).values(value=Counter.value + 1).returning(Counter.value)
    step = step.execution_options(synchronize_session=False)
    value = db.session.scalar(step)
    if value is None:
        insert_once(Counter, name=name, value=0)
        value = db.session.scalars(step).one()
    return value


def read(name: str) -> int:
    """The current value; 0 when the series has not begun."""
    return db.session.scalar(select(Counter.value).where(Counter.name == name)) or 0


def catalogue_changed() -> None:
    """Pages that everybody reads are stale from this commit on."""
    increase(CATALOGUE)
