"""Money at a payment provider that is not what was asked for: looked into, and settled in words."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from booking.adapters import clock
from booking.domain.errors import NotFound, PlanChanged
from booking.domain.permission import Permission
from booking.persistence import todo
from booking.persistence.bookings import by_reference
from booking.services import manage
from booking.web.booking_forms import stripped
from booking.web.desk.booking_words import sum_words
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.numbers import numbers
from booking.web.refusals import desk_sentence

blueprint = desk_area("mismatches", __name__)


class MismatchForm(FlaskForm):
    """What became of the money. `last` is the journal entry of the latest report that the page shows."""

    last = HiddenField()
    body = TextAreaField(
        _l("What became of it"),
        [DataRequired(_l("Write what became of it.")), Length(max=4000, message=_l("Enter at most 4000 characters."))],
        filters=[stripped],
    )


@blueprint.route("/bookings/<reference>/payment/mismatch", methods=["GET", "POST"])
@needs(Permission.MONEY)
def show(reference: str) -> Any:
    """What was reported, until somebody settled it. Raises NotFound."""
    booking, form, problem = by_reference(reference), MismatchForm(), ""
    if form.validate_on_submit():
        try:
            last = max([0, *numbers([form.last.data or ""])])
            manage.settle_mismatch(booking.id, form.body.data or "", last, clock.now(), actor())
        except PlanChanged as refusal:
            problem = desk_sentence(refusal)
        except NotFound:
            flash(_("Somebody has settled this payment already: look at the notes."), "info")
        else:
            return done(
                _("The payment is settled; what you wrote is a note."), "desk_bookings.show", reference=reference
            )
    found = todo.mismatches(booking.id)
    if not found:
        return redirect(url_for("desk_bookings.show", reference=booking.reference), 303)
    form.last.data = str(found[-1].id)
    reported = [(entry.at, sum_words(entry.facts)) for entry in found]
    page = render_template("desk/actions/mismatch.html", booking=booking, form=form, reported=reported, problem=problem)
    return page, 422 if form.errors else 409 if problem else 200
