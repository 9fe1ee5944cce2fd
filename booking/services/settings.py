"""What the owner sets at the desk. Every change is one transaction, refused when somebody else came first.

`shown` is the fingerprint of what the form was filled from. Documents that were issued never change.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import update

from booking.domain.actor import Actor
from booking.domain.bilingual import Bilingual
from booking.domain.errors import ChangedMeanwhile
from booking.domain.letters import Words
from booking.domain.permission import Role
from booking.domain.reference import normalise
from booking.domain.vat import VatRules
from booking.persistence import desk_letters, journal, organisers, settings, site
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass
from booking.persistence.site import Logo
from booking.persistence.transaction import atomic


def fingerprint(name: str) -> str:
    """What a form over the setting `name` was filled from, posted back with it."""
    return hashlib.sha256(json.dumps(settings.read(name, None), sort_keys=True).encode()).hexdigest()[:16]


def identify(facts: Mapping[str, str], shown: str, now: datetime, by: Actor) -> None:
    """Name, address, contact, legal form, business number and language of the organiser. Raises ChangedMeanwhile."""
    with atomic():
        _set(site.IDENTITY, dict(facts), shown, now)
        journal.note("identity_changed", by, now)


def change_account(iban: str, holder: str, shown: str, now: datetime, by: Actor) -> None:
    """The account that bills name from now on ('' for none); a valid IBAN. Bills that are out keep theirs.

    Raises ChangedMeanwhile.
    """
    with atomic():
        account = normalise(iban)
        _set(site.BANK, {"iban": account, "account_holder": holder}, shown, now)
        journal.note("bank_changed", by, now, ends_in=account[-4:])
        # Whoever got in here could turn every payment to an account of their own.
        for person in organisers.everybody():
            if person.active and person.role is Role.OWNER:
                desk_letters.post("bank_changed", person.id, now, by_id=by.organiser_id or 0, ends_in=account[-4:])


def charge_vat(rules: VatRules | None, exempt: Collection[int], shown: str, now: datetime, by: Actor) -> None:
    """From now on invoices hold tax by `rules`, or none; not for the classes whose ids are `exempt`.

    Raises ChangedMeanwhile.
    """
    with atomic():
        _set(site.VAT, rules.to_json() if rules else None, shown, now)
        for wanted, which in ((True, MasterClass.id.in_(exempt)), (False, MasterClass.id.not_in(exempt))):
            changed = update(MasterClass).where(which, MasterClass.vat_exempt.is_(not wanted))
            db.session.execute(changed.values(vat_exempt=wanted))
        journal.note("vat_changed", by, now, charged=rules is not None, exempt=len(exempt))


def recolour(light: str, dark: str, shown: str, now: datetime, by: Actor) -> None:
    """The accent in light and, '' for what follows from it, in dark; both are known to be legible. '' and '' is the
    house's. Raises ChangedMeanwhile."""
    with atomic():
        _set(site.COLOURS, {"light": light, "dark": dark} if light else None, shown, now)
        journal.note("colours_changed", by, now, light=light or "house")


def show_logo(logo: Logo | None, shown: str, now: datetime, by: Actor) -> None:
    """The picture at the head of every page, or none. Raises ChangedMeanwhile."""
    with atomic():
        _set(site.LOGO, _plain(logo) if logo else None, shown, now)
        journal.note("logo_changed", by, now, shown=logo is not None)


def welcome(heading: Bilingual, lead: Bilingual, shown: str, now: datetime, by: Actor) -> None:
    """The words that open the front page; empty ones are the house's. Raises ChangedMeanwhile."""
    words = {"heading": {"fr": heading.fr, "en": heading.en}, "lead": {"fr": lead.fr, "en": lead.en}}
    with atomic():
        _set(site.FRONT, words if heading or lead else None, shown, now)
        journal.note("front_page_changed", by, now)


def reword(kind: str, words: Mapping[str, Words], shown: str, now: datetime, by: Actor) -> None:
    """The organiser's own words in letters of a kind, by language; empty ones are the house's.

    Raises UnknownPlaceholder, ChangedMeanwhile.
    """
    for own in words.values():
        own.check(kind)
    plain = {language: asdict(own) for language, own in words.items() if own}
    with atomic():
        _set(site.LETTER + kind, plain or None, shown, now)
        journal.note("letter_reworded", by, now, kind=kind, languages=sorted(plain))


def _set(name: str, value: Any, shown: str, now: datetime) -> None:
    settings.changed(now)  # whoever changes something at the same time waits here, and then sees this change
    if fingerprint(name) != shown:
        raise ChangedMeanwhile
    settings.write(name, value, now)


def _plain(logo: Logo) -> dict[str, Any]:
    sizes = {"width": logo.width, "height": logo.height, "alone": logo.alone}
    return {"body": b64encode(logo.body).decode(), "mimetype": logo.mimetype, **sizes}
