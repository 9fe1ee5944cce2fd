"""Cancelling: GET shows what it would cost, POST does it at exactly that cost."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain.errors import IbanNeeded, NothingToCancel, QuoteChanged, Refusal
from booking.persistence import cancellations, documents, queries
from booking.persistence.bookings import Booking
from booking.services import cancel, pay
from booking.services.cancel import Payee, Proposal
from booking.web.access import open_booking
from booking.web.formatting import local
from booking.web.manage_forms import HOLDER_LIMIT, CancellationForm
from booking.web.refusals import sentence, status
from booking.web.schedule import Schedule, schedule_of
from booking.web.standing import refund_words

AMOUNTS = re.compile(r"[0-9]{1,9}/[0-9]{1,9}/[0-9]{1,9}")

blueprint = Blueprint("cancellations", __name__, url_prefix="/<lang:lang>/my/<token>")


@blueprint.get("/cancellation")
def propose(token: str) -> str | Response:
    """The fee, the refund and the alternatives for the chosen seats (`seat` in the query; by default all)."""
    booking, seats = open_booking(token), request.args.getlist("seat")
    none = NothingToCancel() if "choosing" in request.args and not seats else None
    return _page(token, booking, _chosen(booking, seats), CancellationForm(formdata=None), none)


@blueprint.post("/cancellation")
def carry_out(token: str) -> Any:
    """Cancels, unless the amounts have moved since they were shown."""
    received = clock.now()  # before anything else: this instant decides the tier
    booking, form = open_booking(token), CancellationForm()
    chosen = _chosen(booking, request.form.getlist("seat"))
    holder = (form.holder.data or booking.name)[:HOLDER_LIMIT]  # a browser's own limit binds nobody
    payee = Payee((form.iban.data or "").replace(" ", "").upper(), holder)
    try:
        pay.end_attempts(booking.id, received, current_ports())
        done = cancel.cancel(booking.id, chosen, _shown(form), received, current_ports(), payee)
    except IbanNeeded as refusal:
        form.iban.errors = [sentence(refusal)]
        return _page(token, open_booking(token), chosen, form), 422
    except NothingToCancel:
        return redirect(url_for("manage.show", token=token), 303)
    except Refusal as refusal:
        return _page(token, open_booking(token), chosen, form, refusal), status(refusal)
    return redirect(url_for(".done", token=token, number=done), 303)


@blueprint.get("/cancellations/<int(max=2147483647):number>")
def done(token: str, number: int) -> str:
    """What was cancelled, what it cost, how and when the money comes back. Raises NotFound."""
    booking = open_booking(token)
    cancellation = cancellations.find(booking.id, number)
    refunds = queries.refunds_of(booking.id, opened_at=cancellation.carried_out_at)
    return render_template(
        "cancellations/done.html",
        token=token,
        booking=booking,
        cancellation=cancellation,
        sums=_sums(cancellation.credit, cancellation.fee, cancellation.due - cancellation.refund),
        refunds=[(refund, refund_words(refund)) for refund in refunds],
        papers=[paper for paper in documents.of_booking(booking.id) if paper.issued_at == cancellation.carried_out_at],
    )


def _page(
    token: str, booking: Booking, chosen: set[int], form: CancellationForm, refusal: Refusal | None = None
) -> str | Response:
    now = clock.now()
    try:
        proposal = cancel.propose(booking, chosen, now)
    except NothingToCancel:
        return redirect(url_for("manage.show", token=token), 303)
    form.shown.data = proposal.shown
    return render_template(
        "cancellations/propose.html",
        token=token,
        booking=booking,
        chosen=chosen,
        proposal=proposal,
        form=form,
        sums=_sums(proposal.credit, proposal.quote.fee, proposal.settlement.due - proposal.settlement.refund),
        schedule=_schedule(booking, proposal, now),
        moved_until=_moved_until(booking),
        problem=sentence(refusal) if refusal else None,
        moved=isinstance(refusal, QuoteChanged),
    )


def _sums(credit: int, fee: int, after: int) -> dict[str, Any]:
    """The calculation as rows with a total, centimes. `after` is what is owed in the end, below 0 what goes back."""
    before = after + credit - fee
    if before > 0:
        rows = [(_("Owed so far"), before), (_("Cancelled seats"), -credit), (_("Cancellation fee"), fee)]
    else:
        rows = [(_("Price of the seats"), credit), (_("Cancellation fee"), -fee), (_("In your favour"), -before)]
    labelled = [{"label": label, "amount": amount} for label, amount in rows if amount]
    gets_back = after < 0 or before <= 0
    return {"rows": labelled, "label": _("You get back") if gets_back else _("Still to pay"), "total": abs(after)}


def _shown(form: CancellationForm) -> str:
    """The amounts posted back, as Proposal.shown; '' for what was never shown, which no proposal equals."""
    return form.shown.data if AMOUNTS.fullmatch(form.shown.data or "") else ""


def _chosen(booking: Booking, wanted: list[str]) -> set[int]:
    """Ids of the seats named, or of all active ones when none is."""
    named = {int(number) for number in wanted if number.isdecimal() and len(number) < 12}
    return named or {seat.id for seat in booking.active}


def _moved_until(booking: Booking) -> datetime | None:
    until = booking.edition.timing(booking.created_at).free_after_move
    return local(until, booking.edition.zone) if until else None


def _schedule(booking: Booking, proposal: Proposal, now: datetime) -> Schedule | None:
    """The terms for the chosen seats; none while nothing was paid, as a hold goes for free."""
    if proposal.quote.ground == "pending":
        return None
    prices = [seat.seat_price for seat in proposal.seats]
    return schedule_of(booking.frozen_policy, booking.edition.timing(booking.created_at), prices, now)
