"""The three forms of the look, each as it stands; and how a colour that is being chosen would read."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, ColorField, FileField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from booking.domain import accent
from booking.domain.accent import HOUSE, Legibility, Scheme, Shades
from booking.persistence import settings as stored
from booking.persistence import site
from booking.services import settings
from booking.web.booking_forms import one_line, stripped

HEADING: Final = Length(max=80, message=_l("Enter at most 80 characters."))
LEAD: Final = Length(max=400, message=_l("Enter at most 400 characters."))
UNMARKED: Final = {"csrf": False}  # their token stands in the page, unprefixed, and is looked at before every view


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

    light = ColorField(_l("Colour"), default=HOUSE.light.accent)
    own_dark = BooleanField(_l("Choose the colour for dark screens too"))
    dark = ColorField(_l("On dark screens"), default=HOUSE.dark.accent)
    shown = HiddenField()

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, prefix="colours-", meta=UNMARKED, **values)

    def trials(self) -> list[Trial]:
        """What was chosen, tried in each scheme. Raises ValueError for what is no colour."""
        light = accent.parse(self.light.data or "")
        dark = accent.parse(self.dark.data or "") if self.own_dark.data else derived(light)
        return [_trial(light, "light"), _trial(dark, "dark")]

    def take(self, action: str) -> None:
        """Puts the colour that a button offered ('light:#8f7200') into its field. Raises ValueError."""
        scheme, _colon, colour = action.partition(":")
        if scheme == "light":
            self.light.data = accent.parse(colour)
        elif scheme == "dark":
            self.dark.data, self.own_dark.data = accent.parse(colour), True

    def judge(self) -> bool:
        """Whether both can be read; says what is wrong with those that cannot."""
        try:
            trials = self.trials()
        except ValueError:
            self.light.errors = [_("Choose a colour: it is written as in #7b2a4a.")]
            return False
        for trial, field in zip(trials, (self.light, self.dark), strict=True):
            if not trial.legible.passes:
                field.errors = [_too_faint(trial)]
        return not self.light.errors and not self.dark.errors

    @property
    def chosen(self) -> tuple[str, str]:
        """Light and, '' where it follows, dark, to be kept; two empty ones for the house's."""
        light = accent.parse(self.light.data or "")
        dark = accent.parse(self.dark.data or "") if self.own_dark.data else ""
        return ("", "") if light == HOUSE.light.accent and dark in ("", HOUSE.dark.accent) else (light, dark)


class LogoForm(FlaskForm):
    """A new picture, or only whether the name stands beside the one that is there."""

    logo = FileField(_l("Picture"), render_kw={"accept": "image/png,image/webp,image/jpeg"})
    alone = BooleanField(_l("My name is written in the logo: do not write it beside it"))
    shown = HiddenField()

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, prefix="logo-", meta=UNMARKED, **values)


class FrontForm(FlaskForm):
    """Empty fields leave the house's words."""

    heading_fr = StringField(_l("Heading in French"), [HEADING], filters=[one_line])
    heading_en = StringField(_l("Heading in English"), [HEADING], filters=[one_line])
    lead_fr = TextAreaField(_l("First sentences in French"), [LEAD], filters=[stripped])
    lead_en = TextAreaField(_l("First sentences in English"), [LEAD], filters=[stripped])
    shown = HiddenField()

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, prefix="front-", meta=UNMARKED, **values)


def colours_now() -> ColoursForm:
    """As they are kept."""
    theme, own = site.current().theme, stored.read(site.COLOURS, {"dark": ""})
    return ColoursForm(
        formdata=None,
        light=theme.light.accent,
        dark=theme.dark.accent,
        own_dark=bool(own["dark"]),
        shown=settings.fingerprint(site.COLOURS),
    )


def logo_now() -> LogoForm:
    """As it is kept."""
    logo = site.current().logo
    return LogoForm(formdata=None, alone=bool(logo and logo.alone), shown=settings.fingerprint(site.LOGO))


def front_now() -> FrontForm:
    """As they are kept."""
    heading, lead = site.current().heading, site.current().lead
    words = {"heading_fr": heading.fr, "heading_en": heading.en, "lead_fr": lead.fr, "lead_en": lead.en}
    return FrontForm(formdata=None, shown=settings.fingerprint(site.FRONT), **words)


def derived(light: str) -> str:
    """The colour of the dark scheme that follows."""
    if light == HOUSE.light.accent:
        return HOUSE.dark.accent
    return accent.theme(accent.nearest(light, "light")).dark.accent


def _trial(colour: str, scheme: Scheme) -> Trial:
    light, dark = (colour, "") if scheme == "light" else (HOUSE.light.accent, colour)
    shades: Shades = getattr(accent.theme(light, dark), scheme)
    legible, nearest = accent.legibility(colour, scheme), accent.nearest(colour, scheme)
    return Trial(scheme, colour, legible, nearest, shades, accent.GROUNDS[scheme])


def _too_faint(trial: Trial) -> str:
    ratio = f"{min(trial.legible.on_page, trial.legible.on_button):.1f}"
    return str(_("%(colour)s can hardly be read here (%(ratio)s to 1, at least 4.5 is needed). The nearest that can: "
                 "%(nearest)s.", colour=trial.colour, ratio=ratio, nearest=trial.nearest))  # fmt: skip
