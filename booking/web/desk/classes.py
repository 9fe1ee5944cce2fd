"""Classes: the list, the page of one with all that leads on from it, and what everybody will read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.characters import slug_of
from booking.domain.completeness import Completeness
from booking.domain.permission import Permission
from booking.domain.publication import Publication
from booking.persistence import class_index, queries, schedules, site
from booking.persistence.class_index import ClassRow
from booking.persistence.masterclasses import MasterClass
from booking.persistence.queries import Offer
from booking.services import classes
from booking.web import catalogue
from booking.web.desk import class_words
from booking.web.desk.class_forms import FirstWords
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.formatting import local
from booking.web.invitations import Group, group_of, kind_label
from booking.web.pictures import picture_of
from booking.web.places import town_of

PER_PAGE: Final = 50
CURRENT: Final = (Publication.PUBLISHED, Publication.DRAFT, Publication.CLOSED)

blueprint = desk_area("classes", __name__)


class Date(NamedTuple):
    """A date of a class as lists show it; local datetimes."""

    slug: str
    starts_at: datetime
    ends_at: datetime
    meetings: int
    place: str
    price: int
    state: Publication
    called_off: bool
    over: bool
    group: Group


class Listed(NamedTuple):
    """A class in the list."""

    master_class: MasterClass
    kind: str
    next: Date | None
    coming: int
    written: list[Completeness]


@blueprint.get("/classes/")
@needs(Permission.CLASSES)
def index() -> str:
    """All classes but those put away, or those in one state; with some words in their title."""
    now, counts = clock.now(), class_index.counts()
    state, words = request.args.get("state", ""), request.args.get("q", "").strip()
    chosen = [Publication(state)] if state in list(Publication) else list(CURRENT)
    ids = class_index.search(chosen, words)
    pages = max(1, -(-len(ids) // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    rows = class_index.rows(ids[(page - 1) * PER_PAGE : page * PER_PAGE], now)
    return render_template(
        "desk/classes/index.html",
        rows=[_listed(row, now) for row in rows],
        states=class_words.STATES,
        tags=class_words.TAGS,
        counts=counts,
        current=sum(counts[one] for one in CURRENT),
        state=state,
        words=words,
        page=page,
        pages=pages,
        url_of=lambda number: url_for("desk_classes.index", state=state or None, q=words or None, page=number),
    )


@blueprint.get("/classes/new")
@needs(Permission.CLASSES)
def new() -> str:
    """The few words that a class begins with."""
    form = FirstWords(formdata=None)
    source = request.args.get("title", "")
    form.title_fr.data = form.title_en.data = source
    return render_template("desk/classes/new.html", form=form)


@blueprint.post("/classes/new")
@needs(Permission.CLASSES)
def create() -> str | Response:
    """A draft, and on to the page that says what it lacks."""
    form = FirstWords()
    if not form.validate():
        return render_template("desk/classes/new.html", form=form)
    wish = slug_of(form.title_fr.data if form.language.data == "fr" else form.title_en.data) or slug_of(
        form.title_fr.data or form.title_en.data
    )
    values = {name: field.data for name, field in form._fields.items()}
    values["contact_email"] = site.current().organiser.email
    usual = schedules.usual_policy()
    values["policy"] = usual.slug if usual else ""
    slug = classes.write(wish or "class", values, clock.now(), actor())
    return done(_("The class is a draft: nobody sees it but this desk."), "desk_classes.show", class_slug=slug)


@blueprint.get("/classes/<class_slug>")
@needs(Permission.CLASSES)
def show(class_slug: str) -> str:
    """Everything about a class in short, with what it lacks."""
    now, offer = clock.now(), class_index.find(class_slug)
    problems = [] if offer.state is Publication.ARCHIVED else classes.missing(offer)
    asked = [question for question in offer.questions if not question.retired]
    return render_template(
        "desk/classes/show.html",
        offer=offer,
        kind=kind_label(offer.kind),
        states=class_words.STATES,
        tags=class_words.TAGS,
        lacks=list(class_words.lacks(offer, problems)),
        meters=class_words.meters(offer),
        moves=class_words.moves(offer),
        is_deletable=offer.state is Publication.DRAFT and not class_index.use_of(offer),
        dates=[_date(one, now) for one in class_index.dates(offer, now)],
        picture=picture_of(offer),
        questions=[(when, [one for one in asked if one.when == when]) for when in ("booking", "before")],
        retired=[question for question in offer.questions if question.retired],
        question_kinds=class_words.QUESTION_KINDS,
    )


@blueprint.post("/classes/<class_slug>/languages")
@needs(Permission.CLASSES)
def set_languages(class_slug: str) -> Response:
    """The class stays in the language in which it is taught, or is to be written in both."""
    alone = request.form.get("languages") == "one"
    classes.keep_to_one_language(class_slug, alone, clock.now(), actor())
    said = _("The class stays in one language.") if alone else _("The class is to be written in both languages.")
    return done(said, "desk_classes.show", class_slug=class_slug)


@blueprint.post("/classes/<class_slug>/copy")
@needs(Permission.CLASSES)
def copy(class_slug: str) -> Response:
    """The same class again, as a draft without dates."""
    slug = classes.copy(class_slug, clock.now(), actor())
    return done(_("This is the copy, a draft without dates. Change what is to be different."), "desk_classes.show",
                class_slug=slug)  # fmt: skip


@blueprint.get("/classes/<class_slug>/preview")
@needs(Permission.CLASSES)
def preview(class_slug: str) -> str:
    """The page as everybody will see it."""
    now = clock.now()
    page = queries.class_page(class_slug, now, preview=True)
    return catalogue.class_page(page, now, preview=url_for("desk_classes.show", class_slug=class_slug))


def _listed(row: ClassRow, now: datetime) -> Listed:
    offer = row.master_class
    date = _date(row.next, now) if row.next else None
    return Listed(offer, kind_label(offer.kind), date, row.coming, class_words.written_in(offer))


def _date(offer: Offer, now: datetime) -> Date:
    edition = offer.edition
    facts: dict[str, Any] = {
        "called_off": edition.called_off_at is not None,
        "over": edition.ends_at <= now,
        "group": group_of(edition, offer.seats, now),
    }
    return Date(
        edition.slug,
        local(edition.starts_at, edition.zone),
        local(edition.ends_at, edition.zone),
        len(edition.meetings),
        town_of(edition),
        edition.price,
        edition.state,
        **facts,
    )
