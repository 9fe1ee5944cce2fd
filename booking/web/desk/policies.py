"""Cancellation policies: written, drawn, tried on real bookings."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.characters import slug_of
from booking.domain import cancellation
from booking.domain.booking import BookingState
from booking.domain.cancellation import SeatPrice, Timing
from booking.domain.errors import ChangedMeanwhile, PolicyUnfitForPrice, StillUsed
from booking.domain.local_time import ZONE
from booking.domain.permission import Permission
from booking.domain.policy import CancellationPolicy
from booking.persistence import schedules
from booking.persistence.bookings import Booking
from booking.services import policies
from booking.web.desk import policy_forms
from booking.web.desk.fields import pair
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.policy_forms import PolicyForm
from booking.web.refusals import sentence
from booking.web.schedule import Schedule, schedule_of

SAMPLE: Final = SeatPrice(34000, 34000)  # a seat to draw the line for
SAMPLE_DAYS: Final = 40  # from today to the class it is drawn for
SIMULATED: Final = 50  # bookings on one page

blueprint = desk_area("policies", __name__)


class Trial(NamedTuple):
    """What cancelling one booking would cost at each of the instants, by its own policy and by the one looked at."""

    booking: Booking
    price: int
    own: tuple[int | None, ...]
    this: tuple[int | None, ...]
    unpaid: bool  # seats only held: they cost nothing to give back


@blueprint.get("/policies/")
@needs(Permission.MONEY)
def index() -> str:
    """All policies, each drawn for a sample seat."""
    now = clock.now()
    rows = [(template, used, drawn(template.policy, now)) for template, used in schedules.policies()]
    return render_template("desk/policies/index.html", rows=rows, sample=SAMPLE.net_price)


@blueprint.get("/policies/new")
@needs(Permission.MONEY)
def new() -> str:
    """A usual schedule to change, or a copy of another policy."""
    source = request.args.get("copy")
    form = policy_forms.filled(schedules.find_policy(source), copy=True) if source else policy_forms.blank()
    return _page(form)


@blueprint.post("/policies/new")
@needs(Permission.MONEY)
def create() -> str | Response:
    """Stores a new policy."""
    form = PolicyForm()
    if shown := _not_to_be_saved(form):
        return shown
    title = pair(form, "title")
    assert form.policy is not None
    slug = policies.create(slug_of(title.en or title.fr) or "policy", title, form.policy, clock.now(), actor())
    return done(_("The policy is saved. Choose it in a class to use it."), "desk_policies.edit", policy_slug=slug)


@blueprint.get("/policies/<policy_slug>")
@needs(Permission.MONEY)
def edit(policy_slug: str) -> str:
    """One policy, to change."""
    return _page(policy_forms.filled(schedules.find_policy(policy_slug)), policy_slug)


@blueprint.post("/policies/<policy_slug>")
@needs(Permission.MONEY)
def change(policy_slug: str) -> str | Response:
    """Stores the changed policy, for what is booked from now on."""
    schedules.find_policy(policy_slug)
    form = PolicyForm()
    if shown := _not_to_be_saved(form, policy_slug):
        return shown
    assert form.policy is not None
    try:
        policies.change(policy_slug, pair(form, "title"), form.policy, form.shown.data or "", clock.now(), actor())
    except (ChangedMeanwhile, PolicyUnfitForPrice) as refusal:
        form.shown.data = policies.fingerprint(schedules.find_policy(policy_slug))  # seen now: the next save counts
        return _page(form, policy_slug, sentence(refusal))
    return done(
        _("The policy is saved. Bookings made before keep the schedule they accepted."),
        "desk_policies.edit",
        policy_slug=policy_slug,
    )


@blueprint.post("/policies/<policy_slug>/deletion")
@needs(Permission.MONEY)
def delete(policy_slug: str) -> Response:
    """Removes a policy that no class uses."""
    try:
        policies.delete(policy_slug, clock.now(), actor())
    except StillUsed as refusal:
        flash(sentence(refusal), "error")
        return redirect(url_for("desk_policies.edit", policy_slug=policy_slug), 303)
    return done(_("The policy is deleted."), "desk_policies.index")


@blueprint.get("/policies/<policy_slug>/simulation")
@needs(Permission.MONEY)
def simulate(policy_slug: str) -> str:
    """What cancelling each coming booking would cost today, next week and the day before."""
    template, now = schedules.find_policy(policy_slug), clock.now()
    found, total = schedules.coming_bookings(template, now, SIMULATED)
    trials = [_trial(booking, template.policy, now) for booking in found]
    return render_template("desk/policies/simulation.html", template=template, trials=trials, total=total)


def drawn(policy: CancellationPolicy, now: datetime) -> Schedule | None:
    """The schedule line for a sample seat of a class in some weeks."""
    day = now.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=SAMPLE_DAYS)
    start = datetime.combine(day, time(9), ZoneInfo(ZONE))
    return schedule_of(policy, Timing(ZONE, start, start - timedelta(days=3)), [SAMPLE], now)


def _not_to_be_saved(form: PolicyForm, slug: str | None = None) -> str | None:
    """The form again, when a row was to be added or removed, the line to be drawn, or something needs correcting."""
    action = request.form.get("action", "save")
    if policy_forms.change_rows(form, action):
        return _page(form, slug)
    if not form.validate() or action == "preview":
        return _page(form, slug)
    return None


def _page(form: PolicyForm, slug: str | None = None, problem: str | None = None) -> str:
    context: dict[str, Any] = {"form": form, "slug": slug, "problem": problem, "sample": SAMPLE.net_price}
    policy = form.sound
    if slug:
        template = schedules.find_policy(slug)
        context |= {"template": template, "used_by": schedules.users_of(template)}
        policy = policy or (template.policy if request.method == "GET" else None)
    context["in_part"] = policy is not None and bool(form.tiers.errors)
    context["schedule"] = drawn(policy, clock.now()) if policy else None
    return render_template("desk/policies/form.html", **context)


def _trial(booking: Booking, policy: CancellationPolicy, now: datetime) -> Trial:
    edition = booking.edition
    seats = [seat.seat_price for seat in booking.active]
    zone = ZoneInfo(edition.zone)
    last_day = edition.starts_at.astimezone(zone).date() - timedelta(days=1)
    instants = (now, now + timedelta(days=7), datetime.combine(last_day, time(12), zone))
    timing = edition.timing(booking.created_at)
    pending = booking.state is BookingState.PENDING

    def fees(by: CancellationPolicy) -> tuple[int | None, ...]:
        return tuple(
            cancellation.quote(by, timing, at, seats, pending).fee if now <= at < edition.starts_at else None
            for at in instants
        )

    own = booking.frozen_policy or policy
    return Trial(booking, sum(seat.net_price for seat in seats), fees(own), fees(policy), pending)
