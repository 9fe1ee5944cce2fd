"""Countries of an invoice address, named in the page's language, the neighbours first."""

from __future__ import annotations

from functools import lru_cache

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
    return (*first, *sorted(((c, n) for c, n in names.items() if c not in regions), key=lambda item: item[1]))
