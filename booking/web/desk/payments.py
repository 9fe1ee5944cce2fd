"""Money that came by hand, and debts that are waived."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain import money, reference
from booking.domain.booking import BookingState
from booking.domain.errors import GatewayUnavailable, NotPossibleNow, OtherBooking, TooMuch, WrongAmount
from booking.domain.permission import Permission
from booking.persistence import arrivals, documents, ledger
from booking.persistence.bookings import Booking, by_id, by_reference
from booking.persistence.outcomes import Outcome
from booking.services import pay, settle
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.money_forms import PaymentForm, WaiverForm
from booking.web.desk.rehearsals import Look, look_at, perform
from booking.web.formatting import chf
from booking.web.refusals import desk_sentence

blueprint = desk_area("payments", __name__)


@blueprint.get("/payments/new")
@needs(Permission.MONEY)
def find() -> Any:
    """From the reference on a bank statement (`reference` in the query) to the booking that it pays."""
    typed = request.args.get("reference", "")
    problem = None
    if typed.strip():
        found = arrivals.booking_for(typed)
        if found is not None:
            return redirect(url_for(".new", reference=by_id(found).reference, paid=typed))
        problem = desk_sentence(WrongAmount("unknown"))
    return render_template("desk/actions/find_payment.html", typed=typed, problem=problem), 404 if problem else 200


@blueprint.get("/bookings/<reference>/payment")
@needs(Permission.MONEY)
def new(reference: str) -> Any:
    """What would happen if all that is owed came today. Raises NotFound."""
    booking = by_reference(reference)
    expected = _expected(booking)
    typed = {"amount": money.plain(expected) if expected else "", "reference": _reference(booking)}
    form = PaymentForm(formdata=None, **typed)
    return _payment_page(booking, form, look_at(form, _taking(booking, form)) if expected else Look())


@blueprint.post("/bookings/<reference>/payment")
@needs(Permission.MONEY)
def take(reference: str) -> Any:
    """Books what came, exactly as it was shown. Raises NotFound."""
    booking, form = by_reference(reference), PaymentForm()
    if not form.validate():
        return _payment_page(booking, form, Look())
    outcome = perform(form, _taking(booking, form))
    if isinstance(outcome, Outcome):
        came = chf(form.amount.centimes or 0)
        return done(_("%(amount)s is booked.", amount=came), "desk_bookings.show", reference=booking.reference)
    if isinstance(outcome.refusal, WrongAmount | OtherBooking):
        about_reference = isinstance(outcome.refusal, OtherBooking) or outcome.refusal.reason == "unknown"
        (form.reference if about_reference else form.amount).errors = [outcome.problem]
        outcome = Look(refusal=outcome.refusal)
    return _payment_page(booking, form, outcome)


@blueprint.get("/bookings/<reference>/waiver")
@needs(Permission.MONEY)
def waiver(reference: str) -> Any:
    """What would happen if all that is owed were waived. Raises NotFound."""
    booking = by_reference(reference)
    form = WaiverForm(formdata=None, amount=money.plain(max(0, ledger.balance(booking.id))))
    return _waiver_page(booking, form, look_at(form, _waiving(booking, form)))


@blueprint.post("/bookings/<reference>/waiver")
@needs(Permission.MONEY)
def waive(reference: str) -> Any:
    """Waives, exactly as it was shown. Raises NotFound."""
    booking, form = by_reference(reference), WaiverForm()
    if not form.validate():
        return _waiver_page(booking, form, Look())
    with suppress(GatewayUnavailable):  # whatever is paid there beyond what is owed goes back by itself
        pay.end_attempts(booking.id, clock.now(), current_ports())
    outcome = perform(form, _waiving(booking, form))
    if isinstance(outcome, Outcome):
        waived = chf(form.amount.centimes or 0)
        words = _("%(amount)s is no longer asked for.", amount=waived)
        return done(words, "desk_bookings.show", reference=booking.reference)
    if isinstance(outcome.refusal, TooMuch):
        form.amount.errors = [outcome.problem]
        outcome = Look()
    return _waiver_page(booking, form, outcome)


def _taking(booking: Booking, form: PaymentForm) -> Any:
    number, named, arrival = booking.id, form.named, form.arrival()
    return lambda shown: settle.take(number, arrival, named, clock.now(), current_ports(), actor(), shown)


def _waiving(booking: Booking, form: WaiverForm) -> Any:
    number, given = booking.id, form.waiver()
    return lambda shown: settle.write_off(number, given, clock.now(), actor(), shown)


def _expected(booking: Booking) -> int:
    """What is owed; of a hold that has ended, its price, since that may still come."""
    if booking.state is BookingState.EXPIRED:
        return sum(seat.net_price for seat in booking.active)
    return max(0, ledger.balance(booking.id))


def _reference(booking: Booking) -> str:
    """What a bank statement would name: the one that was looked for, else that of the latest bill."""
    asking = [paper.reference for paper in documents.of_booking(booking.id) if paper.frozen.asks_for_transfer]
    named = request.args.get("paid") or (asking[-1] if asking else booking.qr_reference) or ""
    return reference.formatted(named) if named else ""


def _payment_page(booking: Booking, form: PaymentForm, look: Look) -> tuple[str, int]:
    repeated = isinstance(look.refusal, WrongAmount) and look.refusal.reason == "repeated"
    page = render_template(
        "desk/actions/payment.html",
        booking=booking,
        form=form,
        look=look,
        owed=ledger.balance(booking.id),
        asks_once_more=repeated or bool(form.once_more.data),
    )
    return page, 422 if form.errors else look.status


def _waiver_page(booking: Booking, form: WaiverForm, look: Look) -> tuple[str, int]:
    owed = ledger.balance(booking.id)
    hopeless = isinstance(look.refusal, NotPossibleNow)
    page = render_template(
        "desk/actions/waiver.html", booking=booking, form=form, look=look, owed=owed, hopeless=hopeless
    )
    return page, 422 if form.errors else look.status
