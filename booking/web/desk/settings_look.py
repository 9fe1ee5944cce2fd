"""Colours, logo and the words that open the front page."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock, pictures
from booking.domain.errors import ChangedMeanwhile, PictureRefused
from booking.domain.permission import Permission
from booking.persistence import site
from booking.persistence.site import Logo
from booking.services import settings
from booking.web.desk.fields import pair
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.settings_look_forms import (
    ColoursForm,
    FrontForm,
    LogoForm,
    Trial,
    colours_now,
    front_now,
    logo_now,
)
from booking.web.desk.uploads import take_pictures
from booking.web.refusals import sentence

blueprint = desk_area("settings_look", __name__)


@blueprint.get("/settings/look")
@needs(Permission.SETTINGS)
def edit() -> str:
    """The three forms as they stand."""
    return _page()


@blueprint.get("/settings/look/contrast")
@needs(Permission.SETTINGS)
def contrast() -> str:
    """How colours that are being chosen would read, for the page to show at once."""
    return render_template("desk/settings/_contrast.html", trials=_trials(ColoursForm(formdata=request.args)))


@blueprint.post("/settings/look/colours")
@needs(Permission.SETTINGS)
def recolour() -> str | Response:
    """Takes colours that can be read, and refuses others with the nearest that can."""
    form, action = ColoursForm(), request.form.get("action", "save")
    light = dark = ""
    if action != "house":
        form.take(action)
        if not form.judge() or action == "check":
            return _page(colours=form)
        light, dark = form.chosen
    try:
        settings.recolour(light, dark, form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.COLOURS)
        return _page(colours=form, problem=sentence(refusal))
    return done(_("Saved. The site, its mails and new documents have this colour."), "desk_settings_look.edit")


@blueprint.post("/settings/look/logo")
@needs(Permission.SETTINGS)
def change_logo() -> str | Response:
    """Keeps a picture made anew from what was sent: nothing of the file itself goes out."""
    form = LogoForm()
    try:
        logo = None if request.form.get("action") == "remove" else _logo(form)
        settings.show_logo(logo, form.shown.data or "", clock.now(), actor())
    except PictureRefused as refusal:
        form.logo.errors = [sentence(refusal)]
        return _page(logo=form)
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.LOGO)
        return _page(logo=form, problem=sentence(refusal))
    return done(
        _("Saved. Your logo stands at the head of pages, mails and documents.") if logo else _("There is no logo."),
        "desk_settings_look.edit",
    )


@blueprint.post("/settings/look/front")
@needs(Permission.SETTINGS)
def change_front() -> str | Response:
    """What the front page opens with."""
    form = FrontForm()
    if not form.validate():
        return _page(front=form)
    try:
        settings.welcome(pair(form, "heading"), pair(form, "lead"), form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.FRONT)
        return _page(front=form, problem=sentence(refusal))
    return done(_("Saved. The front page opens with these words."), "desk_settings_look.edit")


def _logo(form: LogoForm) -> Logo | None:
    """A new one, else the one that is there with the choice about the name. Raises PictureRefused."""
    known, sent = site.current().logo, b""
    if form.logo.data:
        with form.logo.data.stream as file:
            sent = file.read()
    if sent:
        body, width, height = pictures.prepare_logo(sent)
        return Logo(body, "image/webp", width, height, bool(form.alone.data))
    return Logo(known.body, known.mimetype, known.width, known.height, bool(form.alone.data)) if known else None


def _trials(form: ColoursForm) -> list[Trial]:
    try:
        return form.trials()
    except ValueError:
        return []


def _page(
    colours: ColoursForm | None = None,
    logo: LogoForm | None = None,
    front: FrontForm | None = None,
    problem: str | None = None,
) -> str:
    colours = colours or colours_now()
    forms = {"colours": colours, "logo": logo or logo_now(), "front": front or front_now()}
    return render_template("desk/settings/look.html", trials=_trials(colours), problem=problem, **forms)


def _too_heavy(why: str) -> str:
    form = logo_now()
    form.logo.errors = [why]
    return _page(logo=form)


take_pictures(blueprint, Permission.SETTINGS, _too_heavy)
