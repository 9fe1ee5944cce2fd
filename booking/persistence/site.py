"""Who offers the classes, how the site looks and what it says: what the desk has set, over what the environment gives.

`current()` is the one way to ask. A `Site` never changes; a change at the desk makes a new one, which every process
sees in its next transaction: what it costs is one look at the mark of the last change.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, SessionTransaction

from booking import config
from booking.config import OrganiserIdentity
from booking.domain import accent
from booking.domain.accent import HOUSE, Theme
from booking.domain.bilingual import Bilingual
from booking.domain.letters import Words
from booking.domain.vat import VatRules
from booking.persistence import settings, site_texts
from booking.persistence.db import db
from booking.persistence.settings import SEEN, Setting
from booking.persistence.site_texts import Published

# Names of settings.
IDENTITY: Final = "identity"
BANK: Final = "bank"
VAT: Final = "vat"
COLOURS: Final = "colours"
LOGO: Final = "logo"
FRONT: Final = "front"
LETTER: Final = "letter."  # and its kind


@dataclass(frozen=True)
class Logo:
    """The picture at the head of every page; with `alone`, the name is not written beside it."""

    body: bytes
    mimetype: str
    width: int
    height: int
    alone: bool

    @property
    def digest(self) -> str:
        """Changes with the picture."""
        return hashlib.sha256(self.body).hexdigest()[:12]


@dataclass(frozen=True)
class Site:
    """Everything that pages, mails and documents say of their organiser. `vat` is None without registration, `logo`
    without one of the organiser's own; `heading` and `lead` open the front page, empty for the house's words."""

    organiser: OrganiserIdentity
    vat: VatRules | None = None
    theme: Theme = HOUSE
    logo: Logo | None = None
    heading: Bilingual = field(default_factory=Bilingual)
    lead: Bilingual = field(default_factory=Bilingual)
    letters: Mapping[tuple[str, str], Words] = field(default_factory=dict)  # by kind and language
    texts: Mapping[str, Published] = field(default_factory=dict)  # by page: 'legal', 'privacy', 'terms'

    @property
    def sender(self) -> str:
        """The address mails come from: ATELIER_MAIL_FROM, else the organiser's own."""
        return config.current().mail_from or self.organiser.email


_latest: WeakKeyDictionary[Engine, tuple[str, Site]] = WeakKeyDictionary()


def current() -> Site:
    """The site as this transaction sees it."""
    seen: Site | None = db.session().info.get(SEEN)
    if seen is None:
        mark = settings.mark()
        known, seen = _latest.get(db.engine, (None, None))
        if seen is None or known != mark:
            seen = _read()
            _latest[db.engine] = mark, seen
        db.session().info[SEEN] = seen
    return seen


def last_known() -> Site:
    """As `current`; where that fails, the site as it was, for pages that must be shown even then."""
    try:
        return current()
    except Exception:  # whatever it is, the page that says so must be written
        return _latest.get(db.engine, ("", Site(config.current().initial_organiser)))[1]


@event.listens_for(db.session, "after_transaction_end")
def _forget(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop(SEEN, None)


def _read() -> Site:
    values: dict[str, Any] = {row.name: row.value for row in db.session.execute(select(Setting.name, Setting.value))}
    front = values.get(FRONT, {})
    return Site(
        organiser=_organiser(values),
        vat=VatRules.from_json(values[VAT]) if VAT in values else None,
        theme=accent.theme(**values[COLOURS]) if COLOURS in values else HOUSE,
        logo=_logo(values[LOGO]) if LOGO in values else None,
        heading=Bilingual(**front.get("heading", {})),
        lead=Bilingual(**front.get("lead", {})),
        letters=dict(_letters(values)),
        texts=site_texts.published(),
    )


def _organiser(values: Mapping[str, Any]) -> OrganiserIdentity:
    known = {f.name for f in fields(OrganiserIdentity)}
    given = {**values.get(IDENTITY, {}), **values.get(BANK, {})}
    kept = {name: value for name, value in given.items() if name in known}  # an older version may have known more
    return replace(config.current().initial_organiser, **kept)


def _logo(value: Mapping[str, Any]) -> Logo:
    return Logo(b64decode(value["body"]), value["mimetype"], value["width"], value["height"], value["alone"])


def _letters(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Words]]:
    for name, by_language in values.items():
        if name.startswith(LETTER):
            for language, words in by_language.items():
                yield (name.removeprefix(LETTER), language), Words(**words)
