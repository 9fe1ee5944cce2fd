"""A booking by hand: by telephone, on paper, at the door."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain.booking import check_open
from booking.domain.errors import AlreadyBooked, RegistrationNotOpen, TooMuch
from booking.domain.permission import Permission
from booking.persistence import bookings, coming, editions
from booking.persistence.masterclasses import Edition
from booking.persistence.outcomes import Outcome
from booking.services import enrol
from booking.web.desk.enrolment_forms import EnrolmentForm, enrolment_form, order_of
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.rehearsals import Act, Look, perform

blueprint = desk_area("enrolment", __name__)


@blueprint.get("/bookings/new")
@needs(Permission.MONEY)
def choose() -> Any:
    """Which date; with `edition`, on to its form."""
    if slug := request.args.get("edition"):
        return redirect(url_for(".new", edition_slug=editions.find(slug).slug))
    return render_template("desk/enrolment/choose.html", offers=coming.bookable_by_hand(clock.now()))


@blueprint.get("/editions/<edition_slug>/bookings/new")
@needs(Permission.MONEY)
def new(edition_slug: str) -> Any:
    """An empty form for one person. Raises NotFound."""
    edition = editions.find(edition_slug)
    form = enrolment_form(edition, formdata=None, token=secrets.token_urlsafe(18))
    return _page(edition, form, Look())


@blueprint.post("/editions/<edition_slug>/bookings/new")
@needs(Permission.MONEY)
def create(edition_slug: str) -> Any:
    """Adds or takes away a person; shows what the booking would be; writes it down. Raises NotFound."""
    edition = editions.find(edition_slug)
    form = enrolment_form(edition)
    if (action := request.form.get("action", "")) and form.rearrange(action):
        return _page(edition, form, Look())
    if not form.validate():
        return _page(edition, form, Look())
    outcome = perform(form, _act(edition, form))
    if isinstance(outcome, Outcome):
        booking = bookings.by_id(outcome.booking_id)
        return done(_("The booking is written down."), "desk_bookings.show", reference=booking.reference)
    if isinstance(outcome.refusal, TooMuch):
        form.price.errors = [outcome.problem]
        outcome = Look()
    return _page(edition, form, outcome)


def _act(edition: Edition, form: EnrolmentForm) -> Act:
    order = order_of(edition, form)
    return lambda shown: enrol.enrol(order, clock.now(), current_ports(), actor(), shown)


def _page(edition: Edition, form: EnrolmentForm, look: Look) -> tuple[str, int]:
    now = clock.now()
    page = render_template(
        "desk/enrolment/form.html",
        edition=edition,
        form=form,
        look=look,
        free=max(0, edition.capacity - bookings.seats_taken(edition.id, now)),
        notices=notices(edition, now),
        asks_once_more=isinstance(look.refusal, AlreadyBooked) or bool(form.once_more.data),
    )
    return page, 422 if form.errors else look.status


def notices(edition: Edition, now: datetime) -> list[str]:
    """What stands in the way of participants, and not of the organiser."""
    found = []
    if not edition.bookable:
        found.append(_("This date cannot be booked on the site now: it is not published, or closed."))
    try:
        check_open(edition.registration_opens_at, edition.registration_closes_at, edition.starts_at, False, now)
    except RegistrationNotOpen as refusal:
        if refusal.reason == "soon":
            found.append(_("Registration has not opened yet."))
        elif now >= edition.starts_at:
            found.append(_("This date has begun already."))
        else:
            found.append(_("The registration deadline is over."))
    return found
