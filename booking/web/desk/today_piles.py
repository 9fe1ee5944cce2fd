"""Kinds of things that wait: what is said of a pile of them, and where it is seen to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Way:
    """To the page where all of a pile is seen to."""

    endpoint: str
    words: LazyString
    query: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return url_for(self.endpoint, **self.query)


def _bookings(**query: str) -> Way:
    return Way("desk_bookings.index", _l("To these bookings"), query)


def _journal(action: str) -> Way:
    return Way("desk_journal.index", _l("To the journal"), {"action": action})


@dataclass(frozen=True)
class Kind:
    """`title` of how many there are and what they come to together; `case` is where one of them is seen to; `is_late`:
    nobody else can do anything about it."""

    title: Callable[[int, str], str]
    hint: LazyString | str = ""
    way: Way | None = None
    case: str = "desk_bookings.show"
    is_late: bool = True


REFUNDS: Final = Way("desk_refunds.index", _l("To the refunds"))
MAIL: Final = Kind(
    lambda n, amount: ngettext("A mail could not be delivered", "%(num)d mails could not be delivered", n),
    _l("Often an address is mistyped. Sending is tried again every hour."),
)
MONEY: Final[dict[str, Kind]] = {  # in this order
    "dispute": Kind(
        lambda n, amount: ngettext(
            "A payer asks the bank for %(amount)s back",
            "%(num)d payers ask their banks for %(amount)s back", n, amount=amount),
        _l("Answer at your payment provider. Until it is decided, refunds of these payments wait."),
        _journal("dispute"),
    ),
    "failed": Kind(
        lambda n, amount: ngettext(
            "A refund of %(amount)s could not go back the way it was paid",
            "%(num)d refunds, %(amount)s together, could not go back the way they were paid", n, amount=amount),
        _l("The payers were asked for an IBAN, so that the money can go by bank transfer."),
        REFUNDS,
    ),
    "to_pay": Kind(
        lambda n, amount: ngettext(
            "A refund of %(amount)s is to be paid by bank transfer",
            "%(num)d refunds, %(amount)s together, are to be paid by bank transfer", n, amount=amount),
        way=REFUNDS,
    ),
    "mismatch": Kind(
        lambda n, amount: ngettext(
            "A payment is not what was asked for", "%(num)d payments are not what was asked for", n),
        _l("It confirmed nothing. Compare with your payment provider, then say what became of it."),
        _journal("payment_mismatch"),
        case="desk_mismatches.show",
    ),
    "overdue": Kind(
        lambda n, amount: ngettext(
            "%(amount)s should have been paid by now",
            "%(num)d people should have paid by now, %(amount)s together", n, amount=amount),
        way=_bookings(payment="overdue"),
    ),
    "unbilled": Kind(
        lambda n, amount: ngettext(
            "%(amount)s is owed, and no bill asks for it",
            "%(num)d people owe %(amount)s together, and no bill asks for it", n, amount=amount),
        _l("Usually their bank took a payment back. Ask for the money, or write it off."),
        _bookings(payment="owed"),
    ),
    "expected": Kind(
        lambda n, amount: ngettext(
            "A transfer of %(amount)s is due in the next days",
            "%(num)d transfers, %(amount)s together, are due in the next days", n, amount=amount),
        _l("Without them the seats become free again."),
        _bookings(payment="owed", state="pending"),
        is_late=False,
    ),
    "needs_iban": Kind(
        lambda n, amount: ngettext(
            "A refund of %(amount)s waits for the payer’s IBAN",
            "%(num)d refunds, %(amount)s together, wait for the payers’ IBAN", n, amount=amount),
        way=REFUNDS,
        is_late=False,
    ),
    "job": Kind(
        lambda n, amount: ngettext(
            "A task in the background fails again and again",
            "%(num)d tasks in the background fail again and again", n),
        _l("It is tried again every hour. If it stays, show the reason to whoever looks after the site."),
    ),
}  # fmt: skip
