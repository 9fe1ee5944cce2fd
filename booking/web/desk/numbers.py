"""Numbers that come in addresses and from buttons: whatever a database could not hold is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import request

DIGITS: Final = 9  # fewer than a column of PostgreSQL takes


def numbers(texts: Iterable[str]) -> list[int]:
    """The numbers of rows among `texts`, in order."""
    return [int(text) for text in texts if text.isdecimal() and len(text) <= DIGITS]


def page_number() -> int:
    """Page 1, 2 … of a list, as the address asks (`page`)."""
    return max([1, *numbers(request.args.getlist("page")[:1])])
