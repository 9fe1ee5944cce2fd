"""Signing in at the desk, by Flask-Security: what is switched on, and where its pages are.

Its pages are ours (templates/security), its sentences too (sign_in_words.py), its mails are letters like all others and
its sessions are rows that can be ended (presence.py).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, Final

from flask import Flask, abort, g, request
from flask_security import Security, login_user
from werkzeug.wrappers import Response

from booking.adapters import clock, demo_people
from booking.config import Settings, current
from booking.persistence import organisers, sign_ins
from booking.persistence.organisers import Organiser
from booking.persistence.transaction import atomic
from booking.web.desk import presence, sign_in_limits
from booking.web.desk.people_forms import ROLES
from booking.web.desk.sign_in_forms import (
    SHORTEST_PASSWORD,
    CodeForm,
    Codes,
    ForgottenForm,
    PasskeyForm,
    Passkeys,
    Passwords,
    RecoveryCodes,
    RecoveryForm,
    RescueForm,
    SecondFactorForm,
    SignInForm,
)
from booking.web.desk.sign_in_words import MESSAGES, label_forms
from booking.web.translations import FOLDER

FRESH: Final = timedelta(hours=1)  # so long after signing in, one may change how one signs in
ADDRESSES: Final = {
    "LOGIN": "/sign-in",
    "LOGOUT": "/sign-out",
    "TWO_FACTOR_TOKEN_VALIDATION": "/sign-in/code",
    "MULTI_FACTOR_RECOVERY": "/sign-in/recovery-code",
    "WAN_SIGNIN": "/sign-in/passkey",
    "RESET": "/password",
    "CHANGE": "/account/password",
    "VERIFY": "/account/confirmation",
    "WAN_VERIFY": "/account/confirmation/passkey",
    "TWO_FACTOR_SETUP": "/account/second-factor",
    "MULTI_FACTOR_RECOVERY_CODES": "/account/recovery-codes",
    "WAN_REGISTER": "/account/passkeys",
    "WAN_DELETE": "/account/passkeys/removal",
}
# Ways in that we do not offer: codes by mail, a choice between second factors, setting up without a session.
CLOSED: Final = ("two_factor_rescue", "tf_select", "two_factor_setup_validate")


def init_app(app: Flask, settings: Settings) -> None:
    """Registers Flask-Security's pages under /<lang>/desk."""
    app.config.update(_switches(settings))
    app.config.update({f"SECURITY_{name}_URL": address for name, address in ADDRESSES.items()})
    app.config.update({f"SECURITY_MSG_{name}": words for name, words in MESSAGES.items()})
    app.before_request(_begin)  # before Flask-Security, which reads
    app.after_request(_end)
    app.teardown_request(_undo)
    with _confined_to_the_desk(app):
        security = Security(
            app,
            organisers.datastore(),
            login_form=SignInForm,
            forgot_password_form=ForgottenForm,
            two_factor_setup_form=SecondFactorForm,
            two_factor_verify_code_form=CodeForm,
            two_factor_rescue_form=RescueForm,
            mf_recovery_form=RecoveryForm,
            wan_register_form=PasskeyForm,
            password_util_cls=Passwords,
            totp_cls=Codes,
            webauthn_util_cls=Passkeys,
            mf_recovery_codes_util_cls=RecoveryCodes,
        )
    label_forms(security)
    security.login_context_processor(_who_there_is)
    presence.init_app(app, security)
    sign_in_limits.init_app(app)
    for name in CLOSED:
        app.view_functions[f"security.{name}"] = _nothing_here


