"""One date of a class: its page, where everything about it begins, and its form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.domain.booking import TRANSFER_NOT_UNDER_DAYS
from booking.domain.catalogue import EditionSpec
from booking.domain.editions import DateRefused
from booking.domain.errors import (
    ChangedMeanwhile,
    DateStaysShown,
    MustBeMoved,
    NotFound,
    PolicyUnfitForPrice,
    Refusal,
    SeatsTaken,
    StillUsed,
)
from booking.domain.permission import Permission
from booking.domain.publication import PUBLICATION_TRANSITIONS, Publication
from booking.domain.state import IllegalTransition
from booking.persistence import edition_accounts, queries
from booking.persistence import editions as rows
from booking.persistence.bookings import seats_taken
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.queries import Offer, SeatCount
from booking.services import editions
from booking.web.desk.edition_forms import EditionForm, rows_changed
from booking.web.desk.edition_values import FAULTS, typed
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.invitations import group_of, state_of
from booking.web.refusals import sentence

blueprint = desk_area("editions", __name__)


@blueprint.get("/editions/<edition_slug>")
@needs(Permission.CLASSES)
def show(edition_slug: str) -> str:
    """The date at a glance: its group, what is to be decided, its money, and the ways to everything else."""
    edition, now = rows.find(edition_slug), clock.now()
    seats = queries.seat_counts([edition.id], now).get(edition.id, SeatCount())
    return render_template(
        "desk/editions/show.html",
        edition=edition,
        group=group_of(edition, seats, now),
        seats=seats,
        unpayable=state_of(Offer(edition, seats), now) == "ask",
        transfer_days=TRANSFER_NOT_UNDER_DAYS,
        money=edition_accounts.money_of(edition.id),
        below=edition.minimum > seats.taken and not edition.run_decided_at,
        due=edition.decision_at is not None and edition.decision_at <= now,
        is_over=edition.ends_at <= now,
        has_begun=edition.starts_at <= now,
        was_booked=rows.was_booked(edition.id),
        states=steps_from(edition.state),
    )


@blueprint.route("/classes/<class_slug>/editions/new", methods=["GET", "POST"])
@needs(Permission.CLASSES)
def new(class_slug: str) -> Any:
    """A new date of a class, filled in like its latest one but for the days."""
    owner = rows.class_of(class_slug)
    form = EditionForm(data=_as_before(owner))
    action = request.form.get("action", "save")
    if request.method == "POST" and not rows_changed(form, action) and form.validate():
        spec = form.read()
        if spec and (slug := _written(form, spec, owner, Publication.DRAFT if action == "draft" else None)):
            return done(_("The date is added."), ".show", edition_slug=slug)
    return _form_page(form, owner, None)


@blueprint.route("/editions/<edition_slug>/edit", methods=["GET", "POST"])
@needs(Permission.CLASSES)
def edit(edition_slug: str) -> Any:
    """Everything about a date; its days and its place only as long as nobody has booked."""
    edition, now = rows.find(edition_slug), clock.now()
    form = EditionForm(data=typed(rows.spec_of(edition)) | {"shown": editions.seen(edition)})
    taken = seats_taken(edition.id, now)
    if taken:
        for name in ("meetings", "venue", "zone"):
            del form[name]
    if request.method == "POST" and not ("meetings" in form and rows_changed(form, request.form.get("action", "save"))):
        spec = form.validate() and form.read(rows.spec_of(edition))
        if spec and _changed(form, edition, spec):
            return done(_("The date is saved."), ".show", edition_slug=edition_slug)
        edition = rows.find(edition_slug)
    return _form_page(form, edition.master_class, edition, taken)


@blueprint.post("/editions/<edition_slug>/state")
@needs(Permission.CLASSES)
def set_state(edition_slug: str) -> Response:
    """Publishes, closes, archives, takes back."""
    wanted = request.form.get("state", "")
    if wanted not in list(Publication):
        raise NotFound("state")
    try:
        editions.set_state(edition_slug, Publication(wanted), clock.now(), actor())
    except DateRefused as refusal:
        flash(" ".join(FAULTS[fault.reason]() for fault in refusal.faults), "error")
        return redirect(url_for(".edit", edition_slug=edition_slug), 303)
    except (DateStaysShown, ChangedMeanwhile, PolicyUnfitForPrice) as refusal:
        flash(sentence(refusal), "error")
        return redirect(url_for(".show", edition_slug=edition_slug), 303)
    return done(SET[wanted](), ".show", edition_slug=edition_slug)


@blueprint.post("/editions/<edition_slug>/delete")
@needs(Permission.CLASSES)
def delete(edition_slug: str) -> Response:
    """Takes away a date that nobody ever booked."""
    owner = rows.find(edition_slug).master_class.slug
    try:
        editions.delete(edition_slug, clock.now(), actor())
    except StillUsed:
        flash(_("This date was booked meanwhile: it is called off or archived instead."), "error")
        return redirect(url_for(".show", edition_slug=edition_slug), 303)
    return done(_("The date is deleted."), "desk_classes.show", class_slug=owner)


SET = {
    "draft": lambda: _("The date is a draft: only the desk sees it."),
    "published": lambda: _("The date is published: it can be booked."),
    "closed": lambda: _("The date is closed: it is shown and takes no more bookings."),
    "archived": lambda: _("The date is archived: it is no longer shown."),
}


def steps_from(state: Publication) -> list[Publication]:
    """The states that a date can be brought to, in order."""
    return [other for other in Publication if _follows(state, other)]


def _follows(state: Publication, other: Publication) -> bool:
    try:
        PUBLICATION_TRANSITIONS.check(state, other)
    except IllegalTransition:
        return False
    return True


def _written(form: EditionForm, spec: EditionSpec, owner: MasterClass, state: Publication | None) -> str | None:
    """The slug of the new date; None with sentences at the fields."""
    try:
        return editions.create(owner.slug, spec, state or Publication.PUBLISHED, clock.now(), actor())
    except (DateRefused, PolicyUnfitForPrice) as refusal:
        _explain(form, refusal, None)
    return None


def _changed(form: EditionForm, edition: Edition, spec: EditionSpec) -> bool:
    before = rows.spec_of(edition)
    try:
        editions.change(edition.slug, spec, form.shown.data or "", clock.now(), actor())
    except (DateRefused, PolicyUnfitForPrice, SeatsTaken) as refusal:
        _explain(form, refusal, before)
        return False
    except ChangedMeanwhile as refusal:
        form.shown.data = editions.seen(rows.find(edition.slug))  # saved once more, it is meant
        form.form_errors.append(sentence(refusal))
        return False
    except MustBeMoved as refusal:
        form.form_errors.append(sentence(refusal))
        return False
    return True


def _explain(form: EditionForm, refusal: Refusal, before: EditionSpec | None) -> None:
    if isinstance(refusal, DateRefused):
        form.explain(refusal.faults, before, clock.now())
    else:
        field = form.capacity if isinstance(refusal, SeatsTaken) else form.price
        field.errors = [sentence(refusal)]


def _form_page(form: EditionForm, owner: MasterClass, edition: Edition | None, taken: int = 0) -> Any:
    page = render_template(
        "desk/editions/form.html", form=form, owner=owner, edition=edition, taken=taken, can_move="meetings" in form
    )
    return page, 422 if form.errors else 200


def _as_before(owner: MasterClass) -> dict[str, Any]:
    """The latest date's values with no day in them."""
    if not owner.editions:
        return {}
    latest = typed(replace(rows.spec_of(owner.editions[-1]), early_until=None, opens=None, closes=None, decision=None))
    return latest | {"meetings": [row | {"day": None} for row in latest["meetings"]], "early_price": ""}
