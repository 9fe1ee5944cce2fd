"""Countries of an invoice address, named in the page's language, the neighbours first."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

from babel import Locale
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import StringField, ValidationError
from wtforms.form import BaseForm
from wtforms.widgets import html_params

from booking.web.i18n import current_language

NEIGHBOURS: Final = ("CH", "LI", "FR", "DE", "AT", "IT")
NO_COUNTRIES: Final = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


def select(field: CountryField, **attributes: Any) -> Markup:
    """The widget: a select with every country."""
    opening = html_params(name=field.name, **{"id": field.id, **attributes})
    return Markup("<select {}>{}</select>").format(Markup(opening), _options(current_language(), field.data))  # noqa: S704


class CountryField(StringField):
    """An ISO code of two letters. Not a SelectField, which would write 250 options anew for every visitor: that was
    a quarter of the time of a booking."""

    widget = staticmethod(select)

    @property
    def named(self) -> str:
        """The country in the page's language."""
        return _names(current_language()).get(self.data or "", "")

    def pre_validate(self, form: BaseForm) -> None:
        """Raises ValidationError for what is not in the list."""
        if self.data not in _names(current_language()):
            raise ValidationError(_("Choose a country from the list."))


@lru_cache(maxsize=16)
def _options(language: str, chosen: str | None) -> Markup:
    option = Markup('<option value="{}"{}>{}</option>')
    selected = Markup(" selected")
    names = _names(language).items()
    return Markup("").join(option.format(code, selected if code == chosen else "", name) for code, name in names)


@lru_cache(maxsize=4)
def _names(language: str) -> dict[str, str]:
    names = {code: name for code, name in Locale(language).territories.items() if code.isalpha() and len(code) == 2}
    others = sorted(names.keys() - NO_COUNTRIES - {*NEIGHBOURS}, key=lambda code: _plain(names[code]))
    return {code: names[code] for code in (*NEIGHBOURS, *others)}


def _plain(name: str) -> str:
    """Without accents, to sort by: Égypte stands among the E."""
    return normalize("NFD", name).encode("ascii", "ignore").decode().lower()
