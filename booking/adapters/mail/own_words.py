"""The organiser's own words in a letter: its subject, its first and its last lines, with what stands in braces."""

from __future__ import annotations

from typing import Any

from booking.adapters import wording
from booking.adapters.mail import fillings
from booking.domain import placeholders
from booking.domain.bilingual import Bilingual
from booking.domain.letters import PLACEHOLDERS, Words
from booking.persistence.bookings import Booking
from booking.persistence.payments import Refund


def in_letter(words: Words, kind: str, booking: Booking, organiser: str, refund: Refund | None) -> dict[str, Any]:
    """`own_subject`, one plain line, and as Markdown `opening` and `closing`; empty where the house's words stand."""
    if not words:
        return {}
    values = fillings.of_booking(booking, organiser)
    if refund:
        values["amount"] = wording.chf(refund.amount)
    known = {name: value for name, value in values.items() if name in PLACEHOLDERS[kind]}
    return {
        "own_subject": placeholders.fill(words.subject, known),
        "opening": Bilingual(**{booking.locale: placeholders.fill_markdown(words.opening, known)}),
        "closing": Bilingual(**{booking.locale: placeholders.fill_markdown(words.closing, known)}),
    }
