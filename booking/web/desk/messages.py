"""Messages to many participants: written, looked at, tried on oneself, sent, followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.mail import preview
from booking.config import current
from booking.domain.errors import NotFound, PlanChanged, TextMissing
from booking.domain.message import PLACEHOLDERS, Audience, RecipientState
from booking.domain.permission import Permission
from booking.persistence import audiences, editions, messages
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message
from booking.services import message
from booking.web.desk.guard import actor, desk_area, done, me, needs
from booking.web.desk.message_forms import MessageForm, SendForm, of_message
from booking.web.desk.message_words import MEANINGS, day_of
from booking.web.desk.numbers import page_number
from booking.web.letter_frame import framed_sample
from booking.web.refusals import sentence

BACK: Final = timedelta(days=90)  # dates that are over for longer are not offered
RENEWED_EVERY: Final = "3"  # seconds, while mails leave

blueprint = desk_area("messages", __name__)


@blueprint.get("/messages/")
@needs(Permission.BOOKINGS)
def index() -> str:
    """Every message, latest first; those about one date with `edition`."""
    slug, page = request.args.get("edition"), page_number()
    edition = editions.find(slug) if slug else None
    found, pages = messages.newest(edition.id if edition else None, page)
    tallies = messages.tallies([row.id for row in found])
    rows = [(row, tallies[row.id]) for row in found]
    return render_template(
        "desk/messages/index.html",
        rows=rows,
        edition=edition,
        page=page,
        pages=pages,
        day_of=day_of,
        url_of=lambda number: url_for(".index", edition=slug, page=number),
    )


@blueprint.route("/messages/new", methods=["GET", "POST"])
@needs(Permission.BOOKINGS)
def new() -> Any:
    """A new message about the date `edition`, all coming dates of `class`, or to the bookings of each `reference`."""
    now, chosen = clock.now(), audiences.named(request.args.getlist("reference"))
    offered, ticked = _dates_asked(chosen)
    if not offered:
        return render_template("desk/messages/dates.html", dates=audiences.dates(now - BACK), day_of=day_of)
    wanted = [booking.id for booking in chosen]
    bookings = audiences.choosable([edition.id for edition in offered], now, wanted)
    audience = Audience.CHOSEN if wanted else Audience.CONFIRMED
    form = MessageForm(data={"dates": ticked, "chosen": wanted, "audience": audience.value})
    if (kept := _kept(form, offered, bookings, None)) is not None:
        return redirect(url_for(".show", message_id=kept), 303)
    return _form_page(form, offered, bookings)


@blueprint.route("/messages/<int(max=2147483647):message_id>/edit", methods=["GET", "POST"])
@needs(Permission.BOOKINGS)
def edit(message_id: int) -> Any:
    """The same form over a draft; what was sent can only be looked at."""
    row = messages.find(message_id)
    if row.sent_at:
        return redirect(url_for(".show", message_id=message_id))
    now, classes = clock.now(), {edition.master_class_id for edition in row.editions}
    others = [edition for number in sorted(classes) for edition in audiences.dates(now - BACK, number)]
    offered = list(dict.fromkeys([*row.editions, *others]))
    bookings = audiences.choosable([edition.id for edition in offered], now, row.chosen)
    form = MessageForm(data=of_message(row))
    if _kept(form, offered, bookings, message_id) is not None:
        return redirect(url_for(".show", message_id=message_id), 303)
    return _form_page(form, offered, bookings, row)


@blueprint.get("/messages/<int(max=2147483647):message_id>")
@needs(Permission.BOOKINGS)
def show(message_id: int) -> Any:
    """A draft: how it reads, and exactly who gets it. One that was sent: how far it is, and who got it."""
    row = messages.find(message_id)
    return _log_page(row) if row.sent_at else _draft_page(row)


@blueprint.get("/messages/<int(max=2147483647):message_id>/<any(fr, en):language>")
@needs(Permission.BOOKINGS)
def sample(message_id: int, language: str) -> Response:
    """The letter itself, for the frame on its page: to a reader called like whoever looks."""
    row = messages.find(message_id)
    if not row.editions:  # a reminder has words of ours; and a date can have been deleted under a draft
        raise NotFound("message")
    return framed_sample(preview.of_message(row, me(), language, current(), clock.now()), language)


@blueprint.post("/messages/<int(max=2147483647):message_id>/test")
@needs(Permission.BOOKINGS)
def test(message_id: int) -> Any:
    """Mails the draft to whoever is at the desk."""
    try:
        message.test(message_id, actor(), clock.now())
    except TextMissing as refusal:
        return _draft_page(messages.find(message_id), sentence(refusal))
    return done(_("A test is on its way to %(email)s.", email=me().email), ".show", message_id=message_id)


@blueprint.post("/messages/<int(max=2147483647):message_id>/sending")
@needs(Permission.BOOKINGS)
def send(message_id: int) -> Any:
    """Sends it to those who were shown; pressed twice, it is sent once."""
    form = SendForm()
    try:
        message.send(message_id, form.shown.data or "", actor(), clock.now())
    except (PlanChanged, TextMissing) as refusal:
        return _draft_page(messages.find(message_id), sentence(refusal))
    return redirect(url_for(".show", message_id=message_id), 303)


@blueprint.post("/messages/<int(max=2147483647):message_id>/deletion")
@needs(Permission.BOOKINGS)
def delete(message_id: int) -> Any:
    """Drops a draft; one that was dropped or sent meanwhile is left alone."""
    try:
        message.discard(message_id)
    except NotFound:
        return redirect(url_for(".index"), 303)
    return done(_("The draft is deleted."), ".index")


def _dates_asked(chosen: Sequence[Booking]) -> tuple[list[Edition], list[int]]:
    """The dates that the form offers, and the ids of those that are ticked at first; else those of the `chosen`."""
    now, slug, owner = clock.now(), request.args.get("edition"), request.args.get("class")
    if slug:
        edition = editions.find(slug)
        offered = audiences.dates(now - BACK, edition.master_class_id)
        return (offered if edition in offered else [edition, *offered]), [edition.id]
    if owner:
        offered = audiences.dates(now - BACK, editions.class_of(owner).id)
        return offered, [edition.id for edition in offered if edition.starts_at > now]
    offered = list(dict.fromkeys(booking.edition for booking in chosen))
    return offered, [edition.id for edition in offered]


def _kept(form: MessageForm, offered: Sequence[Edition], bookings: Sequence[Booking], known: int | None) -> int | None:
    """The id of the draft once it is written down; None while something is to be typed or corrected."""
    form.offer(offered, bookings, day_of)
    if not form.validate_on_submit():
        return None
    draft = form.draft
    if lacking := message.rehearse(draft, clock.now()).lacking:
        form.lack(lacking)
        return None
    if known is None:
        return message.write(draft, actor(), clock.now())
    message.rewrite(known, draft)
    return known


def _form_page(
    form: MessageForm, offered: Sequence[Edition], bookings: Sequence[Booking], row: Message | None = None
) -> Any:
    meanings = {f"{{{name}}}": MEANINGS[name] for name in PLACEHOLDERS}
    page = render_template("desk/messages/form.html", form=form, row=row, meanings=meanings,
                           edition=offered[0], one_date=len(offered) == 1, anybody=bool(bookings))  # fmt: skip
    return page, 422 if form.errors else 200


def _draft_page(row: Message, problem: str = "") -> Any:
    proposal = message.propose(row, clock.now())
    form = SendForm(formdata=None, shown=proposal.shown)
    written = [language for language in ("fr", "en") if row.editions and not row.words.lacking([language])]
    page = render_template("desk/messages/draft.html", row=row, proposal=proposal, form=form, written=written,
                           unreached=audiences.bookings_of(proposal.unreached), problem=problem,
                           day_of=day_of)  # fmt: skip
    return page, 409 if problem else 200


def _log_page(row: Message) -> Response:
    page, progress = page_number(), messages.progress(row.id)
    listed, given_up = sum(progress.values()), messages.given_up(row)
    total = listed - progress[RecipientState.UNREACHED]
    response = make_response(
        render_template("desk/messages/log.html", row=row, progress=progress, total=total, given_up=given_up,
                        log=messages.log(row, page), page=page, pages=max(1, -(-listed // messages.PAGE)),
                        leaving=progress[RecipientState.WAITING] - given_up, day_of=day_of,
                        url_of=lambda number: url_for(".show", message_id=row.id, page=number))
    )  # fmt: skip
    if progress[RecipientState.WAITING] > given_up:
        response.headers["Refresh"] = RENEWED_EVERY
    return response
