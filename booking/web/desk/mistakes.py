"""A payment that was booked by mistake is taken out again."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain.errors import NotPossibleNow
from booking.domain.local_time import ZONE
from booking.domain.permission import Permission
from booking.persistence import payments, standing
from booking.persistence.bookings import Booking, by_reference
from booking.persistence.outcomes import Outcome
from booking.services import settle
from booking.web import formatting
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.money_forms import MistakeForm
from booking.web.desk.rehearsals import Act, Look, look_at, perform
from booking.web.refusals import desk_sentence

blueprint = desk_area("mistakes", __name__)


@blueprint.get("/bookings/<reference>/payment/mistake")
@needs(Permission.MONEY)
def show(reference: str) -> Any:
    """What taking the latest payment by hand out would do. Raises NotFound."""
    booking = by_reference(reference)
    form = _form(booking)
    if not form.payment.choices:
        return _page(booking, form, Look(problem=desk_sentence(NotPossibleNow("no_mistake"))))
    return _page(booking, form, look_at(form, _act(booking, form)))


@blueprint.post("/bookings/<reference>/payment/mistake")
@needs(Permission.MONEY)
def take_out(reference: str) -> Any:
    """Takes it out, exactly as it was shown. Raises NotFound."""
    booking = by_reference(reference)
    form = _form(booking)
    if not form.payment.choices:  # somebody was first
        return show(reference)
    if not form.validate():
        return _page(booking, form, Look())
    outcome = perform(form, _act(booking, form))
    if isinstance(outcome, Outcome):
        told = _("The payment is taken out again, and the participant is told.")
        silent = _("The payment is taken out again. No e-mail reaches the participant: tell them yourself.")
        return done(silent if outcome.silent else told, "desk_bookings.show", reference=booking.reference)
    return _page(booking, form, outcome)


def _form(booking: Booking) -> MistakeForm:
    form = MistakeForm()
    found = standing.of(booking.id).mistakable
    form.payment.choices = [SelectChoice(str(payment.id), _words(payment)) for payment in found]
    form.payment.data = form.payment.data or next((str(payment.id) for payment in found), None)
    return form


def _words(payment: payments.Payment) -> str:
    day = formatting.short_date(formatting.local(payment.created_at, ZONE))
    return str(_("%(amount)s of %(day)s", amount=formatting.chf(payment.amount), day=day))


def _act(booking: Booking, form: MistakeForm) -> Act:
    number, chosen, reason = booking.id, int(form.payment.data or 0), form.reason.data or ""
    return lambda shown: settle.take_out(number, chosen, reason, clock.now(), current_ports(), actor(), shown)


def _page(booking: Booking, form: MistakeForm, look: Look) -> tuple[str, int]:
    page = render_template("desk/actions/mistake.html", booking=booking, form=form, look=look)
    return page, 422 if form.errors else look.status
