"""Countries of an invoice address, named in the page's language, the neighbours first."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import normalize

from babel import Locale

from booking.web.i18n import current_language

NEIGHBOURS = ("CH", "LI", "FR", "DE", "AT", "IT")


def choices() -> list[tuple[str, str]]:
    """(ISO code, name) for a select."""
    return list(_choices(current_language()))


@lru_cache(maxsize=4)
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    names = {code: name for code, name in Locale(language).territories.items() if code.isalpha() and len(code) == 2}
    first = [(code, names[code]) for code in NEIGHBOURS]
    regions = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", *NEIGHBOURS}
    others = ((code, name) for code, name in names.items() if code not in regions)
    return (*first, *sorted(others, key=lambda item: _plain(item[1])))


def _plain(name: str) -> str:
    """The name without accents, to sort by: Égypte stands among the E."""
    return normalize("NFD", name).encode("ascii", "ignore").decode().lower()
