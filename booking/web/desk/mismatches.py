"""Money at a payment provider that is not what was asked for: looked into, and settled in words."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from booking.adapters import clock
from booking.domain.permission import Permission
from booking.persistence import todo
from booking.persistence.bookings import by_reference
from booking.services import manage
from booking.web.booking_forms import stripped
from booking.web.desk.booking_words import sum_words
from booking.web.desk.guard import actor, desk_area, done, needs

blueprint = desk_area("mismatches", __name__)


class MismatchForm(FlaskForm):
    """What became of the money."""

    body = TextAreaField(
        _l("What became of it"),
        [DataRequired(_l("Write what became of it.")), Length(max=4000, message=_l("Enter at most 4000 characters."))],
        filters=[stripped],
    )


@blueprint.route("/bookings/<reference>/payment/mismatch", methods=["GET", "POST"])
@needs(Permission.MONEY)
def show(reference: str) -> Any:
    """What was reported, until somebody settled it. Raises NotFound."""
    booking, form = by_reference(reference), MismatchForm()
    found = todo.mismatches(booking.id)
    if not found:
        return redirect(url_for("desk_bookings.show", reference=booking.reference), 303)
    if form.validate_on_submit():
        manage.settle_mismatch(booking.id, form.body.data or "", clock.now(), actor())
        return done(_("The payment is settled; what you wrote is a note."), "desk_bookings.show", reference=reference)
    reported = [(entry.at, sum_words(entry.facts)) for entry in found]
    page = render_template("desk/actions/mismatch.html", booking=booking, form=form, reported=reported)
    return page, 422 if form.errors else 200
