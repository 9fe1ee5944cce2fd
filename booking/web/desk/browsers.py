"""Browsers at the door of the desk: what they are called, and which people have signed in with them before."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from booking.config import current

COOKIE: Final = "desk_browser"
AGE: Final = 400 * 24 * 3600  # seconds; browsers keep no cookie longer
MOST: Final = 12  # people that one browser is known for
# In this order: each says it is also one of those below it.
PROGRAMS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device() -> str:
    """'Firefox, Android'; '' when the browser does not say."""
    told = request.headers.get("User-Agent", "")
    found = (next((name for sign, name in names if sign in told), "") for names in (PROGRAMS, SYSTEMS))
    return ", ".join(name for name in found if name)


def is_known_for(email: str) -> bool:
    """Whether the person with this address has signed in with this browser before."""
    return _mark(email) in _marks()


def remember(response: Response, email: str) -> Response:
    """Lets the browser tell next time that it is known."""
    marks = [_mark(email), *(mark for mark in _marks() if mark != _mark(email))][:MOST]
    secure = current().base_url.startswith("https://")
    value = _signer().dumps(marks)
    response.set_cookie(COOKIE, value, max_age=AGE, samesite="Lax", secure=secure, httponly=True)
    return response


def _marks() -> list[str]:
    try:
        marks: list[str] = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadData:
        return []
    return marks


def _mark(email: str) -> str:
    """Tells nobody who it stands for."""
    key = current().secret_key.encode()
    return hmac.new(key, f"browser {email.strip().lower()}".encode(), hashlib.sha256).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current().secret_key, salt="desk-browser")
