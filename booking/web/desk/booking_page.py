"""A booking's page at the desk: where it stands in words, what cancelling would cost, and all that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.adapters.answers import answer_words
from booking.adapters.wording import document_name
from booking.domain import reference
from booking.domain.account import AccountState, account_state, pay_by
from booking.domain.booking import ALIVE
from booking.domain.payment import OPEN_REFUNDS
from booking.persistence.ledger import LedgerEntry
from booking.persistence.timeline import KINDS, Dossier
from booking.web import formatting
from booking.web.desk import forecasts, timeline_words
from booking.web.desk.booking_actions import available
from booking.web.desk.booking_words import (
    ACCOUNT_TAGS,
    STATE_TAGS,
    account_words,
    channel_words,
    ledger_words,
    refund_words,
)
from booking.web.desk.guard import me
from booking.web.i18n import current_language
from booking.web.schedule import schedule_of
from booking.web.standing import state_words


def page_of(found: Dossier, kind: str, now: datetime) -> dict[str, Any]:
    """Everything the page shows, as template variables; `kind` narrows the timeline."""
    booking, stands = found.booking, found.stands
    balance = stands.balance
    billed = max((paper.due_at for paper in found.documents if paper.due_at), default=None)
    due_at = pay_by(billed, booking.state, booking.hold_until)
    account = account_state(balance, due_at, booking.channel, booking.state, now)
    alive = booking.state in ALIVE
    seats = [seat.seat_price for seat in booking.active]
    policy = booking.frozen_policy if alive else None
    expected = list(forecasts.of(booking, stands, now))
    return {
        "booking": booking,
        "edition": booking.edition,
        "zone": booking.edition.zone,
        "found": found,
        "state": state_words(booking.state),
        "state_tag": STATE_TAGS[booking.state],
        "account": account_words(account),
        "reference": reference.formatted(booking.qr_reference) if booking.qr_reference else "",
        "account_tag": ACCOUNT_TAGS[account],
        "standing": _standing(found, account, balance, due_at, now),
        "lines": list(_account(found)),
        "balance": balance,
        "ledger_words": ledger_words,
        "channel_words": channel_words,
        "refund_words": refund_words,
        "document_words": lambda kind: document_name(kind, current_language()),
        "answer_words": lambda answer: answer_words(answer.question, answer.value, current_language()),
        "schedule": schedule_of(policy, booking.edition.timing(booking.created_at), seats, now),
        "forecasts": expected,
        "free_of_charge": forecasts.free_of_charge(booking, expected),
        "timeline": timeline_words.lines(found, kind),
        "kinds": [(name, timeline_words.KIND_NAMES[name]) for name in ("", *KINDS)],
        "kind": kind,
        "actions": available(booking, stands, me(), now),
    }


def _account(found: Dossier) -> Iterator[tuple[LedgerEntry, str, int]]:
    """(entry, whose seat it is about where there are several, balance so far)."""
    names = {seat.id: seat.name for seat in found.booking.attendees} if len(found.booking.attendees) > 1 else {}
    balances = accumulate(entry.amount for entry in found.account)
    for entry, balance in zip(found.account, balances, strict=True):
        yield entry, names.get(entry.attendee_id or 0, ""), balance


def _standing(found: Dossier, account: AccountState, balance: int, due_at: datetime | None, now: datetime) -> list[str]:
    """What is owed and by when, a sentence each."""
    zone = found.booking.edition.zone
    day = formatting.full_date(formatting.local(due_at, zone)) if due_at else ""
    owed = formatting.chf(abs(balance))
    if account is AccountState.OVERDUE and due_at:
        late = (formatting.local(now, zone).date() - formatting.local(due_at, zone).date()).days
        return [
            ngettext(
                "%(amount)s was to be paid by %(day)s, %(num)d day ago.",
                "%(amount)s was to be paid by %(day)s, %(num)d days ago.",
                late,
                amount=owed,
                day=day,
            )
        ]
    if account is AccountState.OWED:
        by = _("%(amount)s is to be paid by %(day)s.", amount=owed, day=day)
        return [by if day else _("%(amount)s is to be paid.", amount=owed)]
    if account is AccountState.REFUND:
        waiting = [refund for refund in found.refunds if refund.state in OPEN_REFUNDS]
        told = [
            _("%(label)s: %(value)s", label=formatting.chf(refund.amount), value=refund_words(refund.state)) + "."
            for refund in waiting
        ]
        return [_("%(amount)s is to be paid back.", amount=owed), *told]
    words: dict[AccountState, str] = {
        AccountState.PAID: _("Everything is paid."),
        AccountState.FREE: _("It costs nothing."),
        AccountState.SETTLED: _("Nothing is owed on either side."),
    }
    return [words[account]]
