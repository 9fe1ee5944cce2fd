"""Where the demonstration's mails end: each with its parts, as its reader would see it."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from booking.adapters.mail import mailbox
from booking.adapters.mail.mailbox import Letter
from booking.config import current
from booking.web.letter_frame import framed

blueprint = Blueprint("mailbox", __name__)


@blueprint.before_request
def _only_while_mails_stay_here() -> None:
    if current().smtp_url:
        abort(404)


@blueprint.get("/demo/mailbox")
def shortcut() -> Response:
    """The address without language, easy to remember."""
    return redirect(url_for("mailbox.index"))


@blueprint.get("/<lang:lang>/demo/mailbox")
def index() -> str:
    """All mails, newest first."""
    return render_template("mailbox/index.html", letters=mailbox.letters(current().data_dir))


@blueprint.get("/<lang:lang>/demo/mailbox/<name>")
def show(name: str) -> str:
    """One mail."""
    return render_template("mailbox/show.html", letter=_letter(name))


@blueprint.get("/<lang:lang>/demo/mailbox/<name>/letter")
def letter(name: str) -> Response:
    """The HTML part alone, for the frame."""
    return framed(_letter(name).html)


@blueprint.get("/<lang:lang>/demo/mailbox/<name>/attachments/<int:number>")
def attachment(name: str, number: int) -> Response:
    """One attachment, counted from 1, to be kept."""
    attachments = _letter(name).attachments
    if not 1 <= number <= len(attachments):
        abort(404)
    found = attachments[number - 1]
    response = Response(found.content, mimetype=found.mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=found.filename)
    return response


@blueprint.get("/<lang:lang>/demo/mailbox/<name>.eml")
def source(name: str) -> Response:
    """The whole message as it would have been sent."""
    response = Response(_letter(name).source, mimetype="message/rfc822")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.eml")
    return response


def _letter(name: str) -> Letter:
    return mailbox.letter_named(current().data_dir, name) or abort(404)
