"""A mail as its reader would see it, in a frame of a page of ours."""

from __future__ import annotations

import re
from typing import Final

from flask import render_template
from werkzeug.wrappers import Response

from booking.adapters.mail.preview import Preview

# The letter's own styles are inline by nature of mail; it may do nothing else, and only our page may frame it.
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def framed(html: str) -> Response:
    """The HTML of a mail; its links open beside the page."""
    response = Response(html.replace("<head>", '<head><base target="_blank">', 1), mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def framed_sample(letter: Preview, language: str) -> Response:
    """A mail that was never sent, below its subject, which is written in `language`."""
    title = render_template("mailbox/_subject.html", subject=letter.subject, language=language)
    return framed(re.sub(r"(<body[^>]*>)", lambda found: found[1] + title, letter.html, count=1))
