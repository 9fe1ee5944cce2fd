"""Cancelling for a participant: seats, when it was received, at what fee; all amounts before the button."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain.errors import GatewayUnavailable, IbanNeeded, NothingToCancel, ReceiptRefused, Refusal, TooMuch
from booking.domain.local_time import ClockChange
from booking.domain.permission import Permission
from booking.persistence import standing
from booking.persistence.bookings import Booking, by_reference
from booking.persistence.outcomes import Outcome
from booking.persistence.standing import Standing
from booking.services import cancel, pay
from booking.services.cancel import Decision, Payee, Proposal
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.money_forms import CancellingForm
from booking.web.desk.numbers import numbers
from booking.web.desk.rehearsals import Act, Look, look_at, perform
from booking.web.refusals import desk_sentence
from booking.web.schedule import schedule_of

blueprint = desk_area("cancellations", __name__)


@blueprint.get("/bookings/<reference>/cancellation")
@needs(Permission.MONEY)
def propose(reference: str) -> Any:
    """What cancelling now would do, for each `seat` of the query. Of several seats none is chosen beforehand: one that
    is cancelled by mistake cannot be taken back. Raises NotFound."""
    booking = by_reference(reference)
    form = CancellingForm(formdata=None)
    chosen = numbers(request.args.getlist("seat"))
    form.seats.data = chosen or [seat.id for seat in booking.active if len(booking.active) == 1]
    if booking.active and not form.seats.data:
        return _page(reference, form, Look(), Decision())
    return _page(reference, form, look_at(form, _act(booking, form, Decision(), Payee())), Decision())


@blueprint.post("/bookings/<reference>/cancellation")
@needs(Permission.MONEY)
def carry_out(reference: str) -> Any:
    """Cancels, exactly as it was shown. Raises NotFound."""
    booking, form = by_reference(reference), CancellingForm()
    if not booking.active:  # somebody was first: whatever is wrong with the fields, there is nothing to correct
        return propose(reference)
    if "seats" not in request.form and len(booking.active) == 1:  # nothing to choose from
        form.seats.data = [booking.active[0].id]
    if not form.validate():
        return _page(reference, form, Look(), Decision())
    try:
        decision = form.decision(booking.edition.zone)
    except ClockChange:
        form.received_time.errors = [_("Clocks change that night: enter another time.")]
        return _page(reference, form, Look(), Decision())
    return _perform(booking, form, decision)


def _perform(booking: Booking, form: CancellingForm, decision: Decision) -> Any:
    reference, act = booking.reference, _act(booking, form, decision, form.payee(booking.name))
    try:
        pay.end_attempts(booking.id, clock.now(), current_ports())
    except GatewayUnavailable as refusal:
        return _page(reference, form, Look(problem=desk_sentence(refusal)), decision)
    outcome = perform(form, act)
    if isinstance(outcome, Outcome):
        told = _("It is cancelled, and the participant is told.")
        silent = _("It is cancelled. No e-mail reaches the participant: tell them yourself.")
        return done(silent if outcome.silent else told, "desk_bookings.show", reference=reference)
    fields = {TooMuch: form.fee, ReceiptRefused: form.received_day, IbanNeeded: form.iban}
    if type(outcome.refusal) in fields:
        fields[type(outcome.refusal)].errors = [outcome.problem]
        outcome = Look()
    return _page(reference, form, outcome, decision)


def _act(booking: Booking, form: CancellingForm, decision: Decision, payee: Payee) -> Act:
    number, seats = booking.id, set(form.seats.data or [])
    return lambda shown: cancel.cancel_for(number, seats, decision, clock.now(), current_ports(), payee, actor(), shown)


def _page(reference: str, form: CancellingForm, look: Look, decision: Decision) -> tuple[str, int]:
    booking = by_reference(reference)  # anew: a rehearsal leaves nothing of what was read before it
    received, stands = decision.received or clock.now(), standing.of(booking.id)
    asked = _proposal(booking, form, received, None, stands)
    proposal = _proposal(booking, form, received, decision.fee, stands) or asked
    page = render_template(
        "desk/actions/cancellation.html",
        booking=booking,
        form=form,
        look=look,
        asked=asked,
        proposal=proposal,
        received=received,
        earlier=decision.received is not None,
        sums=_sums(asked, proposal),
        schedule=_schedule(booking, asked, received),
        hopeless=isinstance(look.refusal, NothingToCancel) and not booking.active,
        offers_all=request.method == "GET" and len(form.seats.data or []) < len(booking.active),
        is_over=booking.edition.ends_at <= clock.now(),
    )
    return page, 422 if form.errors else look.status


def _proposal(
    booking: Booking, form: CancellingForm, received: Any, fee: int | None, stands: Standing
) -> Proposal | None:
    try:
        return cancel.propose(booking, form.seats.data or [], received, fee, stands)
    except Refusal:
        return None


def _sums(asked: Proposal | None, proposal: Proposal | None) -> dict[str, Any]:
    """The calculation as rows with a total, centimes: from what was owed, or from what was paid."""
    if asked is None or proposal is None:
        return {}
    credit, fee, settled = proposal.credit, proposal.quote.fee, proposal.settlement
    before = settled.due - settled.refund + credit - fee
    if before > 0:
        rows = [(_("Owed so far"), before), (_("Cancelled seats"), -credit), (_("Fee of the terms"), asked.quote.fee)]
        rows.append((_("Lowered by"), fee - asked.quote.fee))
    else:
        rows = [(_("Price of the seats"), credit), (_("Fee of the terms"), -asked.quote.fee)]
        rows += [(_("Lowered by"), asked.quote.fee - fee), (_("In the participant’s favour"), -before)]
    return {
        "rows": [{"label": label, "amount": amount} for label, amount in rows if amount],
        "label": _("Goes back") if settled.refund or before <= 0 else _("Still to be paid"),
        "total": settled.refund or settled.due,
    }


def _schedule(booking: Booking, asked: Proposal | None, received: Any) -> Any:
    """The terms for the chosen seats, as they stood when it was received."""
    if asked is None or asked.quote.ground == "pending":
        return None
    prices = [seat.seat_price for seat in asked.seats]
    return schedule_of(booking.frozen_policy, booking.edition.timing(booking.created_at), prices, received)
