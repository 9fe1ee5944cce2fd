"""What a line of the journal notes beside its action, in words. Every fact that the code notes has its own here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel import pgettext
from flask_babel.speaklater import LazyString

from booking.domain.booking import Channel
from booking.domain.local_time import ZONE
from booking.services.enrol import Way
from booking.web.desk import export_words
from booking.web.desk.booking_words import channel_words, sum_words
from booking.web.desk.class_forms import NAMED
from booking.web.desk.class_words import STATES
from booking.web.desk.people_forms import ROLES
from booking.web.desk.settings_letters import LABELS as LETTERS
from booking.web.desk.settings_texts import TITLES
from booking.web.desk.timeline_words import REASONS
from booking.web.formatting import chf, local, short_date
from booking.web.i18n import NAMES as LANGUAGES

Words = Callable[[Any], str]

CHANGES: Final = {
    "date": _lp("changed", "day or hours"),
    "place": _lp("changed", "place"),
    "link": _lp("changed", "link"),
}
DISPUTES: Final = {"open": _lp("dispute", "open"), "won": _lp("dispute", "won"), "lost": _lp("dispute", "lost")}
WAYS: Final = {
    Way.TRANSFER: _lp("way", "by transfer"),
    Way.ACCOUNT: _lp("way", "on account"),
    Way.PAID: _lp("way", "paid already"),
}
KINDS: Final = {**export_words.KINDS, **{kind: names[0] for kind, names in LETTERS.items()}}
FIELDS: Final[dict[str, LazyString]] = {
    **NAMED,
    "slug": _l("Address of its page"), "kind": _l("Kind"), "language": _l("Taught in"), "topics": _l("Topics"),
    "contact_email": _l("Address for questions"), "vat_exempt": _lp("settings", "VAT"), "one_language": _l("Languages"),
    "related": _l("Related classes"), "trainers": _l("Trainers"), "policy": _l("Cancellation policy"),
    "meetings": _l("Sessions"), "venue": _l("Place"), "online_url": _l("Address for joining online"),
    "zone": _l("Time zone"), "price": _l("Price"), "early_price": _l("Early-bird price"),
    "early_until": _l("Last day of the early-bird price"), "minimum": _l("Minimum number of participants"),
    "capacity": _l("Seats"),
    "opens": _l("Registration opens"), "closes": _l("Registration closes"), "decision": _l("Day of decision"),
    "confirmation": _lp("fact", "when a booking is confirmed"),
    "name": _l("Name"), "email": _l("E-mail"), "phone": _l("Telephone"), "company": _l("Company"),
    "street": _l("Street"), "house_number": _l("Number"), "postcode": _l("Postcode"), "town": _l("Town"),
    "country": _l("Country"), "locale": _l("Language"), "access": _l("Access"), "map_url": _l("Link to a map"),
    "bio": _lp("fact", "about the trainer"),
}  # fmt: skip


def fact_words(facts: Mapping[str, Any], people: Mapping[int, str]) -> list[str]:
    """'seats: 2', 'fee: CHF 102.00', as a reader understands them; `people` are names of organisers by id. Numbers of
    rows are left to the file of the journal."""
    told = {**facts, "organiser": people.get(facts.get("organiser", 0)), "said": sum_words(facts)}
    said = {name: value for name, value in told.items() if value not in (None, "", []) and value is not False}
    return [FACTS[name](value) for name, value in said.items() if name in FACTS]


def _labelled(label: LazyString, words: Words = str) -> Words:
    return lambda value: str(_("%(fact)s: %(value)s", fact=label, value=words(value)))


def _one_of(words: Mapping[Any, Any]) -> Words:
    """One that no longer exists is shown as it was noted."""
    return lambda value: str(words.get(value, value))


def _several(words: Mapping[Any, Any]) -> Words:
    return lambda values: ", ".join(str(words.get(value, value)) for value in values)


def _alone(label: LazyString) -> Words:
    return lambda _value: str(label)


def _day(value: str) -> str:
    return short_date(local(datetime.fromisoformat(value), ZONE))


def _channel(value: str) -> str:
    return channel_words(Channel(value)) if value in list(Channel) else value


def _look(value: str) -> str:
    return pgettext("fact", "those of the site") if value == "house" else value


FACTS: Final[dict[str, Words]] = {
    "amount": _labelled(_lp("fact", "amount"), chf),
    "bookings": _labelled(_lp("fact", "bookings")),
    "by_bank": _alone(_lp("fact", "by bank")),
    "by_hand": _alone(_lp("fact", "by hand")),
    "called_off": _alone(_lp("fact", "date called off")),
    "changed": _labelled(_lp("fact", "changed"), _several(CHANGES)),
    "channel": _labelled(_lp("fact", "way of payment"), _channel),
    "charged": _alone(_lp("fact", "VAT is charged")),
    "cites": _labelled(_lp("fact", "in place of")),
    "decision": _labelled(_lp("fact", "to be decided by"), _day),
    "edition": _labelled(_lp("fact", "date")),
    "ends_in": _labelled(_lp("fact", "account ends in")),
    "exempt": _labelled(_lp("fact", "exempt classes")),
    "fee": _labelled(_lp("fact", "fee"), chf),
    "fields": _labelled(_lp("fact", "changed"), _several(FIELDS)),
    "kind": _one_of(KINDS),
    "languages": _labelled(_lp("fact", "languages"), _several(LANGUAGES)),
    "light": _labelled(_lp("fact", "colours"), _look),
    "lowered": _alone(_lp("fact", "fee lowered")),
    "master_class": _labelled(_lp("fact", "class")),
    "new": _labelled(_lp("fact", "after"), _one_of(STATES)),
    "number": _labelled(_lp("fact", "number")),
    "old": _labelled(_lp("fact", "before"), _one_of(STATES)),
    "organiser": _labelled(_lp("fact", "person")),
    "original": _labelled(_lp("fact", "copied from")),
    "page": _one_of(TITLES),
    "people": _labelled(_lp("fact", "people")),
    "policy": _labelled(_lp("fact", "policy")),
    "price": _labelled(_lp("fact", "price"), chf),
    "question": _labelled(_lp("fact", "question")),
    "reason": _one_of(REASONS),
    "received": _labelled(_lp("fact", "received on"), _day),
    "refund": _labelled(_lp("fact", "paid back"), chf),
    "role": _labelled(_lp("fact", "role"), _one_of(dict(ROLES))),
    "said": _labelled(_lp("fact", "reported")),
    "minutes": _labelled(_l("break in each session, in minutes")),
    "seats": _labelled(_lp("fact", "seats")),
    "shown": _alone(_lp("fact", "a logo is shown")),
    "state": _labelled(_lp("fact", "state"), _one_of({**STATES, **DISPUTES})),
    "told": _labelled(_lp("fact", "written to")),
    "topic": _labelled(_lp("fact", "topic")),
    "trainer": _labelled(_lp("fact", "trainer")),
    "venue": _labelled(_lp("fact", "venue")),
    "version": _labelled(_lp("fact", "version")),
    "voucher": _labelled(_lp("fact", "voucher")),
    "way": _one_of(WAYS),
    "which": _alone(_lp("fact", "everywhere else")),
}
UNSAID: Final = ("attendee", "meeting", "message", "export", "currency")  # numbers of rows; of a sum, told with it
