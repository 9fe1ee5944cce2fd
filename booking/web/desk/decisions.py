"""A date below its minimum that takes place all the same: who is told, and then the one button."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import HiddenField

from booking.adapters import clock
from booking.domain.errors import NotMovable, PlanChanged
from booking.domain.permission import Permission
from booking.persistence import editions as rows
from booking.persistence import queries
from booking.persistence.queries import SeatCount
from booking.services import minimum
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.refusals import sentence

blueprint = desk_area("decisions", __name__)


class DecisionForm(FlaskForm):
    """What was shown."""

    shown = HiddenField()


@blueprint.get("/editions/<edition_slug>/decision")
@needs(Permission.CLASSES)
def show(edition_slug: str) -> Any:
    """Who would be told that it takes place."""
    return _page(edition_slug, DecisionForm(formdata=None))


@blueprint.post("/editions/<edition_slug>/decision")
@needs(Permission.CLASSES)
def run_anyway(edition_slug: str) -> Any:
    """It takes place, unless the page no longer shows who would be told."""
    form = DecisionForm()
    try:
        told = minimum.run_anyway(edition_slug, form.shown.data or "", clock.now(), actor())
    except (PlanChanged, NotMovable) as refusal:
        return _page(edition_slug, form, sentence(refusal))
    words = ngettext(
        "It is decided: the date takes place, and %(num)d booking is written to.",
        "It is decided: the date takes place, and %(num)d bookings are written to.",
        told,
    ) if told else _("It is decided: the date takes place.")  # fmt: skip
    return done(words, "desk_editions.show", edition_slug=edition_slug)


def _page(edition_slug: str, form: DecisionForm, problem: str = "") -> Any:
    edition, now, plan = rows.find(edition_slug), clock.now(), None
    try:
        plan = minimum.plan(edition, now)
        form.shown.data = plan.shown
    except NotMovable as refusal:
        problem = sentence(refusal)
    seats = queries.seat_counts([edition.id], now).get(edition.id, SeatCount())
    page = render_template(
        "desk/decisions/show.html", edition=edition, plan=plan, seats=seats, form=form, problem=problem
    )
    return page, 409 if problem else 200
