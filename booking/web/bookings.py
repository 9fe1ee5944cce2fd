"""The booking path: details, check, book. What is typed is kept as a draft, so Back and errors lose nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.gateways import current_gateways, current_ports
from booking.adapters.links import manage_token
from booking.domain.booking import Channel
from booking.domain.errors import (
    AlreadyBooked,
    EditionFull,
    GatewayUnavailable,
    NotFound,
    NoWayOfPaying,
    Refusal,
    RegistrationNotOpen,
    VoucherRefused,
)
from booking.persistence import bookings as rows
from booking.persistence import editions
from booking.persistence.drafts import Draft
from booking.persistence.editions import promised
from booking.persistence.masterclasses import Edition
from booking.services import book, drafts, pay
from booking.services.book import Estimate
from booking.web import channels
from booking.web.booking_forms import MAX_SEATS, CheckForm, DetailsForm
from booking.web.orders import checked_form, empty_form, order_of, values_of
from booking.web.refusals import sentence
from booking.web.schedule import schedule_of
from booking.web.security import csrf, limiter

blueprint = Blueprint("bookings", __name__, url_prefix="/<lang:lang>")

REMEMBERED = 5  # drafts that a browser's session knows, the latest ones


@blueprint.get("/editions/<edition>/booking")
def details(edition: str) -> str | Response:
    """An empty form for one seat, or what this browser has typed before."""
    row = editions.shown(edition)
    token = session.get("drafts", {}).get(edition)
    if token and _begun(token):
        return redirect(url_for("bookings.edit", token=token))
    return _details_page(row, empty_form(row), None)


# Refused for want of a form token, what was typed would be lost. It is kept, which harms nobody, and shown again.
@blueprint.post("/editions/<edition>/booking")
@csrf.exempt
def begin(edition: str) -> Response:
    """What was typed becomes a draft; then as `change`."""
    return _kept(editions.shown(edition), None)


@blueprint.get("/bookings/<token>/details")
def edit(token: str) -> str | Response:
    """The form as it was left. After a refused submission, with what needs correcting."""
    draft = drafts.find(token)
    if draft.booking_id:
        return _to_booking(draft.booking_id)
    correct = "correct" in request.args
    form = checked_form(draft) if correct else empty_form(editions.of_draft(draft), data=draft.data)
    return _details_page(editions.of_draft(draft), form, draft, stale=correct and not form.errors)


@blueprint.post("/bookings/<token>/details")
@csrf.exempt
def change(token: str) -> Response:
    """Keeps what was typed, then adds or removes a person, shows what to correct, or goes on to the check page."""
    draft = drafts.find(token)
    if draft.booking_id:
        return _to_booking(draft.booking_id)
    return _kept(editions.of_draft(draft), draft)


@blueprint.get("/bookings/<token>/check")
def check(token: str) -> str | Response:
    """Everything once more, with the total, the schedule and the ways of paying."""
    draft = drafts.find(token)
    if draft.booking_id:
        return _to_booking(draft.booking_id)
    return _check_page(draft, CheckForm())


@blueprint.post("/bookings/<token>/check")
@limiter.limit("300 per hour", exempt_when=lambda: Channel.STRIPE not in current_gateways())  # card testing
def place(token: str) -> Any:
    """The button that obliges: books, then on to the payment."""
    draft, form = drafts.find(token), CheckForm()
    if not draft.booking_id and checked_form(draft).errors:
        return _to_correct(token)
    try:
        booking_id = draft.booking_id or book.place(order_of(draft, form), clock.now(), current_ports())
    except Refusal as refusal:
        if isinstance(refusal, AlreadyBooked):
            form.once_more.data = "1"
        page = _check_page(drafts.find(token), form, refusal)
        return page if isinstance(page, Response) else (page, 409)
    return _to_payment(booking_id)


def _begun(token: str) -> bool:
    """Whether there is a draft under `token` that has not become a booking."""
    try:
        return drafts.find(token).booking_id is None
    except NotFound:
        return False


def _kept(edition: Edition, draft: Draft | None) -> Response:
    form = empty_form(edition)
    data = values_of(form)
    action = request.form.get("action", "")
    if action == "add" and len(data["seats"]) < MAX_SEATS:
        data["seats"].append({})
    elif action.startswith("remove-"):
        data["seats"] = [seat for number, seat in enumerate(data["seats"]) if str(number) != action[7:]] or [{}]
    fine = action == "" and form.validate_on_submit() and not isinstance(_price(edition, form), VoucherRefused)
    slug = edition.slug  # after the commit it would be read anew
    token = drafts.keep(edition.id, data, clock.now(), draft.token if draft else None)
    _remember(slug, token)
    if fine:
        return redirect(url_for("bookings.check", token=token), 303)
    if action:
        anchor = f"seats-{len(data['seats']) - 1}-name" if action == "add" else None
        return redirect(url_for("bookings.edit", token=token, _anchor=anchor), 303)
    return _to_correct(token)


def _remember(slug: str, token: str) -> None:
    known = {key: value for key, value in session.get("drafts", {}).items() if key != slug}
    session["drafts"] = dict(list({**known, slug: token}.items())[-REMEMBERED:])


def _price(edition: Edition, form: DetailsForm, voucher: bool = True) -> Estimate | Refusal:
    code = (form.voucher.data or "") if voucher else ""
    try:
        return book.estimate(edition, max(1, len(form.seats)), code, clock.now(), current_ports())
    except Refusal as refusal:
        return refusal


def _details_page(edition: Edition, form: DetailsForm, draft: Draft | None, stale: bool = False) -> str:
    price = _price(edition, form)
    if isinstance(price, VoucherRefused):
        form.voucher.errors = [sentence(price)]
        price = _price(edition, form, voucher=False)
    if isinstance(price, Refusal) and _hopeless(price):
        return _refused(edition, draft, price)
    problem = sentence(price) if isinstance(price, Refusal) else None
    return render_template(
        "bookings/details.html", edition=edition, form=form, draft=draft, price=None if problem else price,
        problem=problem, stale=stale and not form.errors, step="details", free=edition.price == 0,
    )  # fmt: skip


def _check_page(draft: Draft, form: CheckForm, refusal: Refusal | None = None) -> str | Response:
    edition, now = editions.of_draft(draft), clock.now()
    details = checked_form(draft)
    price = _price(edition, details)
    if details.errors or isinstance(price, VoucherRefused):
        return _to_correct(draft.token)
    if isinstance(price, Refusal):
        return _refused(edition, draft, price)
    form.channel.choices = channels.choices(price.channels, price.total)
    if form.channel.data not in price.channels:
        form.channel.data = price.channels[0]
    form.shown_total.data, form.shown_promise.data = str(price.total), promised(edition)
    return render_template(
        "bookings/check.html", edition=edition, draft=draft, details=details, form=form, price=price,
        schedule=schedule_of(edition.policy, edition.timing(), price.seats, now), step="check", free=price.total == 0,
        hints=channels.hints(edition, now),
        problem=sentence(refusal) if refusal else None, again=isinstance(refusal, AlreadyBooked),
    )  # fmt: skip


def _hopeless(refusal: Refusal) -> bool:
    """Whether no change of the form can lead to a booking of this date."""
    full = isinstance(refusal, EditionFull) and refusal.left == 0
    return full or isinstance(refusal, (RegistrationNotOpen, NoWayOfPaying))


def _refused(edition: Edition, draft: Draft | None, refusal: Refusal) -> str:
    return render_template(
        "bookings/refused.html", edition=edition, draft=draft, problem=sentence(refusal), step="details",
        can_change=draft is not None and not _hopeless(refusal), free=edition.price == 0,
        ask=isinstance(refusal, NoWayOfPaying),
    )  # fmt: skip


def _to_correct(token: str) -> Response:
    return redirect(url_for("bookings.edit", token=token, correct=1), 303)


def _to_payment(booking_id: int) -> Response:
    booking = rows.by_id(booking_id)
    channel = booking.channel
    if channel in current_gateways() and booking.confirmed_at is None:
        try:
            return redirect(pay.start(booking_id, channel, clock.now(), current_ports()), 303)
        except GatewayUnavailable:
            return _to_booking(booking_id, unavailable=1)
        except Refusal:
            pass  # the booking's own page says where it stands and how to go on
    return _to_booking(booking_id)


def _to_booking(booking_id: int, **words: Any) -> Response:
    booking = rows.by_id(booking_id)
    return redirect(url_for("manage.show", token=manage_token(booking.id, booking.link_version), **words), 303)
