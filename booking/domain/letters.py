"""What the organiser may word in letters to participants, and which words in braces each of them knows.

The facts of a letter, sums, days, schedule and rights, stay the house's: its opening and closing words and its subject
do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from booking.domain import placeholders

# To somebody who may only attend: nothing of the booking's account.
OF_A_SEAT: Final = ("name", "class", "date", "place", "trainer", "organiser")
OF_A_BOOKING: Final = ("name", "class", "date", "place", "trainer", "reference", "organiser")
PLACEHOLDERS: Final[dict[str, tuple[str, ...]]] = {
    "received": (*OF_A_BOOKING, "amount_owed"),
    "confirmed": OF_A_BOOKING,
    "joining": OF_A_SEAT,
    "paid": (*OF_A_BOOKING, "amount", "amount_owed"),
    "reminder": (*OF_A_BOOKING, "amount_owed"),
    "expired": OF_A_BOOKING,
    "seat_added": (*OF_A_BOOKING, "amount_owed"),
    "substitute": OF_A_BOOKING,
    "moved": OF_A_BOOKING,
    "takes_place": OF_A_BOOKING,
    "called_off": OF_A_BOOKING,
    "certificate": OF_A_SEAT,
    "cancelled": OF_A_BOOKING,
    "refunded": (*OF_A_BOOKING, "amount"),
    "refund_iban": (*OF_A_BOOKING, "amount"),
    "late_refund": (*OF_A_BOOKING, "amount"),
    "waived": (*OF_A_BOOKING, "amount", "amount_owed"),
    "corrected": (*OF_A_BOOKING, "amount", "amount_owed"),
    "link": ("name", "organiser"),
}
# Letters to participants without such words, and why.
WORDED_OTHERWISE: Final = {"message": "the organiser writes each of them"}


@dataclass(frozen=True)
class Words:
    """The organiser's own words in a letter: `subject` is one plain line, the others are Markdown. '' where the
    house's stand."""

    subject: str = ""
    opening: str = ""
    closing: str = ""

    def __bool__(self) -> bool:
        return bool(self.subject or self.opening or self.closing)

    def check(self, kind: str) -> None:
        """Raises UnknownPlaceholder with what letters of this kind have no value for."""
        for text in (self.subject, self.opening, self.closing):
            placeholders.check(text, PLACEHOLDERS[kind])
