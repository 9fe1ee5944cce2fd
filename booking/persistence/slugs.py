"""Names in addresses that nothing else has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from booking.persistence.db import db


def free_slug(model: Any, wish: str) -> str:
    """`wish`, or `wish` with the first number from 2 that no row of `model` has yet."""
    taken = set(db.session.scalars(select(model.slug).where(model.slug.startswith(wish, autoescape=True))))
    return next(name for name in _numbered(wish) if name not in taken)


def _numbered(wish: str) -> Iterator[str]:
    yield wish
    number = 2
    while True:
        yield f"{wish}-{number}"
        number += 1
