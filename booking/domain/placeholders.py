"""Words in braces, such as {name}, that stand in an organiser's text for what differs from reader to reader.

Each kind of text has its fixed list; anything else in braces is refused before the text is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from booking.domain.errors import UnknownPlaceholder

BRACES: Final = re.compile(r"\{\s*([^{}\s]*)\s*\}")
MARKS: Final = re.compile(r"([!-/:-@\[-`{-~])")  # every one of these may be a sign of Markdown
BLANKS: Final = re.compile("[^\\S\u00a0\u202f]+")  # all but those that keep words together
LINKED: Final = re.compile(r"\]\(\s*\Z")  # what stands before the address of a link of Markdown


def used(text: str) -> set[str]:
    """The words that stand in braces in `text`."""
    return set(BRACES.findall(text))


def check(text: str, known: Collection[str]) -> None:
    """Raises UnknownPlaceholder with what stands in braces and is not `known`, in the order of the text."""
    unknown = dict.fromkeys(word for word in BRACES.findall(text) if word not in known)
    if unknown:
        raise UnknownPlaceholder(tuple(f"{{{word}}}" for word in unknown))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its placeholders filled, as plain text; one without a value stays as it is."""
    return BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def fill_markdown(text: str, values: Mapping[str, str], links: Collection[str] = ()) -> str:
    """As `fill`, in Markdown: a value is read as it is, whatever signs it holds, and stays on its line.

    Those named in `links` are addresses of ours and can be followed: {link}, or behind words [your booking]({link}).
    """

    def written(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None:
            return found[0]
        if found[1] not in links:
            return literal(value)
        return value if LINKED.search(text, 0, found.start()) else f"<{value}>"

    return BRACES.sub(written, text)


def literal(value: str) -> str:
    """`value` on one line, its signs written so that Markdown shows them and does not obey them. "CHF 340.00" stays
    together."""
    return MARKS.sub(r"\\\1", BLANKS.sub(" ", value).strip())
