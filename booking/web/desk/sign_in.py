"""Signing in at the desk, by Flask-Security: what is switched on, and where its pages are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from flask import Flask, request
from flask_security import MailUtil, RoleMixin, Security, SQLAlchemyUserDatastore

from booking.config import Settings
from booking.persistence.db import db
from booking.persistence.organisers import Organiser, Passkey

PASSWORD_LENGTH: Final = 12


class NoRole(RoleMixin):
    """Flask-Security asks for a kind of role; ours are a column of the person."""


class LetterBox(MailUtil):
    """Mails of Flask-Security go where all mails go."""


def init_app(app: Flask, settings: Settings) -> None:
    """Registers Flask-Security's pages under /<lang>/desk."""
    app.config.update(
        SECURITY_URL_PREFIX="/<lang:lang>/desk",
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  the name of a method
        SECURITY_PASSWORD_LENGTH_MIN=PASSWORD_LENGTH,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_POST_LOGIN_VIEW="desk_today.index",
        SECURITY_POST_LOGOUT_VIEW="security.login",
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_FLASH_MESSAGES=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.base_url.startswith("https://"),
        REMEMBER_COOKIE_DURATION=timedelta(days=30),
    )
    with _confined_to_the_desk(app):
        Security(app, SQLAlchemyUserDatastore(db, Organiser, NoRole, Passkey), mail_util_cls=LetterBox)
    app.before_request(_announce_write)


def _announce_write() -> None:
    """Forms of Flask-Security write and commit by themselves: on SQLite their transaction must say so at its begin."""
    if (request.endpoint or "").startswith("security.") and request.method == "POST":
        db.session.connection(execution_options={"write": True})


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
