"""The booking path: details, check, book. What is typed is kept as a draft, so Back and errors lose nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.adapters.links import manage_token
from booking.domain.booking import Channel
from booking.domain.errors import AlreadyBooked, GatewayUnavailable, NotFound, PriceChanged, Refusal, TermsChanged
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition, MasterClass
from booking.services import book, drafts, pay
from booking.services.book import Acceptance, Contact, Estimate, Order, SeatOrder
from booking.web import channels, pages, schedule
from booking.web.booking_forms import MAX_SEATS, CheckForm, DetailsForm, details_form
from booking.web.i18n import current_language
from booking.web.refusals import sentence

blueprint = Blueprint("bookings", __name__, url_prefix="/<lang:lang>")


@blueprint.get("/editions/<edition>/booking")
def details(edition: str) -> str:
    """An empty form for one seat."""
    row = find_edition(edition)
    return _details_page(row, _form(row), None)


@blueprint.post("/editions/<edition>/booking")
def begin(edition: str) -> Response:
    """What was typed becomes a draft; then as `change`."""
    return _kept(find_edition(edition), None)


@blueprint.get("/bookings/<token>/details")
def edit(token: str) -> str | Response:
    """The form as it was left. After a refused submission, with what needs correcting."""
    draft = drafts.find(token)
    if draft.booking_id:
        return _to_booking(draft.booking_id)
    form = _form(_edition(draft), data=draft.data)
    if "correct" in request.args:
        form.validate()
        form.csrf_token.errors = []
    return _details_page(_edition(draft), form, draft)


@blueprint.post("/bookings/<token>/details")
def change(token: str) -> Response:
    """Keeps what was typed, then adds or removes a person, shows what to correct, or goes on to the check page."""
    draft = drafts.find(token)
    if draft.booking_id:
        return _to_booking(draft.booking_id)
    return _kept(_edition(draft), draft)


@blueprint.get("/bookings/<token>/check")
def check(token: str) -> str | Response:
    """Everything once more, with the total, the schedule and the ways of paying."""
    draft = drafts.find(token)
    if draft.booking_id:
        return _to_booking(draft.booking_id)
    return _check_page(draft, CheckForm())


@blueprint.post("/bookings/<token>/check")
def place(token: str) -> Any:
    """The button that obliges: books, then on to the payment."""
    draft = drafts.find(token)
    form = CheckForm()
    try:
        booking_id = draft.booking_id or book.place(_order(draft, form), clock.now(), current_ports())
    except AlreadyBooked as refusal:
        form.once_more.data = "1"
        return _check_page(drafts.find(token), form, refusal), 409
    except Refusal as refusal:
        return _check_page(drafts.find(token), form, refusal), 409
    return _to_payment(booking_id)


def find_edition(slug: str) -> Edition:
    """The edition of a published class. Raises NotFound."""
    query = select(Edition).where(Edition.slug == slug).options(joinedload(Edition.master_class))
    edition = db.session.scalar(query)
    if edition is None or not edition.master_class.published:
        raise NotFound("edition")
    return edition


def _edition(draft: Draft) -> Edition:
    return db.session.get_one(Edition, draft.edition_id)


def _form(edition: Edition, **values: Any) -> DetailsForm:
    master_class: MasterClass = edition.master_class
    asked = [question for question in master_class.questions if question.when == "booking" and not question.retired]
    return details_form(asked, **values)


def _kept(edition: Edition, draft: Draft | None) -> Response:
    form = _form(edition)
    data = _values(form)
    action = request.form.get("action", "")
    if action == "add" and len(data["seats"]) < MAX_SEATS:
        data["seats"].append({})
    elif action.startswith("remove-"):
        data["seats"] = [seat for number, seat in enumerate(data["seats"]) if str(number) != action[7:]] or [{}]
    fine = action == "" and form.validate_on_submit()
    token = drafts.keep(edition.id, data, clock.now(), draft.token if draft else None)
    if fine:
        return redirect(url_for("bookings.check", token=token), 303)
    anchor = f"seats-{len(data['seats']) - 1}-name" if action == "add" else None
    return redirect(url_for("bookings.edit", token=token, correct=None if action else 1, _anchor=anchor), 303)


def _values(form: DetailsForm) -> dict[str, Any]:
    """The form as plain values; the terms with the digest of the text that was on offer."""
    data = {name: value for name, value in form.data.items() if name not in ("csrf_token", "seats")}
    data["seats"] = [{k: v for k, v in seat.data.items() if k != "csrf_token"} for seat in form.seats]
    data["terms_digest"] = pages.terms_text(current_language())[1] if form.terms.data else ""
    data["terms_language"] = current_language()
    return data


def _details_page(edition: Edition, form: DetailsForm, draft: Draft | None) -> str:
    now = clock.now()
    problem = price = None
    try:
        price = book.estimate(edition, max(1, len(form.seats)), form.voucher.data or "", now, current_ports())
    except Refusal as refusal:
        problem = sentence(refusal)
    return render_template(
        "bookings/details.html", edition=edition, form=form, draft=draft, price=price, problem=problem, step="details",
        free=edition.price == 0,
    )  # fmt: skip


def _check_page(draft: Draft, form: CheckForm, refusal: Refusal | None = None) -> str | Response:
    edition, now, ports = _edition(draft), clock.now(), current_ports()
    details = _form(edition, data=draft.data)
    try:
        price = book.estimate(edition, len(draft.data["seats"]), draft.data["voucher"], now, ports)
    except Refusal as problem:
        return render_template("bookings/refused.html", edition=edition, draft=draft, problem=sentence(problem),
                               step="check")  # fmt: skip
    form.channel.choices = channels.choices(price.channels)
    if form.channel.data not in price.channels:
        form.channel.data = price.channels[0] if price.channels else None
    form.shown_total.data = str(price.total)
    return render_template(
        "bookings/check.html", edition=edition, draft=draft, details=details, form=form, price=price,
        schedule=_schedule(edition, price, now), step="check", free=price.total == 0,
        hints=channels.hints(edition, now),
        problem=sentence(refusal) if refusal else None, again=isinstance(refusal, AlreadyBooked),
    )  # fmt: skip


def _schedule(edition: Edition, price: Estimate, now: Any) -> schedule.Schedule | None:
    if edition.policy is None or price.total == 0:
        return None
    return schedule.schedule_of(edition.policy, edition.timing(), price.seats, now)


def _order(draft: Draft, form: CheckForm) -> Order:
    """The draft as an order. Raises TermsChanged, PriceChanged when what was agreed to is not there any more."""
    data = draft.data
    language = data["terms_language"]
    body, digest = pages.terms_text(language)
    if data["terms_digest"] != digest:
        raise TermsChanged
    shown = form.shown_total.data or ""
    if not shown.isdecimal():
        raise PriceChanged(0, 0)
    contact = {field: data[field] for field in ("name", "phone", "company", "street", "house_number", "postcode",
                                                "town", "country")}  # fmt: skip
    channel = form.channel.data if form.channel.data in list(Channel) else Channel.FREE
    return Order(
        edition_id=draft.edition_id,
        draft_token=draft.token,
        locale=current_language(),
        contact=Contact(email=data["email"].lower(), **contact),
        seats=tuple(_seat(data, seat) for seat in data["seats"]),
        channel=Channel(channel),
        terms=Acceptance(digest, language, body),
        shown_total=int(shown),
        voucher_code=data["voucher"],
        once_more=bool(form.once_more.data),
    )


def _seat(data: dict[str, Any], seat: dict[str, Any]) -> SeatOrder:
    """An attendee; without a name of its own, the person who books."""
    answers = {int(name[1:]): value for name, value in seat.items() if name[0] == "q" and name[1:].isdecimal()}
    own = seat.get("name") or ""
    return SeatOrder(own or data["name"], (seat.get("email") or ("" if own else data["email"])).lower(), answers)


def _to_payment(booking_id: int) -> Response:
    booking = db.session.get_one(Booking, booking_id)
    channel = booking.channel
    if channel in current_ports().gateways and booking.confirmed_at is None:
        try:
            return redirect(pay.start(booking_id, channel, clock.now(), current_ports()), 303)
        except (GatewayUnavailable, Refusal):
            pass  # the booking's own page says where it stands and how to go on
    return _to_booking(booking_id)


def _to_booking(booking_id: int) -> Response:
    booking = db.session.get_one(Booking, booking_id)
    return redirect(url_for("manage.show", token=manage_token(booking.id, booking.link_version)), 303)
