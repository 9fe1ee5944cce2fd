"""What the desk says of a class: where it stands, what moving it means, what is missing and where to write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from booking.domain.bilingual import Bilingual
from booking.domain.catalogue import NotPublishable
from booking.domain.completeness import Completeness, asked, completeness
from booking.domain.publication import Publication
from booking.persistence.masterclasses import Edition, MasterClass, QuestionKind
from booking.services.classes import TEXTS
from booking.web.desk.class_forms import NAMED
from booking.web.formatting import full_date, local
from booking.web.i18n import NAMES, spoken

STATES: Final = {
    Publication.DRAFT: _lp("class", "Draft"),
    Publication.PUBLISHED: _lp("class", "Published"),
    Publication.CLOSED: _lp("class", "Closed"),
    Publication.ARCHIVED: _lp("class", "Archived"),
}
TAGS: Final = {
    Publication.DRAFT: "few",
    Publication.PUBLISHED: "success",
    Publication.CLOSED: "plain",
    Publication.ARCHIVED: "plain",
}
QUESTION_KINDS: Final = {
    QuestionKind.TEXT: _l("A line of text"),
    QuestionKind.LONG_TEXT: _l("A longer text"),
    QuestionKind.CHOICE: _l("One of several answers"),
    QuestionKind.YES_NO: _l("Yes or no"),
}
# What is missing -> the sentence, and the field in which it is written.
MISSING: Final[dict[str, tuple[LazyString, str]]] = {
    "title": (_l("The title is missing."), "title_fr"),
    "language": (_l("The language in which it is taught is missing."), "language"),
    "summary.fr": (_l("The French summary is missing."), "summary_fr"),
    "summary.en": (_l("The English summary is missing."), "summary_en"),
    "contact": (_l("The address for questions is missing."), "contact_email"),
    "policy": (_l("A class that costs something needs a cancellation policy."), "policy"),
    "edition": (_l("A published date is missing, with hours, place and price."), "dates"),
}
OF_A_DATE: Final = {
    "meetings": _l("%(date)s: the hours are missing."),
    "price": _l("%(date)s: the price is missing."),
    "venue": _l("%(date)s: the place, or the link to take part online, is missing."),
}


class Lack(NamedTuple):
    """Something that stands between a class and its publication, and the page where it is put right."""

    sentence: str
    url: str


class Meter(NamedTuple):
    """How much is written in one language. `missing` are the texts that lack, with links to their fields."""

    lang: str
    name: str
    written: int
    total: int
    missing: list[Lack]


def lacks(offer: MasterClass, problems: Iterable[NotPublishable]) -> Iterator[Lack]:
    """In sentences, with links."""
    form, page = (url_for(view, class_slug=offer.slug) for view in ("desk_class_texts.edit", "desk_classes.show"))
    editions = {edition.slug: edition for edition in offer.editions}
    for problem in problems:
        kind, _blank, slug = problem.where.partition(" ")
        for what in problem.what:
            if kind == "class":
                sentence, field = MISSING[what]
                yield Lack(str(sentence), f"{page if field == 'dates' else form}#{field}")
            else:
                date = full_date(_start(editions[slug]))
                yield Lack(str(OF_A_DATE[what]) % {"date": date}, url_for("desk_editions.show", edition_slug=slug))


def meters(offer: MasterClass) -> list[Meter]:
    """For each language of the site."""
    form = url_for("desk_class_texts.edit", class_slug=offer.slug)
    return [
        Meter(
            each.language,
            NAMES[each.language],
            each.written,
            each.total,
            [Lack(str(NAMED[name]), f"{form}#{name}_{each.language}") for name in each.missing],
        )
        for each in written_in(offer)
    ]


def written_in(offer: MasterClass) -> list[Completeness]:
    """How much of the class's texts is there in each language in which it is to be written."""
    texts: Mapping[str, Bilingual] = {name: getattr(offer, name) for name in NAMED if name in TEXTS}
    return completeness(texts, asked(offer.language, offer.one_language, tuple(spoken())))


def moves(offer: MasterClass) -> list[tuple[Publication, str]]:
    """Where the class may go from here, and what the button says; the usual way first."""
    words = {
        (Publication.DRAFT, Publication.PUBLISHED): _("Publish"),
        (Publication.DRAFT, Publication.ARCHIVED): _("Archive"),
        (Publication.PUBLISHED, Publication.CLOSED): _("Close bookings"),
        (Publication.PUBLISHED, Publication.DRAFT): _("Take off the site"),
        (Publication.PUBLISHED, Publication.ARCHIVED): _("Archive"),
        (Publication.CLOSED, Publication.PUBLISHED): _("Open bookings again"),
        (Publication.CLOSED, Publication.ARCHIVED): _("Archive"),
        (Publication.ARCHIVED, Publication.CLOSED): _("Show on the site again"),
        (Publication.ARCHIVED, Publication.DRAFT): _("Back to a draft"),
    }
    return [(new, label) for (old, new), label in words.items() if old is offer.state]


def _start(edition: Edition) -> datetime:
    return local(edition.starts_at, edition.zone)
