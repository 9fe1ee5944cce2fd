"""Headers, form tokens and limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Flask, abort, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from booking.config import Settings

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")

# Nothing inline and nothing from elsewhere, so the policy is static and needs no nonce.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
)


def init_app(app: Flask, settings: Settings) -> None:
    """Turns the guards on."""
    https = settings.base_url.startswith("https://")
    app.config.update(
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser's session: a page left open overnight still works
        WTF_CSRF_SSL_STRICT=https,
        # WTForms' own words, read from disk at each request; what a person can do wrong is said in ours.
        WTF_I18N_ENABLED=False,
    )
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.config["CONTENT_SECURITY_POLICY"] = POLICY.format(forms=" ".join(_form_targets(settings)))
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_readable)
    app.after_request(_headers)


def _readable() -> None:
    """No page has a NUL in its address, and PostgreSQL cannot even be asked for one."""
    if "\0" in request.path:
        abort(404)


def _form_targets(settings: Settings) -> Iterator[str]:
    """Where our forms may lead, redirects included: here, and to the payment provider's page."""
    yield "'self'"
    if settings.stripe.secret_key:
        yield "https://checkout.stripe.com"
    if settings.stripe.api_base:  # a stand-in's page may be anywhere; never together with a live key
        yield from ("http:", "https:")


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", current_app.config["CONTENT_SECURITY_POLICY"])
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Addresses of manage pages are keys: they are never told to another site.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not response.cache_control.public:
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response