def _switches(settings: Settings) -> dict[str, Any]:
    key = base64.b64encode(hashlib.sha256(f"second factor {settings.secret_key}".encode()).digest()).decode()
    on = ("RECOVERABLE", "CHANGEABLE", "TWO_FACTOR", "MULTI_FACTOR_RECOVERY_CODES", "WEBAUTHN", "FLASH_MESSAGES",
          "RETURN_GENERIC_RESPONSES", "WAN_ALLOW_AS_FIRST_FACTOR", "WAN_ALLOW_AS_MULTI_FACTOR")  # fmt: skip
    off = ("JOIN_USER_ROLES", "SEND_PASSWORD_RESET_EMAIL", "SEND_PASSWORD_CHANGE_EMAIL",
           "SEND_PASSWORD_RESET_NOTICE_EMAIL", "TWO_FACTOR_RESCUE_EMAIL", "WAN_ALLOW_USER_HINTS",
           "CLI_USERS_NAME", "CLI_ROLES_NAME")  # fmt: skip
    return {
        **{f"SECURITY_{name}": True for name in on},
        **{f"SECURITY_{name}": False for name in off},
        "SECURITY_URL_PREFIX": "/<lang:lang>/desk",
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(FOLDER)],
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_CACHE_CONTROL": None,  # as on all pages of one person (security.py)
        "SECURITY_DATETIME_FACTORY": lambda: clock.now(),
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},  # asks nobody on the network
        "SECURITY_PASSWORD_SALT": settings.secret_key,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],  # a changed secret key must not cost everybody the password
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": FRESH / 4,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(days=1),
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # seconds that a clock may be wrong
        "SECURITY_TOTP_SECRETS": {"1": key},
        "SECURITY_TOTP_ISSUER": "Atelier",  # Codes names the organiser
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_WAN_RP_NAME": "Atelier",
        "SECURITY_INPUT_NORMALIZE_FORM": "NFC",  # names of passkeys, as they were typed
        "SECURITY_WAN_ALLOW_AS_VERIFY": ["first"],
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=3),
        "SECURITY_POST_LOGIN_VIEW": "desk_home.index",
        "SECURITY_POST_LOGOUT_VIEW": "security.login",
        "SECURITY_POST_VERIFY_VIEW": "desk_account.show",
        "SECURITY_POST_CHANGE_VIEW": "desk_account.show",
        "SECURITY_POST_RESET_VIEW": "security.login",
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "desk_account.after_second_factor",
        "SECURITY_WAN_POST_REGISTER_VIEW": "desk_account.show",
        "SESSION_REFRESH_EACH_REQUEST": False,  # else public pages would renew the cookie, for all their readers
        "PERMANENT_SESSION_LIFETIME": sign_ins.LASTING,
    }


def _who_there_is() -> dict[str, Any]:
    """What the sign-in page says besides: that nobody has an account, or whom one can be in the demonstration."""
    in_demo = current().demo
    return {
        "nobody_yet": not organisers.any_at_all(),
        "demo_people": demo_people.PEOPLE if in_demo else (),
        "demo_password": demo_people.PASSWORD,
        "roles": dict(ROLES),
    }


def let_in(person: Organiser) -> None:
    """Signs in, outside Flask-Security's own pages, somebody who has just proved who it is by link and password."""
    with atomic():
        login_user(person, authn_via=["password"])


def _begin() -> None:
    """A form of Flask-Security is one transaction, which takes the right to write at its beginning: it commits by
    itself, what we add does not, and on SQLite whoever reads first may not get to write."""
    if (request.endpoint or "").startswith("security.") and request.method == "POST":
        if request.is_json:  # the limits count what forms say
            abort(400)
        g.security = ExitStack()
        g.security.enter_context(atomic())


def _end(response: Response) -> Response:
    if "security" in g:
        g.pop("security").close()
    return response


def _undo(error: BaseException | None) -> None:
    if "security" in g:
        g.pop("security").__exit__(type(error), error, None)


def _nothing_here(**_arguments: str) -> Response:
    abort(404)


@contextmanager
def _confined_to_the_desk(app: Flask) -> Iterator[None]:
    """What is registered inside for every request runs on the desk's alone: looking for somebody who is signed in reads
    the session, and a page that reads it is no longer the same for everybody."""
    everywhere: list[tuple[list[Any], Any]] = [
        (app.before_request_funcs.setdefault(None, []), None),
        (app.after_request_funcs.setdefault(None, []), None),
        (app.template_context_processors[None], {}),
    ]
    before = [len(functions) for functions, _nothing in everywhere]
    yield
    for (functions, nothing), known in zip(everywhere, before, strict=True):
        functions[known:] = [_at_the_desk(function, nothing) for function in functions[known:]]


def _at_the_desk(function: Callable[..., Any], nothing: Any) -> Callable[..., Any]:
    """`function` on pages of the desk; elsewhere the response it was given comes back, or `nothing`."""

    def confined(*response: Any) -> Any:
        if is_desk(request.endpoint):
            return function(*response)
        return response[0] if response else nothing

    return confined


def is_desk(endpoint: str | None) -> bool:
    """Whether an endpoint is of the desk or of signing in there."""
    return (endpoint or "").startswith(("desk_", "security."))
