"""Names in addresses that nothing else has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from booking.persistence.db import db


def hold_names(model: Any) -> None:
    """Until it ends, this transaction alone gives names to rows of `model`; others wait, then see what it gave.

    To be taken before rows are locked, where such rows are locked for the name's sake. SQLite has one writer anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"slug of {model.__tablename__}"))))


def free_slug(model: Any, wish: str) -> str:
    """`wish`, or `wish` with the first number from 2 that no row of `model` has yet. Nobody else is given it."""
    hold_names(model)
    taken = set(db.session.scalars(select(model.slug).where(model.slug.startswith(wish, autoescape=True))))
    return next(name for name in _numbered(wish) if name not in taken)


def _numbered(wish: str) -> Iterator[str]:
    yield wish
    number = 2
    while True:
        yield f"{wish}-{number}"
        number += 1
