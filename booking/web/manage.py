"""The participant's own page: where the booking stands, what comes next, names, papers, a fresh link."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from booking.adapters import calendar, clock
from booking.adapters import certificates as drawn
from booking.adapters.gateways import current_ports
from booking.adapters.links import manage_url
from booking.domain.booking import BookingState
from booking.domain.errors import GatewayUnavailable, IbanNeeded, NotFound, Refusal
from booking.domain.payment import RefundState
from booking.persistence import certificates, counters, queries, site
from booking.services import manage, pay, refund
from booking.web.access import LinkRefused, open_booking
from booking.web.manage_forms import IbanForm, LinkForm, attendees_form, changes_of
from booking.web.papers import as_pdf, document_of
from booking.web.refusals import sentence
from booking.web.security import limiter
from booking.web.standing import standing_of

blueprint = Blueprint("manage", __name__, url_prefix="/<lang:lang>")


@blueprint.get("/my/<token>")
def show(token: str) -> Response:
    """The state of the booking, asked of the payment provider first when a payment is under way.

    Coming back from its page (`returned`) before it has made up its mind, the page renews itself. Nothing is believed
    because of the address alone.
    """
    pay.settle_booking(open_booking(token).id, clock.now(), current_ports())
    booking = open_booking(token)
    problem = sentence(GatewayUnavailable()) if "unavailable" in request.args else None
    standing, returned = standing_of(booking, clock.now()), "returned" in request.args
    page = render_template(
        "manage/show.html", token=token, booking=booking, problem=problem, returned=returned, **standing
    )
    response = Response(page)
    if standing["checking"] and returned:
        response.headers["Refresh"] = "5"
    return response


@blueprint.route("/my/<token>/attendees", methods=["GET", "POST"])
def attendees(token: str) -> str | Redirect | tuple[str, int]:
    """Names, addresses and answers of the people attending."""
    booking = open_booking(token)
    if not booking.active or booking.state is BookingState.EXPIRED:
        return redirect(url_for("manage.show", token=token), 303)
    form = attendees_form(booking)
    problem = None
    if form.validate_on_submit():
        try:
            manage.change_attendees(booking.id, changes_of(form), clock.now())
            return redirect(url_for("manage.show", token=token), 303)
        except Refusal as refusal:
            problem = sentence(refusal)
    page = render_template("manage/attendees.html", token=token, booking=booking, form=form, problem=problem)
    return page, 422 if form.errors else 409 if problem else 200


@blueprint.get("/my/<token>/documents/<number>.pdf")
def document(token: str, number: str) -> Response:
    """One of the booking's papers. Raises NotFound for any other."""
    return document_of(open_booking(token).id, number)


@blueprint.get("/my/<token>/certificates/<number>.pdf")
def certificate(token: str, number: str) -> Response:
    """A certificate of one of the booking's attendees. Raises NotFound for any other."""
    found = {row.number: row for row in certificates.of_booking(open_booking(token).id)}
    if number not in found:
        raise NotFound("certificate")
    return as_pdf(drawn.render(found[number].frozen, site.current().logo), number)


@blueprint.get("/my/<token>/calendar.ics")
def calendar_file(token: str) -> Response:
    """The booking's dates for a calendar."""
    booking = open_booking(token)
    revision = counters.read(counters.CATALOGUE)
    content = calendar.booking_calendar(booking, manage_url(booking), revision, clock.now())
    response = Response(content, mimetype=calendar.MIMETYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{booking.reference}.ics"'
    return response


@blueprint.route("/my/<token>/refunds/<int(max=2147483647):refund_id>/account", methods=["GET", "POST"])
def account(token: str, refund_id: int) -> str | Redirect | tuple[str, int]:
    """Where a refund by bank shall go."""
    booking = open_booking(token)
    asking = {row.id: row for row in queries.refunds_of(booking.id) if row.state is RefundState.NEEDS_IBAN}
    if refund_id not in asking:
        return redirect(url_for("manage.show", token=token), 303)
    form = IbanForm(holder=booking.name)
    if form.validate_on_submit():
        try:
            refund.supply_iban(refund_id, form.iban.data or "", form.holder.data or "", clock.now())
            return redirect(url_for("manage.show", token=token), 303)
        except IbanNeeded as refusal:
            form.iban.errors = [sentence(refusal)]
    page = render_template("manage/account.html", token=token, booking=booking, form=form, refund=asking[refund_id])
    return page, 422 if form.errors else 200


@blueprint.route("/link", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def link() -> str | tuple[str, int]:
    """Mails fresh links; answers the same whether or not the address has booked."""
    form = LinkForm()
    if form.validate_on_submit():
        manage.send_links((form.email.data or "").lower(), clock.now())
        return render_template("manage/link_sent.html", email=form.email.data)
    return render_template("manage/link.html", form=form), 422 if form.errors else 200


@blueprint.app_errorhandler(LinkRefused)
def refused(_refusal: LinkRefused) -> tuple[str, int]:
    """A wrong or old link."""
    return render_template("manage/link.html", form=LinkForm(formdata=None), refused=True), 404
