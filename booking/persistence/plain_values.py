"""Rows as the flat values of a form, and back: a text in two languages is two fields, `title_fr` and `title_en`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from booking.domain.bilingual import Bilingual
from booking.persistence.db import BilingualText, Model


def pairs(model: type[Model]) -> tuple[str, ...]:
    """The columns of texts in two languages."""
    return tuple(column.key for column in model.__table__.columns if isinstance(column.type, BilingualText))


def read(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """The named columns, pairs as two fields each."""
    values: dict[str, Any] = {}
    for name in names:
        value = getattr(row, name)
        if isinstance(value, Bilingual):
            values |= {f"{name}_fr": value.fr, f"{name}_en": value.en}
        else:
            values[name] = list(value) if isinstance(value, list) else value
    return values


def write(row: Model, names: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    """Puts `values`, as `read` gives them, into the row; the columns that differ from before."""
    changed = []
    both = pairs(type(row))
    for name in names:
        value = Bilingual(values[f"{name}_fr"], values[f"{name}_en"]) if name in both else values[name]
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    return changed
