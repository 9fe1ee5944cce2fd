"""Where Flask-Security's forms and factors differ from its own: what a password may be, codes that count once, recovery
codes of which only digests are kept, passkeys that are enough by themselves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
from typing import Any, Final

import segno
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import (
    ForgotPasswordForm,
    LoginForm,
    MfRecoveryCodesUtil,
    MfRecoveryForm,
    PasswordUtil,
    Totp,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    WebAuthnRegisterForm,
    WebauthnUtil,
)
from flask_security.forms import EmailValidation, email_required, valid_user_email
from flask_security.utils import validate_redirect_url
from passlib.totp import TotpMatch
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from wtforms import EmailField, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired

from booking.config import current
from booking.persistence import site
from booking.persistence.organisers import Organiser
from booking.web.booking_forms import one_line

SHORTEST_PASSWORD: Final = 12
FEWEST_SIGNS: Final = 5  # different ones in a password


class SignInForm(LoginForm):
    email = EmailField(validators=[email_required, EmailValidation(verify=False)], filters=[one_line])

    def validate_next(self, field: Any) -> None:
        """A page to go on to that is none of ours is forgotten."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""


def _code_field(hint: str) -> StringField:
    return StringField(
        validators=[DataRequired(_l("Enter the code."))],
        filters=[one_line, lambda code: code.replace(" ", "").lower()],
        render_kw={"autocomplete": hint, "autocapitalize": "off", "spellcheck": "false"},
    )


class CodeForm(TwoFactorVerifyCodeForm):
    code = _code_field("one-time-code")


class RecoveryForm(MfRecoveryForm):
    code = _code_field("off")


class ForgottenForm(ForgotPasswordForm):
    email = EmailField(validators=[email_required, EmailValidation(verify=False), valid_user_email], filters=[one_line])


# Choices that a person has not with us; those of the library are of a kind that WTForms gives up.


class SecondFactorForm(TwoFactorSetupForm):
    setup = HiddenField()


class RescueForm(TwoFactorRescueForm):
    help_setup = RadioField(choices=[])


class PasskeyForm(WebAuthnRegisterForm):
    usage = HiddenField(default="first")

    def validate(self, **arguments: Any) -> bool:
        """A passkey is never a mere second factor: it needs finger, face or PIN, and is two in one."""
        self.usage.data = "first"
        return bool(super().validate(**arguments))


class Passwords(PasswordUtil):
    """Long, and not made of what everybody knows of the person. Nothing is asked of any service."""

    def validate(self, password: str, is_register: bool, **facts: Any) -> tuple[list[str] | None, str]:
        """What is wrong with the password, and the password as it is kept."""
        wrong, kept = super().validate(password, is_register, **facts)
        if not wrong and _is_obvious(kept.lower(), facts.get("user")):
            wrong = [_("Too easy to guess. Take several words that have nothing to do with you or this site.")]
        return wrong, kept


def _is_obvious(password: str, person: Organiser | None) -> bool:
    known = [site.current().organiser.name]
    if person is not None:
        known += [person.email, person.email.partition("@")[0], person.name]
    rest = password
    for words in known:
        for word in [words.lower(), *words.lower().split()]:
            rest = rest.replace(word, "") if len(word) > 2 else rest
    return len(set(password)) < FEWEST_SIGNS or len(rest) < SHORTEST_PASSWORD // 2


class Codes(Totp):
    """Codes of an app: each counts once, the address to scan names the organiser of today."""

    def get_last_counter(self, user: Any) -> int | None:
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        user.tf_last_counter = tmatch.counter

    def get_totp_uri(self, username: str, totp_secret: str) -> str:
        uri: str = self._totp.from_source(totp_secret).to_uri(username, issuer=site.current().organiser.known_as)
        return uri

    def generate_qrcode(self, username: str, totp: str) -> str:
        """As a picture inside the page, so that no address shows the secret."""
        picture = io.BytesIO()
        segno.make(self.get_totp_uri(username, totp), error="m").save(picture, kind="svg", border=4, light="#fff")
        return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"


class RecoveryCodes(MfRecoveryCodesUtil):
    """Shown once, when they are made; what is kept are digests that need the secret key to be tried out."""

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [_digest(code) for code in codes]

    def check_recovery_code(self, user: Any, code: str) -> bool:
        return _digest(code) in self.get_recovery_codes(user)

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        return bool(super().delete_recovery_code(user, _digest(code)))


def _digest(code: str) -> str:
    return hmac.new(current().secret_key.encode(), f"recovery {code}".encode(), hashlib.sha256).hexdigest()


class Passkeys(WebauthnUtil):
    """Kept by the device and unlocked by finger, face or PIN: two factors in one, without typing an address."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        return UserVerificationRequirement.REQUIRED
