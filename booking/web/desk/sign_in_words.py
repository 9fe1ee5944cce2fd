"""What Flask-Security says, in our words and through our catalogue: its own come in other tones and typographies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_security import FormInfo, Security


def N_(sentence: str) -> str:
    """Marks a sentence for translation; Flask-Security looks it up when it says it."""
    return sentence


REFUSED: Final = N_("E-mail address and password do not fit together. Check both, and try again.")
STRANGE_PASSKEY: Final = N_("No account here knows this passkey. Sign in with your password.")
# By the name of Flask-Security's own sentence, and the kind of notice it is shown as.
MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "API_ERROR": (N_("Something in what was sent could not be read. Try again."), "error"),
    "UNAUTHENTICATED": (N_("Sign in first."), "info"),
    "UNAUTHORIZED": (N_("Your account may not open this page."), "error"),
    "REAUTHENTICATION_REQUIRED": (N_("Before you change this, show once more that it is you."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you, you can go on."), "success"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "info"),
    "INVALID_REDIRECT": (N_("The page you came from is not part of this site."), "error"),
    # Signing in: one answer for an unknown address, a wrong password and an account that is not active.
    "GENERIC_AUTHN_FAILED": (REFUSED, "error"),
    "USER_DOES_NOT_EXIST": (REFUSED, "error"),
    "DISABLED_ACCOUNT": (REFUSED, "error"),
    "EMAIL_NOT_PROVIDED": (N_("Enter your e-mail address."), "error"),
    "INVALID_EMAIL_ADDRESS": (
        N_("This e-mail address is not complete: enter it as in name@example.org."),
        "error",
    ),
    "PASSWORD_NOT_PROVIDED": (N_("Enter your password."), "error"),
    "INVALID_PASSWORD": (N_("This is not your password."), "error"),
    # Choosing a password
    "PASSWORD_INVALID_LENGTH": (N_("Use between %(length)s and 128 characters."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords are not the same."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("This is your password already: choose another one."), "error"),
    "PASSWORD_CHANGE": (
        N_("Your password is changed, and you are signed out in all other browsers."),
        "success",
    ),
    "PASSWORD_RESET_REQUEST": (
        N_("If %(email)s has an account here, a link to choose a new password is on its way. It is valid for a day."),
        "success",
    ),
    "PASSWORD_RESET_EXPIRED": (N_("This link is more than a day old. Ask for another one."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        N_("This link was used already, or is not complete. Ask for another one."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your new password is set. Sign in with it."), "success"),
    # The second factor
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("This code does not fit. Enter the one that the app shows now; each counts for half a minute, and once."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        N_("From now on, signing in with your password also asks for a code."),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("This took too long, or was begun elsewhere. Sign in again."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("This is not possible here."), "error"),
    "TWO_FACTOR_DISABLED": (N_("From now on, your password alone signs you in."), "success"),
    "INVALID_RECOVERY_CODE": (N_("This is not one of your recovery codes, or it was used already."), "error"),
    "NO_RECOVERY_CODES_SETUP": (N_("You have no recovery codes yet."), "info"),
    # Passkeys
    "WEBAUTHN_EXPIRED": (N_("This took too long. Begin again."), "error"),
    "WEBAUTHN_NAME_REQUIRED": (N_("Give the passkey a name, so that you know it again."), "error"),
    "WEBAUTHN_NAME_INUSE": (N_("You have a passkey named %(name)s already."), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (N_("You have no passkey named %(name)s."), "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (N_("Use letters, digits, spaces and hyphens only."), "error"),
    "INVALID_INPUT": (N_("Use letters, digits, spaces and hyphens only."), "error"),
    "INVALID_INPUT_LENGTH": (N_("Enter at most 64 characters."), "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": (N_("The passkey %(name)s no longer signs you in."), "success"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("From now on, the passkey %(name)s signs you in."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("This passkey is in use already."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (STRANGE_PASSKEY, "error"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (STRANGE_PASSKEY, "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (STRANGE_PASSKEY, "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (N_("This passkey belongs to another account."), "error"),
    "WEBAUTHN_NO_VERIFY": (N_("The passkey could not be checked. Try again, or use your password."), "error"),
}

EMAIL: Final = {"email": _l("E-mail address")}
TWICE: Final = _l("The same once more")
LABELS: Final[Mapping[str, Mapping[str, LazyString]]] = {
    "login_form": {**EMAIL, "password": _l("Password"), "remember": _l("Stay signed in here for 30 days")},
    "forgot_password_form": EMAIL,
    "reset_password_form": {"password": _l("New password"), "password_confirm": TWICE},
    "change_password_form": {
        "password": _l("Your password until now"),
        "new_password": _l("New password"),
        "new_password_confirm": TWICE,
    },
    "verify_form": {"password": _l("Password")},
    "two_factor_verify_code_form": {"code": _l("Code from the app")},
    "mf_recovery_form": {"code": _l("Recovery code")},
    "wan_register_form": {"name": _l("Name of the passkey")},
}


def label_forms(security: Security) -> None:
    """Gives the fields of Flask-Security's forms our labels."""
    for name, labels in LABELS.items():
        security.set_form_info(name, FormInfo(instantiator=_labelled(labels), cls=security.forms[name].cls))


def _labelled(labels: Mapping[str, LazyString]) -> Any:
    def instantiate(_name: str, cls: type[Any], *args: Any, **kwargs: Any) -> Any:
        form = cls(*args, **kwargs)
        for field, label in labels.items():
            form[field].label.text = label
        return form

    return instantiate
