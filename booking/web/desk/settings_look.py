"""Colours, logo and the words that open the front page."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, ColorField, FileField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from booking.adapters import clock, pictures
from booking.domain import accent
from booking.domain.accent import HOUSE, Legibility, Scheme, Shades
from booking.domain.errors import ChangedMeanwhile, PictureRefused
from booking.domain.permission import Permission
from booking.persistence import settings as stored
from booking.persistence import site
from booking.persistence.site import Logo
from booking.services import settings
from booking.web.booking_forms import one_line, stripped
from booking.web.desk.fields import pair
from booking.web.desk.guard import actor, desk_area, needs
from booking.web.refusals import sentence

HEADING: Final = Length(max=80, message=_l("Enter at most 80 characters."))
LEAD: Final = Length(max=400, message=_l("Enter at most 400 characters."))

UNMARKED: Final = {"csrf": False}  # their token stands in the page, unprefixed, and is looked at before every view

blueprint = desk_area("settings_look", __name__)


class Trial(NamedTuple):
    """A colour as it would be: how legible, the nearest legible one, and all its shades."""

    scheme: Scheme
    colour: str
    legible: Legibility
    nearest: str
    shades: Shades
    grounds: tuple[str, str]


class ColoursForm(FlaskForm):
    """`own_dark` says that the colour of the dark scheme is chosen too, and not derived."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, prefix="colours-", meta=UNMARKED, **values)

    light = ColorField(_l("Colour"), default=HOUSE.light.accent)
    own_dark = BooleanField(_l("Choose the colour for dark screens too"))
    dark = ColorField(_l("On dark screens"), default=HOUSE.dark.accent)
    shown = HiddenField()

    def trials(self) -> list[Trial]:
        """What was chosen, tried in each scheme. Raises ValueError for what is no colour."""
        light = accent.parse(self.light.data or "")
        dark = accent.parse(self.dark.data or "") if self.own_dark.data else _derived(light)
        return [_trial(light, "light"), _trial(dark, "dark")]


class LogoForm(FlaskForm):
    """A new picture, or only whether the name stands beside the one that is there."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, prefix="logo-", meta=UNMARKED, **values)

    logo = FileField(_l("Picture"), render_kw={"accept": "image/png,image/webp,image/jpeg"})
    alone = BooleanField(_l("My name is written in the logo: do not write it beside it"))
    shown = HiddenField()


class FrontForm(FlaskForm):
    """Empty fields leave the house's words."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, prefix="front-", meta=UNMARKED, **values)

    heading_fr = StringField(_l("Heading in French"), [HEADING], filters=[one_line])
    heading_en = StringField(_l("Heading in English"), [HEADING], filters=[one_line])
    lead_fr = TextAreaField(_l("First sentences in French"), [LEAD], filters=[stripped])
    lead_en = TextAreaField(_l("First sentences in English"), [LEAD], filters=[stripped])
    shown = HiddenField()


@blueprint.get("/settings/look")
@needs(Permission.SETTINGS)
def edit() -> str:
    """The three forms as they stand."""
    return _page()


@blueprint.get("/settings/look/contrast")
@needs(Permission.SETTINGS)
def contrast() -> str:
    """How colours that are being chosen would read, for the page to show at once."""
    try:
        trials = ColoursForm(formdata=request.args).trials()
    except ValueError:
        trials = []
    return render_template("desk/settings/_contrast.html", trials=trials)


@blueprint.post("/settings/look/colours")
@needs(Permission.SETTINGS)
def recolour() -> str | Response:
    """Takes colours that can be read, and refuses others with the nearest that can."""
    form = ColoursForm()
    action = request.form.get("action", "save")
    if action == "house":
        return _recoloured("", "", form)
    try:
        _take_nearest(form, action)
        trials = form.trials()
    except ValueError:
        form.light.errors = [_("Choose a colour: it is written as in #7b2a4a.")]
        return _page(colours=form)
    for trial, field in zip(trials, (form.light, form.dark), strict=True):
        if not trial.legible.passes:
            field.errors = [_too_faint(trial)]
    if action == "check" or form.light.errors or form.dark.errors:
        return _page(colours=form)
    light, dark = (trial.colour for trial in trials)
    if (light, dark) == (HOUSE.light.accent, HOUSE.dark.accent):
        light = dark = ""
    return _recoloured(light, dark if form.own_dark.data else "", form)


