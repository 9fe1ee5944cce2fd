"""Who offers the classes: name, address, contact."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from stdnum.ch import uid as business_number
from stdnum.exceptions import ValidationError as NumberError
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from booking.adapters import clock
from booking.domain.errors import ChangedMeanwhile
from booking.domain.permission import Permission
from booking.persistence import site
from booking.services import settings
from booking.web.booking_forms import ADDRESS, LINE, NAME, SHORT, one_line
from booking.web.countries import CountryField
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.i18n import spoken
from booking.web.refusals import sentence

FIELDS: Final = (
    "name", "legal_form", "street", "house_number", "postcode", "town", "country", "email", "phone", "uid", "locale",
)  # fmt: skip

blueprint = desk_area("settings_identity", __name__)


class IdentityForm(FlaskForm):
    """`shown` is the fingerprint of what the form was filled from."""

    name = StringField(_l("Name"), [DataRequired(_l("Enter the name that you offer your classes under.")), NAME],
                       filters=[one_line])  # fmt: skip
    legal_form = StringField(_l("Legal form"), [NAME], filters=[one_line])
    street = StringField(_l("Street"), [DataRequired(_l("Enter the street.")), NAME], filters=[one_line])
    house_number = StringField(_l("Number"), [SHORT], filters=[one_line])
    postcode = StringField(_l("Postcode"), [DataRequired(_l("Enter the postcode.")), SHORT], filters=[one_line])
    town = StringField(_l("Town"), [DataRequired(_l("Enter the town.")), NAME], filters=[one_line])
    country = CountryField(_l("Country"), default="CH")
    email = EmailField(
        _l("E-mail address"),
        [DataRequired(_l("Enter an e-mail address: participants write to it, and your copies go there.")), ADDRESS],
        filters=[one_line],
    )
    phone = TelField(_l("Telephone"), [LINE], filters=[one_line], render_kw={"inputmode": "tel"})
    uid = StringField(_l("Business number (UID)"), [LINE], filters=[one_line])
    locale = RadioField(
        _l("Language of your copies"), choices=lambda: [SelectChoice(*pair) for pair in spoken().items()]
    )
    shown = HiddenField()

    def validate_uid(self, field: Any) -> None:
        """Written as the register does, or refused."""
        field.data = uid_of(field.data)


def uid_of(typed: str | None) -> str:
    """A Swiss business number as CHE-123.456.788; '' for none. Raises ValidationError."""
    if not typed:
        return ""
    try:
        return str(business_number.format(business_number.validate(typed)))
    except NumberError:
        raise ValidationError(_("This number has a typing error. It looks like CHE-123.456.788.")) from None


@blueprint.get("/settings/identity")
@needs(Permission.SETTINGS)
def edit() -> str:
    """The form, as it stands."""
    return _page(IdentityForm(data=asdict(site.current().organiser) | {"shown": settings.fingerprint(site.IDENTITY)}))


@blueprint.post("/settings/identity")
@needs(Permission.SETTINGS)
def change() -> str | Response:
    """Everything that is written from now on carries it."""
    form = IdentityForm()
    if not form.validate():
        return _page(form)
    try:
        settings.identify({name: form[name].data for name in FIELDS}, form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.IDENTITY)
        return _page(form, sentence(refusal))
    return done(
        _("Saved. Pages, mails and new documents carry it; documents that you issued stay as they are."),
        "desk_settings_identity.edit",
    )


def _page(form: IdentityForm, problem: str | None = None) -> str:
    return render_template("desk/settings/identity.html", form=form, problem=problem)
