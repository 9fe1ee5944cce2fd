"""How bookings and their accounts are called at the desk, and which colour says it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import pgettext

from booking.domain import money
from booking.domain.account import AccountState
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import LedgerKind, RefundState
from booking.web.formatting import chf

STATE_TAGS: Final = {
    BookingState.PENDING: "few",
    BookingState.CONFIRMED: "success",
    BookingState.CANCELLED: "plain",
    BookingState.EXPIRED: "plain",
}
ACCOUNT_TAGS: Final = {
    AccountState.OWED: "few",
    AccountState.OVERDUE: "error",
    AccountState.REFUND: "few",
    AccountState.PAID: "success",
    AccountState.FREE: "plain",
    AccountState.SETTLED: "plain",
}


def account_words(account: AccountState) -> str:
    """'To be paid'."""
    words: dict[AccountState, str] = {
        AccountState.OWED: pgettext("account", "To be paid"),
        AccountState.OVERDUE: pgettext("account", "Overdue"),
        AccountState.REFUND: pgettext("account", "To be paid back"),
        AccountState.PAID: pgettext("account", "Paid"),
        AccountState.FREE: pgettext("account", "Free"),
        AccountState.SETTLED: pgettext("account", "Nothing open"),
    }
    return words[account]


def moved_choices() -> list[tuple[str, str]]:
    """What was ever booked on an account, as the list of bookings can be asked for it."""
    return [
        ("received", pgettext("account", "Something was paid")),
        ("returned", pgettext("account", "Something was paid back")),
        ("charged", pgettext("account", "With a cancellation fee")),
    ]


def sum_words(facts: Mapping[str, Any]) -> str:
    """What a provider reported as paid, of the facts that the journal noted; '' where it told no sum."""
    said, currency = facts.get("said"), facts.get("currency") or "chf"
    if said is None:
        return ""
    return chf(said) if currency == "chf" else f"{currency.upper()} {money.plain(said)}"


def channel_words(channel: Channel) -> str:
    """How money came or goes."""
    words: dict[Channel, str] = {
        Channel.FREE: pgettext("channel", "free of charge"),
        Channel.TRANSFER: pgettext("channel", "bank transfer"),
        Channel.DEMO: pgettext("channel", "card (demonstration)"),
        Channel.STRIPE: pgettext("channel", "card or TWINT"),
    }
    return words[channel]


def refund_words(state: RefundState) -> str:
    """What a refund waits for, or what became of it."""
    words: dict[RefundState, str] = {
        RefundState.REQUESTED: _("is being sent to the payment provider"),
        RefundState.PENDING: _("on its way at the payment provider"),
        RefundState.NEEDS_IBAN: _("waits for the participant’s IBAN"),
        RefundState.TO_PAY: _("to be sent from your bank"),
        RefundState.SUCCEEDED: _("sent back"),
        RefundState.FAILED: _("could not be sent back"),
        RefundState.WITHDRAWN: _("no longer needed"),
    }
    return words[state]


def ledger_words(kind: LedgerKind) -> str:
    """'Cancellation fee'."""
    words: dict[LedgerKind, str] = {
        LedgerKind.PRICE: pgettext("account line", "Price"),
        LedgerKind.DISCOUNT: pgettext("account line", "Discount"),
        LedgerKind.CANCELLATION_CREDIT: pgettext("account line", "Cancelled seat"),
        LedgerKind.CANCELLATION_FEE: pgettext("account line", "Cancellation fee"),
        LedgerKind.PAYMENT: pgettext("account line", "Payment"),
        LedgerKind.REFUND: pgettext("account line", "Refund"),
        LedgerKind.WRITE_OFF: pgettext("account line", "Waived"),
    }
    return words[kind]
