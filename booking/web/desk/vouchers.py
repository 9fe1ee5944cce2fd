"""Vouchers: codes that lower a price, how often they were used, and when they end."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.domain.errors import CodeTaken, StillUsed
from booking.domain.local_time import ZONE
from booking.domain.permission import Permission
from booking.persistence import schedules
from booking.persistence import vouchers as rows
from booking.services import vouchers
from booking.web.desk import voucher_forms
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.refusals import sentence

blueprint = desk_area("vouchers", __name__)


@blueprint.get("/vouchers/")
@needs(Permission.MONEY)
def index() -> str:
    """All vouchers, those that can still be used first."""
    return render_template("desk/vouchers/index.html", rows=schedules.vouchers(clock.now()), zone=ZONE)


@blueprint.route("/vouchers/new", methods=["GET", "POST"])
@needs(Permission.MONEY)
def new() -> str | Response:
    """A new voucher; a code that cannot be guessed is suggested."""
    form = voucher_forms.blank()
    if form.validate_on_submit():
        try:
            vouchers.create(form.facts(), clock.now(), actor())
        except CodeTaken as refusal:
            form.code.errors = [sentence(refusal)]
        else:
            return done(_("The voucher can be used now."), "desk_vouchers.index")
    return render_template("desk/vouchers/form.html", form=form, voucher=None)


@blueprint.route("/vouchers/<int(max=2147483647):voucher_id>", methods=["GET", "POST"])
@needs(Permission.MONEY)
def edit(voucher_id: int) -> str | Response:
    """One voucher, to change. Raises NotFound."""
    voucher = rows.by_id(voucher_id)
    form = voucher_forms.filled(voucher)
    if form.validate_on_submit():
        try:
            vouchers.change(voucher_id, form.facts(), clock.now(), actor())
        except CodeTaken as refusal:
            form.code.errors = [sentence(refusal)]
        else:
            return done(_("The voucher is saved. What was booked with it keeps its price."), "desk_vouchers.index")
    return render_template("desk/vouchers/form.html", form=form, voucher=voucher)


@blueprint.post("/vouchers/<int(max=2147483647):voucher_id>/end")
@needs(Permission.MONEY)
def end(voucher_id: int) -> Response:
    """Ends it, or deletes it when nobody ever used it (the button says which)."""
    now = clock.now()
    try:
        if request.form.get("action") == "delete":
            vouchers.delete(voucher_id, now, actor())
            return done(_("The voucher is deleted."), "desk_vouchers.index")
        vouchers.end(voucher_id, now, actor())
        return done(_("The voucher can no longer be used."), "desk_vouchers.index")
    except StillUsed as refusal:
        flash(sentence(refusal), "error")
        return redirect(url_for("desk_vouchers.index"), 303)
