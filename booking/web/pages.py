"""Legal notice, privacy page and terms: the organiser's Markdown, with the organiser's identity filled in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from flask import Blueprint, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking import config
from booking.config import OrganiserIdentity
from booking.web.i18n import current_language
from booking.web.markdown import render
from booking.web.page_cache import SharedPage

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")

blueprint = Blueprint("pages", __name__)


class TermsText(NamedTuple):
    """The terms as a participant reads and accepts them; `digest` is the SHA-256 of the Markdown, in hexadecimal."""

    markdown: str
    digest: str


@blueprint.get("/<lang:lang>/<any(legal, privacy, terms):page>")
def show(page: str) -> Response:
    """One of the three pages."""
    titles = {"legal": _("Legal notice"), "privacy": _("Privacy"), "terms": _("Terms")}
    text = render(page_text(page, current_language()), top=2)
    return SharedPage(render_template("pages/show.html", title=titles[page], text=text))


def terms_text(lang: str) -> TermsText:
    """The terms in force in `lang`."""
    markdown = page_text("terms", lang)
    return TermsText(markdown, hashlib.sha256(markdown.encode()).hexdigest())


def page_text(page: str, lang: str) -> str:
    """The Markdown of a page in `lang`, the organiser's data filled in.

    Raises FileNotFoundError when content/<page>.<lang>.md is missing: a site must not open without it.
    """
    settings = config.current()
    path = settings.content_dir / f"{page}.{lang}.md"
    return _filled(path, path.stat().st_mtime_ns, settings.organiser)


@lru_cache(maxsize=32)
def _filled(path: Path, _changed: int, organiser: OrganiserIdentity) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(filled for line in lines if (filled := fill(line, organiser)) is not None) + "\n"


def fill(line: str, organiser: OrganiserIdentity) -> str | None:
    """`{name}` and the like replaced by the organiser's data; None when a line names something that is not set, so
    that no "Telephone:" stands alone. Words in braces that name nothing stay as they are."""
    known = {key: str(value) for key, value in asdict(organiser).items()}
    names = [name for name in PLACEHOLDER.findall(line) if name in known]
    if any(not known[name] for name in names):
        return None
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), line)
