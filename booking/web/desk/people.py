"""Who works at the desk, for owners: invited, given a role, let in again, turned away."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.domain.errors import AddressTaken, LastOwner, NotFound
from booking.domain.permission import Permission, Role
from booking.persistence import organisers, sign_ins
from booking.persistence.organisers import Organiser
from booking.services import people
from booking.services.people import Person
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.people_forms import ROLE_HINTS, ROLES, InvitationForm, RoleForm
from booking.web.i18n import current_language
from booking.web.refusals import sentence

blueprint = desk_area("people", __name__)
PERSON = "/people/<int(max=2147483647):organiser_id>"


@blueprint.get("/people/")
@needs(Permission.PEOPLE)
def index() -> str:
    """Everybody who has or had an account."""
    return render_template(
        "desk/people/index.html",
        people=organisers.everybody(),
        roles=dict(ROLES),
        seen=sign_ins.last_seen(),
        now=clock.now(),
        required=organisers.second_factor_required(),
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@needs(Permission.PEOPLE)
def new() -> str | Response | tuple[str, int]:
    """Invites somebody by e-mail."""
    form = InvitationForm(role=Role.STAFF.value, locale=current_language())
    if form.validate_on_submit():
        person = Person(
            form.email.data or "", form.name.data or "", form.locale.data, Role(form.role.data), form.trainer_id.data
        )
        try:
            people.invite(person, actor(), clock.now())
            said = _("An invitation is on its way to %(email)s.", email=person.email)
            return done(said, "desk_people.index")
        except AddressTaken as refusal:
            form.email.errors = [sentence(refusal)]
    page = render_template("desk/people/new.html", form=form, hints=ROLE_HINTS)
    return page, 422 if form.errors else 200


@blueprint.route(PERSON, methods=["GET", "POST"])
@needs(Permission.PEOPLE)
def show(organiser_id: int) -> str | Response | tuple[str, int]:
    """One person: the role, and what else can be done."""
    person, problem = _person(organiser_id), None
    form = RoleForm(role=person.role.value, trainer_id=person.trainer_id or 0)
    if form.validate_on_submit():
        try:
            people.change(organiser_id, Role(form.role.data), form.trainer_id.data or None, actor(), clock.now())
            return done(_("The role of %(name)s is changed.", name=person.name), "desk_people.index")
        except LastOwner as refusal:
            problem = sentence(refusal)
    page = render_template(
        "desk/people/show.html", person=person, form=form, hints=ROLE_HINTS, problem=problem, now=clock.now(),
        roles=dict(ROLES),
    )  # fmt: skip
    return page, 422 if form.errors else 409 if problem else 200


@blueprint.post(PERSON + "/invitation")
@needs(Permission.PEOPLE)
def invite_again(organiser_id: int) -> Response:
    """A new link by mail."""
    person = _person(organiser_id)
    people.invite_again(organiser_id, actor(), clock.now())
    return done(_("An invitation is on its way to %(email)s.", email=person.email), "desk_people.index")


@blueprint.post(PERSON + "/invitation/withdrawal")
@needs(Permission.PEOPLE)
def withdraw(organiser_id: int) -> Response:
    """Takes an invitation back that nobody accepted."""
    name = _person(organiser_id).name
    people.withdraw(organiser_id, actor(), clock.now())
    return done(_("The invitation of %(name)s is withdrawn.", name=name), "desk_people.index")


@blueprint.route(PERSON + "/deactivation", methods=["GET", "POST"])
@needs(Permission.PEOPLE)
def deactivation(organiser_id: int) -> str | Response | tuple[str, int]:
    """Says what turning somebody away means, then does it."""
    person, problem = _person(organiser_id), None
    if request.method == "POST":
        try:
            name = person.name
            people.deactivate(organiser_id, actor(), clock.now())
            return done(
                _("%(name)s is signed out everywhere and may not sign in again.", name=name), "desk_people.index"
            )
        except LastOwner as refusal:
            problem = sentence(refusal)
    page = render_template("desk/people/deactivation.html", person=_person(organiser_id), problem=problem)
    return page, 409 if problem else 200


@blueprint.route(PERSON + "/second-factor", methods=["GET", "POST"])
@needs(Permission.PEOPLE)
def second_factor(organiser_id: int) -> str | Response:
    """Says what taking a lost second factor away means, then does it."""
    person = _person(organiser_id)
    if request.method == "GET":
        return render_template("desk/people/second_factor.html", person=person)
    people.forget_second_factor(organiser_id, actor(), clock.now())
    return done(_("%(name)s signs in with the password alone now.", name=person.name), "desk_people.index")


@blueprint.post(PERSON + "/activation")
@needs(Permission.PEOPLE)
def activation(organiser_id: int) -> Response:
    """Lets somebody in again."""
    people.reactivate(organiser_id, actor(), clock.now())
    return done(_("%(name)s may sign in again.", name=_person(organiser_id).name), "desk_people.index")


@blueprint.post("/people/second-factor/<any(required, optional):how>")
@needs(Permission.PEOPLE)
def requirement(how: str) -> Response:
    """Whether everybody must have a second factor."""
    people.require_second_factor(how == "required", actor(), clock.now())
    required, optional = _("From now on, everybody needs a second factor."), _("A second factor is optional again.")
    return done(required if how == "required" else optional, "desk_people.index")


def _person(organiser_id: int) -> Organiser:
    person = organisers.by_id(organiser_id)
    if person is None:
        raise NotFound("organiser")
    return person
