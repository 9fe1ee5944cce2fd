"""Links that people of the desk were sent: they come in for the first time, or prove an e-mail address.

Not behind the guard: whoever follows one is not signed in. What a link opens is asked of the database each time.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template, request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_security import hash_password
from werkzeug.wrappers import Response

from booking.adapters import clock, desk_links
from booking.domain.errors import LinkOver
from booking.domain.permission import Role
from booking.persistence import organisers
from booking.services import account, people
from booking.services.people import Person
from booking.web import errors
from booking.web.desk.account_forms import FirstOwnerForm, InvitedForm
from booking.web.desk.guard import FIRST_PAGE, done
from booking.web.desk.sign_in import let_in
from booking.web.i18n import current_language
from booking.web.refusals import sentence
from booking.web.security import limiter

blueprint = Blueprint("welcome", __name__, url_prefix="/<lang:lang>/welcome")
limiter.limit("60 per hour", methods=["POST"])(blueprint)
OVER: Final = lazy_gettext("This link no longer opens")


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> str | Response | tuple[str, int]:
    """Somebody invited chooses a password. Raises LinkOver."""
    organiser_id, invited_at = desk_links.read_invitation(token) or (0, None)
    person = organisers.by_id(organiser_id)
    if person is None or invited_at is None or person.invited_at != invited_at or not person.is_invited(clock.now()):
        raise LinkOver
    form = InvitedForm(name=person.name, locale=person.locale)
    if form.validate_on_submit():
        password = hash_password(form.password.data)
        people.accept(organiser_id, invited_at, form.name.data or "", form.locale.data, password, clock.now())
        return _in(organiser_id)
    page = render_template("desk/welcome/invitation.html", form=form, person=person)
    return page, 422 if form.errors else 200


@blueprint.route("/owner/<token>", methods=["GET", "POST"])
def owner(token: str) -> str | Response | tuple[str, int]:
    """The first person of an empty desk. Raises LinkOver."""
    if not desk_links.opens_for_first_owner(token, clock.now()) or organisers.any_at_all():
        raise LinkOver
    form = FirstOwnerForm(locale=current_language())
    if form.validate_on_submit():
        person = Person(form.email.data or "", form.name.data or "", form.locale.data, Role.OWNER)
        return _in(people.first_owner(person, hash_password(form.password.data), clock.now()))
    return render_template("desk/welcome/owner.html", form=form), 422 if form.errors else 200


@blueprint.route("/address/<token>", methods=["GET", "POST"])
def address(token: str) -> str | Response:
    """A new address is proved, by a button: programs that look into mails open links too. Raises LinkOver."""
    organiser_id, email = desk_links.read_address(token) or (0, "")
    person = organisers.by_id(organiser_id)
    if person is None or not email or person.new_email != email:
        raise LinkOver
    if request.method == "GET":
        return render_template("desk/welcome/address.html", email=email)
    account.take_address(organiser_id, email, clock.now())
    return done(_("%(email)s is your e-mail address now.", email=email), "desk_account.show")


@blueprint.errorhandler(LinkOver)
def over(refusal: LinkOver) -> Response:
    """A link that is wrong, old or used; which of these is nobody's business."""
    return errors.page(410, errors.Words(OVER, ""), sentence(refusal))


def _in(organiser_id: int) -> Response:
    """To the desk, in the language that was just chosen: who opened the link and chose the password need not type it
    once more. Whoever has a passkey or a second factor, which an owner let in again keeps, shows it by signing in."""
    person = organisers.by_id(organiser_id)
    assert person is not None
    if person.has_second_factor or person.webauthn:
        return done(_("Your password is set. Sign in with it."), "security.login", lang=person.locale)
    session.clear()  # nothing of who used this browser before
    let_in(person)
    return done(_("Your password is set, and you are signed in."), FIRST_PAGE, lang=person.locale)
