"""Who is at the desk, and in which browser. Flask-Security says who comes and goes; here it is written down, and what
was written down decides: a sign-in that was ended opens nothing, whatever its cookie says."""

from __future__ import annotations

import secrets
from typing import Any, Final

import flask_security as fs
from flask import Flask, after_this_request, g, request, session
from flask_login import user_logged_out
from flask_security import Security, hash_password
from flask_security.signals import reset_password_instructions_sent
from flask_security.utils import set_request_attr

from booking.adapters import clock
from booking.domain.actor import at_the_desk
from booking.persistence import desk_letters, journal, sign_ins
from booking.persistence.organisers import Organiser
from booking.persistence.sign_ins import Present
from booking.services import account
from booking.web.desk import browsers

SECRET: Final = "sign_in"  # noqa: S105  where the session keeps the secret of this browser's sign-in


def init_app(app: Flask, security: Security) -> None:
    """Who is signed in is asked here from now on; nobody comes in by a token in an address or a header."""
    security.login_manager.user_loader(_load)
    security.login_manager.request_loader(lambda _request: None)
    security.want_json(lambda _request: False)
    heard = {
        fs.user_authenticated: _signed_in,
        user_logged_out: _signed_out,
        reset_password_instructions_sent: _password_forgotten,
        fs.password_reset: _password_reset,
        fs.password_changed: _password_changed,
        fs.tf_profile_changed: _second_factor_on,
        fs.tf_disabled: _second_factor_off,
        fs.wan_registered: _passkey_added,
        fs.wan_deleted: _passkey_removed,
    }
    for signal, listener in heard.items():
        signal.connect(listener, app)


def present() -> Present:
    """Who is at the desk, on a page that the guard has opened."""
    found: Present = g.present
    return found


def note_seen() -> None:
    """Every few minutes, that this browser is in use. Its cookie lasts on from then, too."""
    now = clock.now()
    if now - present().sign_in.seen_at >= sign_ins.SEEN_EVERY:
        session.modified = True
        account.seen(present().sign_in.id, now)


def _load(uniquifier: str) -> Organiser | None:
    """Flask-Login's question: whose session is this?"""
    found = sign_ins.present(uniquifier, session.get(SECRET, ""), clock.now())
    if found is None:
        return None
    g.present = found
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))  # when it was last shown who this is
    return found.person


# Listeners. Each runs inside the transaction of the form that was sent (sign_in.py).


def _signed_in(_app: Flask, user: Organiser, authn_via: list[str] | None = None, **_more: Any) -> None:
    """A new sign-in for this browser; the person is told if it is a strange one."""
    if authn_via == ["change"]:  # the password was changed in this browser, which stays
        return
    now, secret = clock.now(), secrets.token_urlsafe(32)
    strange = not browsers.is_known_for(user.email) and sign_ins.ever(user.id)
    # Flask-Login's own cookie, which nothing here could end, is not used: the session itself lasts.
    lasting = session.pop("_remember", "") == "set"
    session[SECRET], session.permanent = secret, lasting
    row = sign_ins.begin(user.id, secret, browsers.device(), lasting, now)
    journal.note("signed_in", at_the_desk(user.id), now)
    if strange:
        desk_letters.post("new_device", user.id, now, sign_in_id=row.id)
    if request.endpoint == "security.mf_recovery":
        _tell(user, "recovery_code_used")
    email = user.email
    after_this_request(lambda response: browsers.remember(response, email))


def _signed_out(_app: Flask, user: Organiser, **_more: Any) -> None:
    session.pop(SECRET, None)
    if "present" in g:
        sign_ins.end(user.id, clock.now(), only=g.present.sign_in.id)
        journal.note("signed_out", at_the_desk(user.id), clock.now())


def _password_forgotten(_app: Flask, user: Organiser, **_more: Any) -> None:
    """Takes as long as for an address that nobody has, where Flask-Security hashes something for that reason."""
    hash_password(secrets.token_urlsafe())
    desk_letters.post("password_reset", user.id, clock.now())


def _password_reset(_app: Flask, user: Organiser, **_more: Any) -> None:
    sign_ins.end(user.id, clock.now())
    _tell(user, "password_changed")


def _password_changed(_app: Flask, user: Organiser, **_more: Any) -> None:
    sign_ins.end(user.id, clock.now(), but=present().sign_in.id)
    _tell(user, "password_changed")


def _second_factor_on(_app: Flask, user: Organiser, **_more: Any) -> None:
    _tell(user, "second_factor_on")


def _second_factor_off(_app: Flask, user: Organiser, **_more: Any) -> None:
    user.mf_recovery_codes = user.tf_last_counter = None
    _tell(user, "second_factor_off")


def _passkey_added(_app: Flask, user: Organiser, **_more: Any) -> None:
    _tell(user, "passkey_added")


def _passkey_removed(_app: Flask, user: Organiser, **_more: Any) -> None:
    _tell(user, "passkey_removed")


def _tell(user: Organiser, what: str) -> None:
    """Writes down what somebody changed about signing in, and mails it: it might not have been this person."""
    now = clock.now()
    journal.note(what, at_the_desk(user.id), now)
    desk_letters.post("account_changed", user.id, now, what=what)
