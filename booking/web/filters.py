"""Which dates of the catalogue are shown: a choice in the address, and the plain links that change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from booking.persistence.masterclasses import Topic
from booking.persistence.queries import Offer
from booking.web.formatting import local, month_year
from booking.web.i18n import NAMES, words
from booking.web.invitations import state_of

ANY: Final = ""
WITH_SEATS: Final = ("open", "few", "soon")


class FilterLink(NamedTuple):
    """One choice of a filter; `lang` is set when the label is in that language."""

    label: str
    url: str
    chosen: bool
    lang: str = ""


class FilterLinks(NamedTuple):
    """A filter with its choices, the first being no choice."""

    name: str
    links: list[FilterLink]


@dataclass(frozen=True)
class Filter:
    """The choice: `month` as 2027-02, language `taught`, a topic's slug, `free` '1' for dates with seats left."""

    month: str = ANY
    taught: str = ANY
    topic: str = ANY
    free: str = ANY

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filter:
        """The choice that an address makes; what it does not know is left alone."""
        return cls(**{name: query.get(name, ANY) for name in asdict(cls())})

    def __bool__(self) -> bool:
        return self != Filter()

    @property
    def query(self) -> str:
        """As written after `?`, always in the same order."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def address(self, catalogue: str) -> str:
        """The link that makes this choice in the page `catalogue`."""
        return f"{catalogue}?{self.query}" if self else catalogue

    def lets_in(self, offer: Offer, now: datetime) -> bool:
        """Whether the offer is among the chosen at `now`."""
        master_class = offer.edition.master_class
        return (
            self.month in (ANY, month_of(offer))
            and self.taught in (ANY, master_class.language)
            and (self.topic == ANY or self.topic in master_class.topics)
            and (self.free == ANY or state_of(offer, now) in WITH_SEATS)
        )


def month_of(offer: Offer) -> str:
    """'2027-02', in the edition's zone."""
    return local(offer.edition.starts_at, offer.edition.zone).strftime("%Y-%m")


def filter_links(chosen: Filter, coming: Iterable[Offer], topics: Iterable[Topic]) -> list[FilterLinks]:
    """The filters that would change anything, each offering what the coming dates have."""
    coming = list(coming)
    months = {month_of(offer): None for offer in coming}
    languages = sorted({offer.edition.master_class.language for offer in coming}, reverse=True)
    used = {slug for offer in coming for slug in offer.edition.master_class.topics}
    by_title = sorted((topic for topic in topics if topic.slug in used), key=lambda topic: words(topic.title))
    named = [
        (_("Month"), "month", {month: month_year(date.fromisoformat(f"{month}-01")) for month in months}),
        (_("Taught in"), "taught", {language: NAMES[language] for language in languages}),
        (_("Topic"), "topic", {topic.slug: words(topic.title) for topic in by_title}),
        (_("Seats"), "free", {"1": pgettext("filter", "With seats left")}),
    ]
    return [FilterLinks(name, _links(chosen, field, labels)) for name, field, labels in named if _useful(field, labels)]


def is_offered(chosen: Filter, links: Iterable[FilterLinks]) -> bool:
    """Whether one of our own links leads to this choice."""
    offered = sum(link.chosen for each in links for link in each.links[1:])
    return offered == sum(bool(value) for value in asdict(chosen).values())


def _links(chosen: Filter, field: str, labels: Mapping[str, str]) -> list[FilterLink]:
    current, page = getattr(chosen, field), url_for("catalogue.index")
    choices = {ANY: pgettext("filter", "All"), **labels}
    return [
        FilterLink(
            label,
            replace(chosen, **{field: value}).address(page),
            chosen=current == value,
            lang=value if field == "taught" else "",
        )
        for value, label in choices.items()
    ]


def _useful(field: str, labels: Mapping[str, str]) -> bool:
    return len(labels) > 1 or field == "free"
