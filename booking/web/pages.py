"""Legal notice, privacy page and terms: the organiser's Markdown, with the organiser's identity filled in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from flask import Blueprint, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking import config
from booking.persistence import site
from booking.persistence.site import Site
from booking.web.i18n import current_language
from booking.web.markdown import render
from booking.web.page_cache import SharedPage

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
# Where a piece of Markdown ends: at a line that is to end there, before an empty line and before what a mark begins.
# Other ends of lines are only where somebody wrapped a paragraph.
END: Final = re.compile(r"(?<=\\)\n|(?<= {2})\n|(?<=\n)\n|\n(?=\s*(?:\n|[#>|]|[-*+] |\d+[.)] ))")
BARE_HEADING: Final = re.compile(r"^(#+) .*\n+(?=\1 |\Z)", re.MULTILINE)  # under which nothing stands

blueprint = Blueprint("pages", __name__)


class TermsText(NamedTuple):
    """The terms as a participant reads and accepts them; `digest` is the SHA-256 of the Markdown, in hexadecimal,
    `number` the version that was published at the desk, 0 for the file."""

    markdown: str
    digest: str
    number: int


@blueprint.get("/<lang:lang>/<any(legal, privacy, terms):page>")
def show(page: str) -> Response:
    """One of the three pages."""
    titles = {"legal": _("Legal notice"), "privacy": _("Privacy"), "terms": _("Terms")}
    text = render(page_text(page, current_language()), top=2)
    return SharedPage(render_template("pages/show.html", title=titles[page], text=text))


def terms_text(lang: str) -> TermsText:
    """The terms in force in `lang`."""
    markdown = page_text("terms", lang)
    published = site.current().texts.get("terms")
    return TermsText(markdown, hashlib.sha256(markdown.encode()).hexdigest(), published.number if published else 0)


def page_text(page: str, lang: str) -> str:
    """The Markdown of a page in `lang`, the organiser's data filled in."""
    now = site.current()
    published = now.texts.get(page)
    return filled(published.body.best(lang) if published else text_of_file(page, lang), now)


def text_of_file(page: str, lang: str) -> str:
    """What a page says until a text was published at the desk: the Markdown of content/<page>.<lang>.md.

    Raises FileNotFoundError when that is missing: a site must not open without it.
    """
    path = config.current().content_dir / f"{page}.{lang}.md"
    return _read(path, path.stat().st_mtime_ns)


def filled(text: str, now: Site) -> str:
    """`text` with the organiser's data in the place of `{name}` and the like. A paragraph, an entry of a list or a line
    of an address that names something that is not set is left out, so that no "Telephone:" stands alone and nothing
    begins in mid-sentence; so is a heading under which nothing is left. Words in braces that name nothing stay."""
    known = placeholders(now)
    if not known["house_number"]:  # no reason to leave a line out
        text = text.replace(" {house_number}", "")
    pieces = END.split("\n".join(text.splitlines()))
    kept = [_filled_piece(piece, known) for piece in pieces if not _lacks(piece, known)]
    whole = "\n".join(kept) + "\n"
    return whole if len(kept) == len(pieces) else BARE_HEADING.sub("", whole)


def placeholders(now: Site) -> dict[str, str]:
    """What texts may name, with what is put there."""
    of_organiser = {key: str(value) for key, value in asdict(now.organiser).items()}
    return of_organiser | {"vat_number": now.vat.number if now.vat else ""}


def _lacks(piece: str, known: Mapping[str, str]) -> bool:
    return any(not known.get(name, name) for name in PLACEHOLDER.findall(piece))


def _filled_piece(piece: str, known: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), piece)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> str:
    return path.read_text(encoding="utf-8")
