"""An edition as pages show it: the invitation in the catalogue, the date in a booking panel, the group as seats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Literal

from flask import current_app, get_template_attribute, url_for
from flask_babel import lazy_pgettext
from markupsafe import Markup

from booking.adapters.gateways import current_ports
from booking.domain.booking import check_open
from booking.domain.errors import RegistrationNotOpen
from booking.domain.pricing import list_price
from booking.domain.publication import SHOWN, Publication
from booking.persistence.masterclasses import Edition
from booking.persistence.queries import Offer, SeatCount
from booking.services import book
from booking.web import i18n
from booking.web.formatting import local
from booking.web.pictures import Shown, picture_of
from booking.web.places import town_of

DateState = Literal["open", "few", "full", "closed", "past", "soon", "called_off", "ask"]
KINDS: Final = {
    "master_class": lazy_pgettext("kind", "Master class"),
    "workshop": lazy_pgettext("kind", "Workshop"),
    "course": lazy_pgettext("kind", "Course"),
    "information_session": lazy_pgettext("kind", "Information session"),
}
OFFERED: Final = ("open", "few", "full", "soon", "ask")
FEW: Final = 2  # seats left from which the page says so


@dataclass(frozen=True)
class Group:
    """The group as the `seats` macros draw it; `over` once the date was held or is called off: no seat is free then."""

    capacity: int
    taken: int
    held: int
    minimum: int
    decided_on: date | None
    runs: bool
    over: bool

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.taken - self.held)

    @property
    def is_full(self) -> bool:
        return self.free == 0


@dataclass(frozen=True)
class DateOption:
    """A date to choose, as the `panel` macros show it. Local datetimes, centimes; `url` leads to the booking form,
    which is there once everybody may see the date."""

    slug: str
    url: str
    starts_at: datetime
    ends_at: datetime
    meetings_count: int
    town: str
    price: int
    early_price: int | None
    early_until: datetime | None
    group: Group
    state: DateState
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def can_be_booked(self) -> bool:
        return self.state in ("open", "few")

    @property
    def is_offered(self) -> bool:
        """Whether its seats are there to be had, be it later or while one is given back."""
        return self.state in OFFERED


@dataclass(frozen=True)
class Invitation(DateOption):
    """A date in the catalogue, as the `invitation` macro shows it; `url` leads to the class page."""

    title: Markup
    kind_label: str
    language: str
    summary: Markup
    picture: Shown | None


def date_option(offer: Offer, now: datetime) -> DateOption:
    """The edition as a date to choose."""
    edition = offer.edition
    is_public = edition.master_class.shown and edition.state in SHOWN
    url = url_for("bookings.details", edition=edition.slug) if is_public else ""
    return DateOption(url=url, **_date_facts(offer, now))


def invitation(offer: Offer, now: datetime) -> Invitation:
    """The edition as an invitation."""
    master_class = offer.edition.master_class
    return Invitation(
        url=url_for("catalogue.show", slug=master_class.slug),
        title=i18n.text(master_class.title),
        kind_label=kind_label(master_class.kind),
        language=master_class.language,
        summary=i18n.text(master_class.summary),
        picture=picture_of(master_class),
        **_date_facts(offer, now),
    )


def seat_price(edition: Edition, now: datetime) -> int:
    """What a seat costs at `now`, centimes."""
    return list_price(edition.price, edition.early_price, edition.early_until, now)


def written(item: Invitation) -> Markup:
    """The invitation as HTML in the current language."""
    return (_write.__wrapped__ if current_app.debug else _write)(item, i18n.current_language())


def group_of(edition: Edition, seats: SeatCount, now: datetime) -> Group:
    """The edition's group. A minimum is decided upon only where a date was set for it, and `runs` once it was; between
    the two, no day is named that has passed."""
    to_come = edition.decision_at and edition.decision_at > now
    decided_on = local(edition.decision_at, edition.zone).date() if edition.decision_at and to_come else None
    runs = edition.run_decided_at is not None
    over = edition.ends_at <= now or edition.called_off_at is not None
    return Group(edition.capacity, seats.taken, seats.held, edition.minimum, decided_on, runs, over)


def state_of(offer: Offer, now: datetime) -> DateState:
    """What a reader can do with the date at `now`. 'ask': seats are left, but no way of paying for them online."""
    edition = offer.edition
    if edition.ends_at <= now:
        return "past"
    if Publication.CLOSED in (edition.state, edition.master_class.state) and not edition.called_off_at:
        return "closed"
    try:
        opens, closes = edition.registration_opens_at, edition.registration_closes_at
        check_open(opens, closes, edition.starts_at, edition.called_off_at is not None, now)
    except RegistrationNotOpen as refusal:
        reasons: dict[str, DateState] = {"soon": "soon", "closed": "closed", "called_off": "called_off"}
        return reasons[refusal.reason]
    if offer.free == 0:
        return "full"
    if not book.ways_of_paying(edition, seat_price(edition, now), now, current_ports()):
        return "ask"
    return "few" if offer.free <= FEW else "open"


def kind_label(kind: str) -> str:
    """'Workshop', 'Master class'…: what sort of class it is."""
    return str(KINDS.get(kind, kind))


@lru_cache(maxsize=1024)
def _write(item: Invitation, _language: str) -> Markup:
    """Kept, because a booking changes one invitation of the catalogue and leaves all others as they were."""
    macro: Callable[[Invitation], Markup] = get_template_attribute("components/invitation.html", "invitation")
    return macro(item)


def _date_facts(offer: Offer, now: datetime) -> dict[str, Any]:
    edition = offer.edition
    early = seat_price(edition, now) != edition.price
    return {
        "slug": edition.slug,
        "starts_at": local(edition.starts_at, edition.zone),
        "ends_at": local(edition.ends_at, edition.zone),
        "meetings_count": len(edition.meetings),
        "town": town_of(edition),
        "price": edition.price,
        "early_price": edition.early_price if early else None,
        "early_until": _local_or_none(edition.early_until, edition),
        "group": group_of(edition, offer.seats, now),
        "state": state_of(offer, now),
        "opens_at": _local_or_none(edition.registration_opens_at, edition),
        "closes_at": _local_or_none(edition.registration_closes_at, edition),
    }


def _local_or_none(moment: datetime | None, edition: Edition) -> datetime | None:
    return local(moment, edition.zone) if moment else None
