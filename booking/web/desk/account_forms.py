"""Forms of people about themselves: coming in for the first time, name, language, address."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user, verify_password
from flask_security.proxies import _security
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length

from booking.web.booking_forms import ADDRESS, NAME, one_line
from booking.web.i18n import spoken

LONG: Final = Length(max=250, message=_l("Enter at most 250 characters."))


def name_field() -> StringField:
    return StringField(
        _l("Name"),
        [DataRequired(_l("Enter first and last name.")), NAME],
        filters=[one_line],
        render_kw={"autocomplete": "name"},
    )


def email_field() -> EmailField:
    return EmailField(
        _l("E-mail address"),
        [DataRequired(_l("Enter an e-mail address.")), ADDRESS, LONG],
        filters=[one_line],
        render_kw={"autocomplete": "email"},
    )


def language_field() -> RadioField:
    return RadioField(_l("Language of the desk and of mails"), choices=_languages)


def _languages() -> list[SelectChoice]:
    return [SelectChoice(*pair) for pair in spoken().items()]


class AccountForm(FlaskForm):
    """Name and language."""

    name = name_field()
    locale = language_field()


class PasswordForm(FlaskForm):
    """A password, chosen for the first time."""

    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )
    password_confirm = PasswordField(
        _l("The same once more"),
        [EqualTo("password", _l("The two passwords are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """The rules of all passwords (sign_in_forms.py); the field's `data` becomes what is to be hashed."""
        if not super().validate(extra_validators):
            return False
        wrong, self.password.data = _security.password_util.validate(self.password.data, False, user=None)
        self.password.errors = wrong or []
        return not wrong


class InvitedForm(AccountForm, PasswordForm):
    """Who was invited."""


class FirstOwnerForm(AccountForm, PasswordForm):
    """Who comes first."""

    email = email_field()


class AddressForm(FlaskForm):
    """A new e-mail address, and that it is really this person who wants it."""

    email = email_field()
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        typed = _security.password_util.normalize(self.password.data or "")
        if fine and not verify_password(typed, current_user.password):
            self.password.errors = [_("This is not your password.")]
            fine = False
        return fine
