"""Refunds: what to send from the bank, who is still to name an account, what came of the others; and goodwill."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.domain import money
from booking.domain import reference as references
from booking.domain.booking import Channel
from booking.domain.errors import IbanNeeded, NotPossibleNow, TooMuch, WrongAmount
from booking.domain.local_time import ZONE
from booking.domain.payment import RefundState
from booking.domain.permission import Permission
from booking.persistence import payments, refund_lists, standing
from booking.persistence.bookings import Booking, by_id, by_reference
from booking.persistence.outcomes import Outcome
from booking.services import refund, settle
from booking.web.desk.booking_words import channel_words, refund_words
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.money_forms import GiftForm
from booking.web.desk.numbers import numbers, page_number
from booking.web.desk.rehearsals import Act, Look, look_at, perform
from booking.web.formatting import chf
from booking.web.manage_forms import IbanForm
from booking.web.refusals import desk_sentence, sentence

blueprint = desk_area("refunds", __name__)


@blueprint.get("/refunds/")
@needs(Permission.MONEY)
def index() -> str:
    """What is to be done; with `show=done`, what was."""
    over, page = request.args.get("show") == "done", page_number()
    found, pages = refund_lists.settled(page) if over else ([], 1)
    waiting = [] if over else refund_lists.waiting(RefundState.NEEDS_IBAN)
    return render_template(
        "desk/refunds/index.html",
        over=over,
        to_pay=[] if over else refund_lists.waiting(RefundState.TO_PAY),
        waiting=waiting,
        asked=refund_lists.asked_at(waiting),
        held=[] if over else refund_lists.waiting(*refund_lists.AT_THE_PROVIDER),
        found=found,
        page=page,
        pages=pages,
        url_of=lambda number: url_for(".index", show="done", page=number),
        in_fours=references.in_fours,
        plain=money.plain,
        channel_words=channel_words,
        refund_words=refund_words,
        zone=ZONE,
    )


@blueprint.post("/refunds/sent")
@needs(Permission.MONEY)
def sent() -> Response:
    """The chosen transfers were made (`refund`, several). Each payer is told; what was marked meanwhile is left, and
    what was no longer owed by then is said: it was sent for nothing."""
    chosen = numbers(request.form.getlist("refund"))
    marked = sum(_mark(number) for number in chosen)
    in_vain = refund_lists.withdrawn(chosen)
    for row in in_vain:
        words = _(
            "%(amount)s for booking %(reference)s was no longer to be given back: this refund is not marked as sent. "
            "If you made the transfer, ask for the money back.",
            amount=chf(row.refund.amount),
            reference=row.booking.reference,
        )
        flash(words, "warning")
    if not chosen:
        flash(_("Tick the transfers that you made."), "warning")
    elif not marked and not in_vain:
        flash(_("These were marked as sent already."), "info")
    elif marked:
        told = ngettext(
            "%(num)d refund is marked as sent, and the payer is told.",
            "%(num)d refunds are marked as sent, and the payers are told.",
            marked,
        )
        return done(told, ".index")
    return redirect(url_for(".index"), 303)


@blueprint.post("/refunds/<int(max=2147483647):refund_id>/request")
@needs(Permission.MONEY)
def ask(refund_id: int) -> Response:
    """One more mail that asks for the IBAN. Raises NotFound."""
    if not by_id(payments.find_refund(refund_id).booking_id).email:  # taken away since the page was shown
        flash(_("This booking has no e-mail address."), "warning")
        return redirect(url_for(".index"), 303)
    try:
        refund.ask_again(refund_id, clock.now(), actor())
    except WrongAmount as refusal:
        flash(desk_sentence(refusal), "info")
        return redirect(url_for(".index"), 303)
    return done(_("The participant is asked once more."), ".index")


@blueprint.route("/refunds/<int(max=2147483647):refund_id>/account", methods=["GET", "POST"])
@needs(Permission.MONEY)
def account(refund_id: int) -> Any:
    """The account, entered for the participant. Raises NotFound."""
    row = payments.find_refund(refund_id)
    if row.state is not RefundState.NEEDS_IBAN:
        flash(_("This refund has its account already."), "info")
        return redirect(url_for(".index"))
    booking = by_id(row.booking_id)
    form = IbanForm(holder=booking.name)
    if form.validate_on_submit():
        try:
            refund.supply_iban(refund_id, form.iban.data or "", form.holder.data or "", clock.now(), actor())
        except IbanNeeded as refusal:
            form.iban.errors = [sentence(refusal)]
        else:
            return done(_("The refund can be sent now."), ".index")
    page = render_template("desk/refunds/account.html", form=form, booking=booking, refund=row)
    return page, 422 if form.errors else 200


@blueprint.get("/bookings/<reference>/refund")
@needs(Permission.MONEY)
def give(reference: str) -> Any:
    """What giving back would mean. Raises NotFound."""
    return _gift_page(by_reference(reference), GiftForm(formdata=None), Look())


@blueprint.post("/bookings/<reference>/refund")
@needs(Permission.MONEY)
def give_back(reference: str) -> Any:
    """Gives back, exactly as it was shown. Raises NotFound."""
    booking, form = by_reference(reference), GiftForm()
    if not form.validate():
        return _gift_page(booking, form, Look())
    act = _giving(booking, form)
    outcome = perform(form, act) if form.shown.data else look_at(form, act)
    if isinstance(outcome, Outcome):
        given = chf(form.amount.centimes or 0)
        return done(_("%(amount)s goes back.", amount=given), "desk_bookings.show", reference=booking.reference)
    fields = {TooMuch: form.amount, IbanNeeded: form.iban}
    if type(outcome.refusal) in fields:
        fields[type(outcome.refusal)].errors = [outcome.problem]
        outcome = Look()
    return _gift_page(booking, form, outcome)


def _mark(refund_id: int) -> bool:
    try:
        refund.mark_refunded(refund_id, clock.now(), actor())
    except WrongAmount:
        return False
    return True


def _giving(booking: Booking, form: GiftForm) -> Act:
    number, gift = booking.id, form.gift(booking.name)
    return lambda shown: settle.give_back(number, gift, clock.now(), actor(), shown)


def _gift_page(booking: Booking, form: GiftForm, look: Look) -> tuple[str, int]:
    stands = standing.of(booking.id)
    try:
        most = settle.giveable(stands)
    except NotPossibleNow as refusal:
        most, look, form = 0, Look(problem=desk_sentence(refusal)), GiftForm(formdata=None)  # no field is shown
    ways = {payment.channel for payment, left in stands.left if left > 0}
    by_hand = ways <= {Channel.TRANSFER}  # goes back by bank in any case: nothing to choose
    page = render_template("desk/refunds/give.html", booking=booking, form=form, look=look, most=most, by_hand=by_hand)
    return page, 422 if form.errors else look.status
