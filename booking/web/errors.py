"""When something cannot be done: pages that say so in the reader's language, and what to do instead.

None of them needs the database.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from flask import Flask, current_app, render_template, request
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from booking.domain.errors import NotFound, Refusal
from booking.web.refusals import sentence, status


class Words(NamedTuple):
    """What a page of errors says."""

    title: LazyString
    text: LazyString


WORDS: Final[dict[int, Words]] = {
    400: Words(
        lazy_gettext("We could not read this request"),
        lazy_gettext("Something in it was incomplete. Go back, and send it again."),
    ),
    403: Words(
        lazy_gettext("This page is not for you"),
        lazy_gettext("Your account may not open it. If your work needs it, ask an owner of this site."),
    ),
    404: Words(
        lazy_gettext("There is no page at this address"),
        lazy_gettext("It may have moved, or the address has a typing error. The coming dates are one click away."),
    ),
    405: Words(
        lazy_gettext("This page cannot be opened like that"),
        lazy_gettext("It answers a form. Go back to the page before it, and press its button again."),
    ),
    409: Words(
        lazy_gettext("This cannot be done now"),
        lazy_gettext("Something changed in the meantime. Go back, and look at the page again."),
    ),
    410: Words(
        lazy_gettext("This class is no longer offered"),
        lazy_gettext("It has taken place. Look at what is coming, there may be another one for you."),
    ),
    413: Words(
        lazy_gettext("This is too long for us"),
        lazy_gettext("What you sent is larger than a form can be. Go back, and shorten the longest answer."),
    ),
    429: Words(
        lazy_gettext("One moment, please"),
        lazy_gettext("Too many requests came from your connection. Wait a minute, then try again."),
    ),
    500: Words(
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext("It is not your fault, and it was noted. Try again in a moment. If it happens again, tell us."),
    ),
    503: Words(
        lazy_gettext("One moment, please"),
        lazy_gettext("A service that we need does not answer. Nothing is lost: try again in a moment."),
    ),
}  # fmt: skip
CSRF_WORDS: Final = Words(
    lazy_gettext("This form was open for too long"),
    lazy_gettext("Nothing was sent. Go back, reload the page, and press its button again."),
)  # fmt: skip
# The page of last resort, should even the template fail.
PLAIN: Final = (
    "<!doctype html><html lang='fr'><meta charset='utf-8'><title>500</title><h1>Une erreur est survenue</h1>"
    "<p>Merci de réessayer dans un instant.</p><p lang='en'>Something went wrong. Please try again in a moment.</p>"
)


def init_app(app: Flask) -> None:
    """Registers a page for every error and every refusal that a view lets through."""
    app.register_error_handler(HTTPException, show_error)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(Refusal, show_refusal)
    app.log_exception = log_exception  # type: ignore[method-assign]


def log_exception(exc_info: Any) -> None:
    """A defect with its trace, by endpoint: the path of a booking's page is the key to it and is not written down."""
    current_app.logger.error("Exception in %s %s", request.method, request.endpoint, exc_info=exc_info)


def show_error(error: HTTPException) -> Response:
    """The page of a status; redirects pass."""
    code = error.code or 500
    if code < 400 or error.response is not None:  # a limit brings its page along
        return error.get_response()
    response = page(code, WORDS.get(code) or WORDS[500 if code >= 500 else 400])
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def show_csrf_error(_error: CSRFError) -> Response:
    """The form's token is missing or of another browser session."""
    return page(400, CSRF_WORDS)


def show_refusal(refusal: Refusal) -> Response:
    """A refusal that no view answered by itself."""
    if isinstance(refusal, NotFound):
        code = 410 if refusal.what == "removed" else 404
        return page(code, WORDS[code])
    code = status(refusal)
    return page(code, WORDS.get(code) or WORDS[409], sentence(refusal))


def page(code: int, words: Words, text: str | None = None) -> Response:
    """What cannot be done, as a page; `text` instead of the usual words."""
    try:
        body = render_template("error/page.html", code=code, title=words.title, text=text or words.text)
    except Exception:
        current_app.logger.exception("the page of error %s cannot be written", code)
        body = PLAIN
    return current_app.response_class(body, status=code, mimetype="text/html")
