"""`make messages`: collects the words of code and templates, and brings the French catalogue up to date.

Translations made elsewhere are taken in from the .po files named as arguments, where the catalogue has none yet. French
typography is set on the way. Nothing is guessed: a changed English sentence comes back untranslated, never fuzzy.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "translations" / "messages.pot"
FRENCH = ROOT / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
KEYWORDS = ("lazy_gettext", "_l", "lazy_ngettext:1,2", "lazy_pgettext:1c,2", "_lp:1c,2", "lazy_npgettext:1c,2,3")
UNSTABLE = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator', b'"Language-Team')
UNSTABLE += (b'"Project-Id-Version', b'"Report-Msgid-Bugs-To')
HEADER = "# Words of Atelier. `make messages` writes this file; people fill in its msgstr lines."

NNBSP = "\u202f"
TYPOGRAPHY = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r"(?<=[^\s])[ \u00a0]+(?=[;:!?»](?:\s|[)»<.,]|$))"), NNBSP),
    (re.compile(r"«[ \u00a0\u202f]*"), f"«{NNBSP}"),
)


def extract() -> Catalog:
    """Every translatable message of the code and the templates."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(KEYWORDS)}
    found = extract_from_dir(ROOT, methods, options, keywords, comment_tags=["I18N:"], strip_comment_tags=True)
    catalogue = Catalog(charset="utf-8", header_comment=HEADER, fuzzy=False)
    for _file, _line, message, comments, context in sorted(found, key=lambda entry: entry[0]):
        catalogue.add(message, auto_comments=comments, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    """A catalogue file; an empty French one when there is none yet."""
    if not path.exists():
        return Catalog(locale="fr", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def typeset(french: str) -> str:
    """Sets narrow no-break spaces before ; : ! ? and inside « », and the typographic apostrophe."""
    for pattern, replacement in TYPOGRAPHY:
        french = pattern.sub(replacement, french)
    return french


def take_in(catalogue: Catalog, other: Catalog) -> Iterator[str]:
    """Fills what `catalogue` lacks from `other`; yields a sentence for each message that found no place."""
    for message in filter(_is_translated, other):
        own = catalogue.get(message.id, message.context)
        if own is None:
            yield f"not in the sources: {message.id!r}"
        elif not _is_translated(own):
            own.string = message.string
        elif _typeset(own.string) != _typeset(message.string):
            yield f"kept as it was: {message.id!r}"


def write(path: Path, catalogue: Catalog) -> None:
    """Sorted, without places or dates, so that two people's changes merge."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = buffer.getvalue().splitlines(keepends=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(UNSTABLE)))


def main(fragments: list[str]) -> None:
    template, french = extract(), read(FRENCH)
    french.update(template, no_fuzzy_matching=True)
    french.header_comment = HEADER
    french.fuzzy = False
    for fragment in fragments:
        for remark in take_in(french, read(Path(fragment))):
            print(f"{Path(fragment).name}: {remark}")
    for message in filter(_is_translated, french):
        message.string = _typeset(message.string)
    write(TEMPLATE, template)
    write(FRENCH, french)
    missing = [message.id for message in french if message.id and not _is_translated(message)]
    print(f"{len(template)} messages, {len(missing)} without French", *map(repr, missing), sep="\n  ")


def _is_translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else message.string
    return bool(message.id) and bool(strings) and all(strings)


def _typeset(string: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return typeset(string) if isinstance(string, str) else tuple(map(typeset, string))


if __name__ == "__main__":
    main(sys.argv[1:])
