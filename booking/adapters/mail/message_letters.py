"""Letters of which many leave at once: the organiser's messages, reminders of what is owed, certificates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from booking.adapters import certificates, pdf
from booking.adapters.mail import enclosures, fillings, subject_matter
from booking.adapters.mail.enclosures import Attachment
from booking.adapters.mail.letters import Letter
from booking.config import Settings
from booking.domain import placeholders
from booking.domain.account import is_overdue, pay_by
from booking.domain.bilingual import Bilingual
from booking.domain.documents import DocumentContent
from booking.domain.message import LINKS, RecipientState, still_meant
from booking.domain.payment import DocumentKind
from booking.persistence import documents, ledger, payments
from booking.persistence.bookings import Attendee
from booking.persistence.certificates import Certificate, replaced
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message, MessageRecipient
from booking.persistence.organisers import Organiser
from booking.persistence.site import Site


@dataclass(frozen=True)
class MessageLetter(Letter):
    """In the organiser's words, to one of those whom the message was fixed for. An attendee who did not book learns
    nothing of the booking's account, and gets no key to it."""

    @property
    def to(self) -> MessageRecipient:
        row: MessageRecipient = subject_matter.row(MessageRecipient, self.payload, "recipient_id")
        return row

    @property
    def recipient(self) -> tuple[str, str]:
        attendee = self.to.attendee
        return (attendee.name, attendee.email or self.booking.email) if attendee else super().recipient

    @property
    def is_overtaken(self) -> bool:
        """Whether the person got it already (we were killed before we noted it all), or is no longer meant."""
        to, booking = self.to, self.booking
        seat_kept = to.attendee.cancelled_at is None if to.attendee else bool(booking.active)
        owed = ledger.balance(booking.id)
        meant = still_meant(to.message.audience, booking.state, seat_kept, owed)
        return to.state is not RecipientState.WAITING or not meant or not self.recipient[1]

    def facts(self) -> dict[str, Any]:
        organiser, attendee = self.site.organiser.known_as, self.to.attendee
        if attendee:
            values = fillings.of_edition(self.booking.edition, attendee.name, self.lang, organiser)
        else:
            values = fillings.of_booking(self.booking, organiser)
        return super().facts() | {"attendee": attendee} | filled(self.to.message, values, self.lang)


@dataclass(frozen=True)
class Bill:
    """A bill to pay, as a document is to the templates; `frozen` asks for what is left of it."""

    number: str
    due_at: datetime
    frozen: DocumentContent


@dataclass(frozen=True)
class ReminderLetter(MessageLetter):
    """What is owed, until when, and the bill once more."""

    def facts(self) -> dict[str, Any]:
        billed = max((paper.due_at for paper in self._asking if paper.due_at), default=None)
        due = pay_by(billed, self.booking.state, self.booking.hold_until)
        late = due is not None and is_overdue(due, self.now)
        return Letter.facts(self) | {"bills": self.bills, "due": due, "late": late}

    def attachments(self, now: datetime) -> list[Attachment]:
        logo = self.site.logo
        return [enclosures.printed(bill.number, pdf.render(bill.frozen, logo)) for bill in self.bills]

    @cached_property
    def bills(self) -> list[Bill]:
        """The bills that ask for exactly what is owed; none where they would not: the booking's page says it then."""
        owed, asking = ledger.balance(self.booking.id), self._asking
        bills = [Bill(paper.number, paper.due_at, paper.frozen) for paper in asking if paper.due_at]
        if sum(bill.frozen.due for bill in bills) == owed:
            return bills
        paid = sum(payment.amount for payment in payments.paid_payments(self.booking.id))
        if len(bills) == 1 and bills[0].frozen.total - paid == owed:  # a part of it came
            return [replace(bills[0], frozen=replace(bills[0].frozen, paid=paid))]
        return []

    @cached_property
    def _asking(self) -> list[Document]:
        """Those that stand and ask for a transfer: the invoice of the seats that are left, and fees."""
        standing = enclosures.open_invoice(self.booking)
        papers = documents.of_booking(self.booking.id)
        standing = [p for p in papers if p.kind is DocumentKind.FEE_INVOICE or p in standing]
        return [paper for paper in standing if paper.frozen.asks_for_transfer]


@dataclass(frozen=True)
class CertificateLetter(Letter):
    """Certificates of one booking, to the attendee or, for those without an address, to whoever booked."""

    @property
    def recipient(self) -> tuple[str, str]:
        attendee = db.session.get_one(Attendee, self.payload["attendee_id"])
        return (attendee.name, attendee.email) if attendee.email else (self.booking.name, self.booking.email)

    @property
    def is_overtaken(self) -> bool:
        """Whether each was replaced meanwhile, or the person asked to be forgotten."""
        return not self.certificates or not self.recipient[1]

    @cached_property
    def certificates(self) -> list[Certificate]:
        """Those that were not replaced meanwhile."""
        ids = self.payload["certificate_ids"]
        gone = replaced(ids)
        return [db.session.get_one(Certificate, number) for number in ids if number not in gone]

    def facts(self) -> dict[str, Any]:
        own = db.session.get_one(Attendee, self.payload["attendee_id"]).email
        return super().facts() | {"certificates": [row.frozen for row in self.certificates], "is_booker": not own}

    def attachments(self, now: datetime) -> list[Attachment]:
        logo = self.site.logo
        return [enclosures.printed(row.number, certificates.render(row.frozen, logo)) for row in self.certificates]


@dataclass(frozen=True)
class MessageTest:
    """A draft as its readers would get it, to whoever wrote it; otherwise as `Letter`. To be looked at only, it ends as
    theirs does, and not by saying that it `is_test`."""

    message: Message
    person: Organiser
    lang: str
    settings: Settings
    site: Site
    now: datetime
    kind: str = "message"
    folder: str = "message"
    is_overtaken: bool = False
    is_test: bool = True

    @property
    def recipient(self) -> tuple[str, str]:
        return self.person.name, self.person.email

    reply_to = recipient

    def facts(self) -> dict[str, Any]:
        edition: Edition = self.message.editions[0]
        values = fillings.example(edition, self.person.name, self.lang, self.site.organiser.known_as)
        return {
            "edition": edition,
            "title": edition.master_class.title,
            "zone": edition.zone,
            "starts": edition.starts_at.astimezone(ZoneInfo(edition.zone)),
            "test": self.is_test,
            "booking": {"terms_accepted_at": self.now},
            "terms_url": url_for("pages.show", lang=self.lang, page="terms", _external=True),
            "manage_url": values["link"],
            **filled(self.message, values, self.lang),
        }

    def attachments(self, now: datetime) -> list[Attachment]:
        return []


def filled(message: Message, values: dict[str, str], lang: str) -> dict[str, Any]:
    """Subject and text of a message for one reader."""
    text = placeholders.fill_markdown(message.text.best(lang), values, LINKS)
    return {
        "subject_line": placeholders.fill(message.subject.best(lang), values),
        "text": Bilingual(**{lang: text}),
    }
