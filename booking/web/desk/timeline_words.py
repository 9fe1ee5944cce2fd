"""What happened to a booking, a line each, in words: what, its figures, who, and where it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext, pgettext
from flask_babel.speaklater import LazyString

from booking.adapters.wording import document_name
from booking.domain.booking import Channel
from booking.persistence.documents import Document
from booking.persistence.journal import JournalEntry
from booking.persistence.notes import Note
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Payment, Refund
from booking.persistence.sent_mails import SentMail
from booking.persistence.timeline import Dossier, Event, events
from booking.web import formatting
from booking.web.desk.booking_words import channel_words, sum_words
from booking.web.desk.journal_words import action_words, actor_words
from booking.web.i18n import current_language

KIND_NAMES: Final[dict[str, LazyString]] = {
    "": _l("Everything"),
    "booking": _l("Booking"),
    "money": _l("Money and documents"),
    "mail": _l("E-mails"),
    "note": _l("Notes"),
}
READERS: Final[dict[str, LazyString]] = {
    "booker": _l("to who booked"),
    "attendee": _l("to who attends"),
    "organiser": _l("copy to the organiser"),
}
REASONS: Final[dict[str, LazyString]] = {
    "cancellation": _l("after a cancellation"),
    "late": _l("the money came too late"),
    "surplus": _l("more was paid than was owed"),
    "dashboard": _l("made at the payment provider"),
    "dispute": _l("taken back by the payer’s bank"),
    "goodwill": _l("as a gesture of goodwill"),
}
ABOUT: Final[dict[str, LazyString]] = {
    "price": _l("Reason for the price"),
    "fee": _l("Reason for the lower fee"),
    "received": _l("Reason for the earlier day"),
    "write_off": _l("Reason for waiving it"),
    "goodwill": _l("Reason for giving it back"),
    "mistake": _l("Reason for taking the payment out"),
    "mismatch": _l("What became of the payment that did not fit"),
}


@dataclass(frozen=True)
class TimelineLine:
    """`at` is on the clocks of the edition. `words` leads to `href` if there is one; `body` is what somebody wrote."""

    at: datetime
    kind: str
    words: str
    details: list[str] = field(default_factory=list)
    who: str = ""
    href: str = ""
    lang: str = ""
    body: str = ""
    failed: bool = False


def lines(found: Dossier, kind: str = "") -> list[TimelineLine]:
    """Everything that happened, or what is of one kind, oldest first."""
    chosen = [event for event in events(found) if kind in ("", event.kind)]
    return [_line(event, found) for event in chosen]


def _line(event: Event, found: Dossier) -> TimelineLine:
    at = formatting.local(event.at, found.booking.edition.zone)
    return TimelineLine(at, event.kind, **_words(event, found))


def _words(event: Event, found: Dossier) -> dict[str, Any]:
    match event.what:
        case JournalEntry() as entry:
            who = found.people.get(entry.organiser_id or 0) or actor_words(entry.actor)
            return {"words": action_words(entry.action), "details": list(_facts(entry.facts, found)), "who": who}
        case Payment() as payment:
            return {"words": _payment(event.moment), "details": [formatting.chf(payment.amount)]}
        case Refund() as refund:
            return _refund(refund, event.moment)
        case Document() as document:
            href = url_for("desk_bookings.document", reference=found.booking.reference, document_number=document.number)
            name = f"{document_name(document.kind, current_language())} {document.number}"
            return {"words": name, "details": [formatting.chf(document.total)], "href": href}
        case SentMail() as mail:
            return _mail(mail, found.booking.reference)
        case OutboxJob() as job:
            return _waiting(job)
        case Note() as note:
            about = str(ABOUT.get(note.about, _("Note")))
            return {"words": about, "body": note.body, "who": found.people.get(note.organiser_id, "")}


def _facts(facts: dict[str, Any], found: Dossier) -> Iterator[str]:
    """The noted facts that tell somebody something; the others are in the journal."""
    if facts.get("seats"):
        yield ngettext("%(num)d seat", "%(num)d seats", facts["seats"])
    for name in ("amount", "price"):
        if name in facts:
            yield formatting.chf(facts[name])
    if reported := sum_words(facts):
        yield reported
    if "fee" in facts:
        yield _("fee %(amount)s", amount=formatting.chf(facts["fee"])) if facts["fee"] else _("no fee")
    if facts.get("lowered"):
        yield _("lowered by the organiser")
    if "received" in facts:
        at = formatting.local(datetime.fromisoformat(facts["received"]), found.booking.edition.zone)
        yield _("received on %(day)s", day=formatting.short_date(at))
    if facts.get("called_off"):
        yield _("the date was called off")
    if facts.get("channel") in list(Channel):
        yield channel_words(Channel(facts["channel"]))
    if facts.get("reason") in REASONS:
        yield str(REASONS[facts["reason"]])


def _payment(moment: str) -> str:
    return str(_("Payment page opened") if moment == "opened" else _("Payment page ended unpaid"))


def _refund(refund: Refund, moment: str) -> dict[str, Any]:
    way = channel_words(refund.channel)
    reason = [str(REASONS[refund.reason])] if refund.reason in REASONS else []
    words = _("Refund no longer needed") if moment == "withdrawn" else _("Refund to be made")
    return {"words": words, "details": [formatting.chf(refund.amount), way, *reason]}


def _mail(mail: SentMail, reference: str) -> dict[str, Any]:
    reader = str(READERS.get(mail.reader, mail.reader))
    if not mail.subject:
        return {"words": _("E-mail, no longer kept"), "details": [reader]}
    href = url_for("desk_bookings.mail", reference=reference, mail_id=mail.id)
    return {"words": mail.subject, "details": [reader, pgettext("mail", "sent")], "href": href}


def _waiting(job: OutboxJob) -> dict[str, Any]:
    details = [str(READERS.get(job.payload.get("to", ""), ""))]
    if job.error:
        details.append(_("not delivered, tried %(num)d times", num=job.attempts))
        return {"words": _("E-mail that waits"), "details": details, "body": job.error, "failed": True}
    return {"words": _("E-mail that waits"), "details": [*details, _("leaves in a moment")]}
