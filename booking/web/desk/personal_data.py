"""A person's data: what is held, a copy of it, and erasing it. The address is never in the address bar, nor in logs."""

from __future__ import annotations

import io

from flask import flash, render_template, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField
from wtforms.validators import DataRequired

from booking.adapters import clock, personal_file
from booking.domain.errors import PlanChanged
from booking.domain.permission import Permission
from booking.services import personal_data
from booking.services.personal_data import Plan
from booking.web.booking_forms import ADDRESS, one_line
from booking.web.desk.guard import actor, desk_area, needs
from booking.web.refusals import sentence

blueprint = desk_area("personal_data", __name__)


class PersonForm(FlaskForm):
    """Whose data; `shown` is what the page said would be erased."""

    email = EmailField(
        _l("The person’s e-mail address"),
        [DataRequired(_l("Enter an e-mail address.")), ADDRESS],
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )
    shown = HiddenField()


@blueprint.get("/personal-data/")
@needs(Permission.FILES)
def index() -> str:
    """Asks for the address."""
    return render_template("desk/personal_data/index.html", form=PersonForm(), plan=None)


@blueprint.post("/personal-data/")
@needs(Permission.FILES)
def show() -> str:
    """What is held, and what erasing would do."""
    form = PersonForm()
    return _page(form, personal_data.plan(form.email.data, clock.now()) if form.validate() else None)


@blueprint.post("/personal-data/copy")
@needs(Permission.FILES)
def copy() -> str | Response:
    """Everything as one file."""
    form = PersonForm()
    if not form.validate():
        return _page(form, None)
    personal_data.note_copy(form.email.data, clock.now(), actor())
    plan = personal_data.plan(form.email.data, clock.now())
    content = personal_file.write([fate.booking for fate in plan.fates])
    return send_file(io.BytesIO(content), "application/zip", as_attachment=True, download_name="personal-data.zip")


@blueprint.post("/personal-data/erasure")
@needs(Permission.FILES)
def erase() -> str:
    """Erases what the page said."""
    form = PersonForm()
    if not form.validate():
        return _page(form, None)
    try:
        personal_data.erase(form.email.data, form.shown.data or "", clock.now(), actor())
    except PlanChanged as refusal:
        flash(sentence(refusal), "error")
    else:
        flash(_("The person is erased where nothing stands against it."), "success")
    return _page(form, personal_data.plan(form.email.data, clock.now()))


def _page(form: PersonForm, plan: Plan | None) -> str:
    if plan:
        form.shown.data = plan.shown
    return render_template("desk/personal_data/index.html", form=form, plan=plan)
