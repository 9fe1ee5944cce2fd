"""Moving a date: the new day or place, what that means to everybody who has booked, and then the one button."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from booking.adapters import clock
from booking.domain.editions import DateRefused
from booking.domain.errors import NotMovable, PlanChanged
from booking.domain.permission import Permission
from booking.persistence import editions as rows
from booking.persistence import resources
from booking.persistence.bookings import seats_taken
from booking.persistence.masterclasses import Edition
from booking.services import move
from booking.web.desk.edition_forms import ConfirmForm, WhenAndWhere, rows_changed
from booking.web.desk.edition_values import every_field, typed
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.refusals import sentence

blueprint = desk_area("moves", __name__)


class MoveForm(WhenAndWhere):
    """Sent in the address as long as nothing is decided."""

    class Meta:
        csrf = False


@blueprint.get("/editions/<edition_slug>/move")
@needs(Permission.CLASSES)
def edit(edition_slug: str) -> Any:
    """The form; once it was filled in, what moving would do."""
    edition = rows.find(edition_slug)
    if not request.args:
        return _form_page(edition, MoveForm(formdata=None, data=typed(rows.spec_of(edition))))
    form = MoveForm(formdata=request.args)
    action = request.args.get("action", "")
    if action == "back" or rows_changed(form, action):
        return _form_page(edition, form)
    return _plan_page(edition, form)


@blueprint.post("/editions/<edition_slug>/move")
@needs(Permission.CLASSES)
def carry_out(edition_slug: str) -> Any:
    """Moves it, unless by now something else would be done than was shown."""
    edition, form, confirm = rows.find(edition_slug), MoveForm(formdata=request.form), ConfirmForm()
    spec = form.read(rows.spec_of(edition)) if form.validate() else None
    if spec is None or "back" in request.form:
        return _form_page(edition, form)
    if not confirm.validate():
        return _plan_page(edition, form, confirm)
    try:
        told = move.move(edition_slug, spec, confirm.shown.data or "", confirm.words, clock.now(), actor())
    except PlanChanged as refusal:
        return _plan_page(rows.find(edition_slug), form, confirm, sentence(refusal))
    except (DateRefused, NotMovable):
        return _plan_page(rows.find(edition_slug), form, confirm)
    if not told:
        return done(_("The date is moved. There was nobody to tell."), "desk_editions.show", edition_slug=edition_slug)
    words = ngettext(
        "The date is moved, and %(num)d booking is written to.",
        "The date is moved, and %(num)d bookings are written to.",
        told,
    )
    return done(words, "desk_editions.show", edition_slug=edition_slug)


def _form_page(edition: Edition, form: MoveForm, problem: str = "") -> Any:
    taken = seats_taken(edition.id, clock.now())
    page = render_template("desk/moves/edit.html", edition=edition, form=form, taken=taken, problem=problem)
    return page, 422 if form.errors or problem else 200


def _plan_page(edition: Edition, form: MoveForm, confirm: ConfirmForm | None = None, problem: str = "") -> Any:
    """What moving would do, or the form again with what needs correcting."""
    now, before = clock.now(), rows.spec_of(edition)
    spec = form.read(before) if form.validate() else None
    if spec is None:
        return _form_page(edition, form)
    try:
        plan = move.plan(edition, spec, now)
    except DateRefused as refusal:
        form.explain(refusal.faults, before, now)
        return _form_page(edition, form)
    except NotMovable as refusal:
        return _form_page(edition, form, sentence(refusal))
    confirm = confirm or ConfirmForm(formdata=None)
    confirm.shown.data = plan.shown
    page = render_template(
        "desk/moves/plan.html",
        edition=edition,
        after=spec,
        venue=resources.find("venue", spec.venue) if spec.venue else None,
        plan=plan,
        form=confirm,
        kept=[(field.name, field.raw_data[0]) for field in every_field(form) if field.raw_data],
        problem=problem,
    )
    return page, 409 if problem else 422 if confirm.errors else 200