@blueprint.post("/settings/look/logo")
@needs(Permission.SETTINGS)
def change_logo() -> str | Response:
    """Keeps a picture made anew from what was sent: nothing of the file itself goes out."""
    form = LogoForm()
    sent = form.logo.data.read() if form.logo.data else b""
    known = site.current().logo
    try:
        if sent:
            body, width, height = pictures.prepare_logo(sent)
            logo = Logo(body, "image/webp", width, height, bool(form.alone.data))
        elif known and request.form.get("action") != "remove":
            logo = Logo(known.body, known.mimetype, known.width, known.height, bool(form.alone.data))
        else:
            return _logo_shown(None, form)
    except PictureRefused as refusal:
        form.logo.errors = [sentence(refusal)]
        return _page(logo=form)
    return _logo_shown(logo, form)


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
    flash(_("Saved. The front page opens with these words."), "success")
    return redirect(url_for("desk_settings_look.edit"), 303)


def _recoloured(light: str, dark: str, form: ColoursForm) -> str | Response:
    try:
        settings.recolour(light, dark, form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.COLOURS)
        return _page(colours=form, problem=sentence(refusal))
    flash(_("Saved. The site, its mails and new documents wear this colour."), "success")
    return redirect(url_for("desk_settings_look.edit"), 303)


def _logo_shown(logo: Logo | None, form: LogoForm) -> str | Response:
    try:
        settings.show_logo(logo, form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.LOGO)
        return _page(logo=form, problem=sentence(refusal))
    flash(_("Saved. Your logo stands at the head of every page.") if logo else _("The logo is gone."), "success")
    return redirect(url_for("desk_settings_look.edit"), 303)


def _take_nearest(form: ColoursForm, action: str) -> None:
    scheme, _colon, colour = action.partition(":")
    if scheme == "light":
        form.light.data = accent.parse(colour)
    elif scheme == "dark":
        form.dark.data, form.own_dark.data = accent.parse(colour), True


def _derived(light: str) -> str:
    if light == HOUSE.light.accent:
        return HOUSE.dark.accent
    return accent.theme(accent.nearest(light, "light")).dark.accent


def _trial(colour: str, scheme: Scheme) -> Trial:
    nearest = accent.nearest(colour, scheme)
    light, dark = (colour, "") if scheme == "light" else (HOUSE.light.accent, colour)
    shades: Shades = getattr(accent.theme(light, dark), scheme)
    return Trial(scheme, colour, accent.legibility(colour, scheme), nearest, shades, accent.GROUNDS[scheme])


def _too_faint(trial: Trial) -> str:
    ratio = f"{min(trial.legible.on_page, trial.legible.on_button):.1f}"
    return str(_("%(colour)s can hardly be read here (%(ratio)s to 1, at least 4.5 is needed). The nearest that can: "
                 "%(nearest)s.", colour=trial.colour, ratio=ratio, nearest=trial.nearest))  # fmt: skip


def _page(
    colours: ColoursForm | None = None,
    logo: LogoForm | None = None,
    front: FrontForm | None = None,
    problem: str | None = None,
) -> str:
    now = site.current()
    own: dict[str, str] = stored.read(site.COLOURS, {})
    colours = colours or ColoursForm(
        formdata=None, light=now.theme.light.accent, dark=now.theme.dark.accent, own_dark=bool(own.get("dark")),
        shown=settings.fingerprint(site.COLOURS),
    )  # fmt: skip
    logo = logo or LogoForm(formdata=None, alone=now.logo.alone if now.logo else False,
                            shown=settings.fingerprint(site.LOGO))  # fmt: skip
    front = front or FrontForm(formdata=None, shown=settings.fingerprint(site.FRONT), **_front(now))
    try:
        trials = colours.trials()
    except ValueError:
        trials = []
    forms: dict[str, Any] = {"colours": colours, "logo": logo, "front": front}
    return render_template("desk/settings/look.html", trials=trials, problem=problem, **forms)


def _front(now: site.Site) -> dict[str, str]:
    return {"heading_fr": now.heading.fr, "heading_en": now.heading.en, "lead_fr": now.lead.fr, "lead_en": now.lead.en}
