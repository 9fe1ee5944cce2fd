"""The organiser's colours as a stylesheet, and the logo: each under an address that changes with it, kept for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from flask import Blueprint, Flask, abort, url_for
from werkzeug.wrappers import Response

from booking.domain.accent import HOUSE, Theme
from booking.persistence import site

FOREVER: Final = 365 * 24 * 3600  # seconds
PROPERTIES: Final = {"accent": "accent", "accent-strong": "strong", "on-accent": "on", "accent-wash": "wash"}

blueprint = Blueprint("look", __name__)


def init_app(app: Flask) -> None:
    """Gives templates `theme_address()` and `logo_address()`."""
    app.jinja_env.globals.update(theme_address=theme_address, logo_address=logo_address)
    app.register_blueprint(blueprint)


def theme_address() -> str:
    """Where the stylesheet of the organiser's colours is; '' for the house's, which need none."""
    theme = site.last_known().theme
    return "" if theme == HOUSE else url_for("look.theme", digest=_digest(theme))


def logo_address() -> str:
    """Where the logo is; '' without one."""
    logo = site.last_known().logo
    return url_for("look.logo", digest=logo.digest) if logo else ""


@blueprint.get("/site-theme/<digest>.css")
def theme(digest: str) -> Response:
    """The colours of today; under an old address they are not kept."""
    current = site.current().theme
    return _kept(Response(stylesheet(current), mimetype="text/css"), digest == _digest(current))


@blueprint.get("/site-logo/<digest>")
def logo(digest: str) -> Response:
    """The logo of today."""
    current = site.current().logo or abort(404)
    return _kept(Response(current.body, mimetype=current.mimetype), digest == current.digest)


@lru_cache(maxsize=4)
def stylesheet(theme: Theme) -> str:
    """What replaces the accent of 00-palette.css."""
    values = (
        f"--{name}:light-dark({getattr(theme.light, part)},{getattr(theme.dark, part)})"
        for name, part in PROPERTIES.items()
    )
    return f"@layer base{{:root{{{';'.join(values)}}}}}"


def _digest(theme: Theme) -> str:
    return hashlib.sha256(stylesheet(theme).encode()).hexdigest()[:12]


def _kept(response: Response, current: bool) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = FOREVER if current else 60
    response.cache_control.immutable = current
    return response
