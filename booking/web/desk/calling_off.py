"""Calling a date off: what becomes of every booking, the one confirmation, and how far it has come."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from booking.adapters import clock
from booking.domain.errors import NotMovable, PlanChanged
from booking.domain.permission import Permission
from booking.persistence import calling_off
from booking.persistence import editions as rows
from booking.persistence.calling_off import CallingOff
from booking.persistence.masterclasses import Edition
from booking.services import call_off
from booking.web.desk.edition_forms import ConfirmForm
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.numbers import numbers
from booking.web.refusals import sentence

RENEWED_EVERY = 3  # seconds, while there is something left to do

blueprint = desk_area("calling_off", __name__)


@blueprint.get("/editions/<edition_slug>/calling-off")
@needs(Permission.CLASSES)
def show(edition_slug: str) -> Any:
    """What calling off would do; once it is decided, what was done and what is left."""
    edition = rows.find(edition_slug)
    if row := calling_off.of_edition(edition.id):
        return _progress_page(edition, row)
    if edition.called_off_at:
        return redirect(url_for("desk_editions.show", edition_slug=edition_slug))
    return _plan_page(edition, ConfirmForm(formdata=None), None)


@blueprint.post("/editions/<edition_slug>/calling-off")
@needs(Permission.CLASSES)
def decide(edition_slug: str) -> Any:
    """Calls it off, unless by now something else would be done than was shown."""
    form, offers = ConfirmForm(), set(numbers(request.form.getlist("offer")))
    if not form.validate():
        return _plan_page(rows.find(edition_slug), form, offers)
    try:
        call_off.call_off(edition_slug, form.shown.data or "", form.words, sorted(offers), clock.now(), actor())
    except PlanChanged as refusal:
        return _plan_page(rows.find(edition_slug), form, offers, sentence(refusal))
    except NotMovable:
        return redirect(url_for(".show", edition_slug=edition_slug), 303)
    return done(_("The date is called off: it can no longer be booked."), ".show", edition_slug=edition_slug)


def _plan_page(edition: Edition, form: ConfirmForm, offers: set[int] | None, problem: str = "") -> Any:
    now = clock.now()
    try:
        plan = call_off.plan(edition, now)
    except NotMovable as refusal:
        return render_template("desk/calling_off/over.html", edition=edition, problem=sentence(refusal)), 409
    form.shown.data = plan.shown
    others = call_off.others(edition, now)
    page = render_template(
        "desk/calling_off/plan.html",
        edition=edition,
        plan=plan,
        form=form,
        others=others,
        chosen={other.id for other in others} if offers is None else offers,
        held=sum(meeting.ends_at <= now for meeting in edition.meetings),
        problem=problem,
    )
    return page, 409 if problem else 422 if form.errors else 200


def _progress_page(edition: Edition, row: CallingOff) -> Response:
    progress = calling_off.progress(row)
    left = progress.bookings_left + progress.mails_left
    response = make_response(
        render_template("desk/calling_off/progress.html", edition=edition, calling_off=row, progress=progress,
                        unreached=calling_off.unreached(row))
    )  # fmt: skip
    if left:
        response.headers["Refresh"] = str(RENEWED_EVERY)
    return response
