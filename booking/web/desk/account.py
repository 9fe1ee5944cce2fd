"""One's own account: name, language, address, how one signs in, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.domain.errors import AddressTaken
from booking.domain.permission import Permission
from booking.persistence import sign_ins
from booking.services import account
from booking.web.desk.account_forms import AccountForm, AddressForm
from booking.web.desk.guard import FIRST, FIRST_PAGE, desk_area, done, me, needs
from booking.web.desk.presence import present
from booking.web.refusals import sentence
from booking.web.security import limiter

blueprint = desk_area("account", __name__)
home = Blueprint("desk_home", __name__)


@home.get(FIRST)
@needs(Permission.OWN)
def index() -> Response:
    """The address to remember: the desk in the person's language."""
    return redirect(url_for(FIRST_PAGE, lang=me().locale))


@blueprint.get("/account")
@needs(Permission.OWN)
def show() -> str:
    """Everything about oneself."""
    return _page(AccountForm(obj=me()))


@blueprint.post("/account")
@needs(Permission.OWN)
def rename() -> Response | tuple[str, int]:
    """Name and language."""
    form = AccountForm()
    if not form.validate_on_submit():
        return _page(form), 422
    account.rename(me().id, form.name.data or "", form.locale.data, clock.now())
    return done(_("Your account is changed."), "desk_account.show", lang=form.locale.data)


@blueprint.route("/account/address", methods=["GET", "POST"])
@needs(Permission.OWN)
@limiter.limit("20 per hour", methods=["POST"])
def address() -> str | Response | tuple[str, int]:
    """A new e-mail address; it counts once the link sent there was followed."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            account.ask_for_address(me().id, form.email.data or "", clock.now())
            said = _("A link is on its way to %(email)s. Follow it, and the new address counts.", email=form.email.data)
            return done(said, "desk_account.show")
        except AddressTaken as refusal:
            form.email.errors = [sentence(refusal)]
    return render_template("desk/account/address.html", form=form), 422 if form.errors else 200


@blueprint.get("/account/second-factor/done")
@needs(Permission.OWN)
def after_second_factor() -> Response:
    """From setting up or taking away the second factor: to recovery codes when there are none for it."""
    lacks_codes = me().has_second_factor and not me().mf_recovery_codes
    return redirect(url_for("security.mf_recovery_codes" if lacks_codes else "desk_account.show"))


@blueprint.post("/account/sign-ins/<int(max=2147483647):sign_in_id>/end")
@needs(Permission.OWN)
def end_sign_in(sign_in_id: int) -> Response:
    """Signs one browser out; this one, too."""
    account.end_sign_in(me().id, sign_in_id, clock.now())
    return done(_("That browser is signed out."), "desk_account.show")


@blueprint.post("/account/sign-ins/end-others")
@needs(Permission.OWN)
def end_others() -> Response:
    """Signs all other browsers out."""
    account.end_other_sign_ins(me().id, present().sign_in.id, clock.now())
    return done(_("All other browsers are signed out."), "desk_account.show")


def _page(form: AccountForm) -> str:
    return render_template(
        "desk/account/show.html",
        form=form,
        sign_ins=sign_ins.of(me().id, clock.now()),
        here=present().sign_in.id,
        second_factor_required=present().second_factor_required,
    )
