"""Which characters may be printed, and what becomes of the others.

The QR-bill permits Latin only (Swiss Implementation Guidelines 2.3, chapter 4.1.1); a PDF for archives and
screen readers may not hold a character that its fonts cannot draw, an emoji for instance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from text_unidecode import unidecode  # type: ignore[import-untyped]

ROMANIAN_AND_EURO = frozenset("ȘșȚț€")
TYPOGRAPHY = frozenset("\u2009\u202f\u2011–—‘’‚“”„†•…‰‹›−")
WORD_JOINT = "\u200b"  # where a word longer than a line may break


def on_qr_bill(text: str) -> str:
    """`text` on one line in the characters of the QR-bill: ’ becomes ', … three points, an emoji nothing."""
    return " ".join(_spelled(text, _permitted).split())


def on_paper(text: str) -> str:
    """`text` as the fonts of our documents can draw it: typography, Greek and Cyrillic stay, lines too."""
    return "\n".join(_spelled(line, _drawable) for line in text.splitlines())


def breakable(text: str, longest: int) -> str:
    """`text` whose words may break after each `longest` letters, so that none runs out of its column."""
    return re.sub(rf"[^\s-]{{{longest}}}(?=[^\s-])", rf"\g<0>{WORD_JOINT}", text)


def _spelled(text: str, accepted: Callable[[str], bool]) -> str:
    """`text` in accepted characters; any other is spelled in plain ones where that can be done, else left out."""
    composed = unicodedata.normalize("NFC", text)
    latin = (one if accepted(one) else " " if one.isspace() else unidecode(one) for one in composed)
    return "".join(one for one in "".join(latin) if accepted(one))


def _permitted(character: str) -> bool:
    if character in ROMANIAN_AND_EURO:
        return True
    return " " <= character <= "~" or ("\u00a1" <= character <= "\u017f" and character != "\u00ad")


def _drawable(character: str) -> bool:
    if _permitted(character) or character in TYPOGRAPHY or character == "\u00a0":
        return True
    letters = ("\u0386", "\u03ce"), ("\u0400", "\u045f"), ("\u1ea0", "\u1ef9")
    return any(first <= character <= last for first, last in letters) and unicodedata.category(character) != "Cn"


def slug_of(text: str) -> str:
    """'Écrire pour le web !' -> 'ecrire-pour-le-web', for addresses; '' when nothing of it can be written so."""
    latin = unidecode(text.replace("’", " ").replace("'", " ")).lower()
    return "-".join(re.findall(r"[a-z0-9]+", latin))[:60].strip("-")
