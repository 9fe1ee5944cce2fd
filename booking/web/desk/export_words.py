"""The headings and words of exported files, in the language of the person who asks."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from flask_babel.speaklater import LazyString

from booking.domain.export import ExportKind
from booking.web.desk.journal_words import ACTIONS, actor_words

KINDS: Final[dict[str, LazyString]] = {
    ExportKind.REGISTRATIONS: _l("registrations, a row for each attendee"),
    ExportKind.PAYMENTS: _l("payments and refunds"),
    ExportKind.DOCUMENTS: _l("invoices, credit notes, receipts"),
    ExportKind.ACCOUNTS: _l("the lines of all accounts, for the bookkeeping"),
    ExportKind.JOURNAL: _l("the journal: who did what"),
}


def heading(column: str) -> str:
    """The heading of a column."""
    return str(
        {
            "reference": _("Booking"),
            "class": _("Class"),
            "starts": _("Starts"),
            "state": _("State"),
            "booked_at": _("Booked on"),
            "attendee": _("Attendee"),
            "attendee_email": _("E-mail of the attendee"),
            "attendee_cancelled_at": _("Seat cancelled on"),
            "price": _("Price"),
            "booker": _("Booked by"),
            "email": _("E-mail"),
            "phone": _("Telephone"),
            "company": _("Company"),
            "street": _("Street"),
            "postcode": _("Postcode"),
            "town": _("Town"),
            "country": _("Country"),
            "language": _("Language"),
            "channel": _("Way of paying"),
            "owed": _("Still owed"),
            "at": _("On"),
            "movement": _("Movement"),
            "amount": _("Amount"),
            "provider_id": _("Number at the payment provider"),
            "number": _("Number"),
            "kind": _("Document"),
            "issued_at": _("Issued on"),
            "due_at": _("Due on"),
            "total": _("Total"),
            "cites": _("Corrects"),
            "qr_reference": _("QR reference"),
            "entry": _("Entry"),
            "actor": _("Side"),
            "person": _("Person"),
            "action": _("What"),
            "edition": _("Date"),
            "facts": _("Noted"),
        }[column]
    )


def codes(kind: ExportKind) -> dict[str, str]:
    """Readable forms of the codes in the columns of words."""
    if kind is ExportKind.JOURNAL:
        sides = {side: actor_words(side) for side in ("participant", "organiser", "provider", "system")}
        return sides | {action: str(words) for action, words in ACTIONS.items()}
    return STATES[kind]() | (_channels() if kind in (ExportKind.REGISTRATIONS, ExportKind.PAYMENTS) else {})


def _channels() -> dict[str, str]:
    return {
        "free": pgettext("channel", "free"),
        "transfer": pgettext("channel", "bank transfer"),
        "demo": pgettext("channel", "demonstration"),
        "stripe": pgettext("channel", "card or TWINT"),
    }


def _bookings() -> dict[str, str]:
    return {
        "pending": pgettext("booking", "held"),
        "confirmed": pgettext("booking", "confirmed"),
        "cancelled": pgettext("booking", "cancelled"),
        "expired": pgettext("booking", "expired"),
    }


def _payments() -> dict[str, str]:
    return {
        "payment": pgettext("movement", "payment"),
        "refund": pgettext("movement", "refund"),
        "paid": pgettext("payment", "received"),
        "requested": pgettext("refund", "asked for"),
        "pending": pgettext("refund", "under way"),
        "needs_iban": pgettext("refund", "waits for an IBAN"),
        "to_pay": pgettext("refund", "to be sent by bank"),
        "succeeded": pgettext("refund", "sent"),
    }


def _documents() -> dict[str, str]:
    return {
        "invoice": pgettext("document", "Invoice"),
        "credit_note": pgettext("document", "Credit note"),
        "fee_invoice": pgettext("document", "Fee invoice"),
        "receipt": pgettext("document", "Receipt"),
    }


def _accounts() -> dict[str, str]:
    return {
        "price": pgettext("account", "price"),
        "discount": pgettext("account", "discount"),
        "cancellation_credit": pgettext("account", "cancellation credit"),
        "cancellation_fee": pgettext("account", "cancellation fee"),
        "payment": pgettext("account", "payment"),
        "refund": pgettext("account", "refund"),
        "write_off": pgettext("account", "write-off"),
    }


STATES: Final = {
    ExportKind.REGISTRATIONS: _bookings,
    ExportKind.PAYMENTS: _payments,
    ExportKind.DOCUMENTS: _documents,
    ExportKind.ACCOUNTS: _accounts,
}
