"""How often somebody may try to get in: by address, and by account for browsers that the account does not know, so that
a stranger's tries never lock anybody out of the own browser."""

from __future__ import annotations

import time
from typing import Any, Final

from flask import Flask, request, session
from flask_babel import lazy_gettext, ngettext
from flask_limiter import RequestLimit
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from booking.web import errors
from booking.web.desk import browsers
from booking.web.errors import Words
from booking.web.security import limiter

BY_ADDRESS: Final = "40 per 10 minutes"  # of a form; several people may share an address
BY_ACCOUNT: Final = "10 per 15 minutes"  # of a form that was refused
WORDS: Final = Words(lazy_gettext("One moment, please"), lazy_gettext("This was tried too often."))


def init_app(app: Flask) -> None:
    """Every form of Flask-Security, each counted by itself."""
    forms: Any = app.blueprints["security"]
    posted: dict[str, Any] = {"methods": ["POST"], "on_breach": _too_many}
    limiter.limit(BY_ADDRESS, key_func=get_remote_address, **posted)(forms)
    limiter.limit(BY_ACCOUNT, key_func=_account, deduct_when=_was_refused, **posted)(forms)


def _account() -> str:
    """Whose door is knocked at, and whether by a browser known there."""
    email = request.form.get("email", "").strip().lower()
    if email:
        return f"{email} {browsers.is_known_for(email)}"
    whom = session.get("tf_user_id") or session.get("_user_id")
    return str(whom or get_remote_address())


def _was_refused(response: Response) -> bool:
    """The form came back; what was accepted leads elsewhere."""
    return response.status_code == 200


def _too_many(limit: RequestLimit) -> Response:
    seconds = max(1, round(limit.reset_at - time.time()))
    minutes = -(-seconds // 60)
    text = ngettext(
        "Too many attempts were made here. Wait for a minute, then try again.",
        "Too many attempts were made here. Wait for %(num)d minutes, then try again.",
        minutes,
    )
    response = errors.page(429, WORDS, text)
    response.headers["Retry-After"] = str(seconds)
    return response
