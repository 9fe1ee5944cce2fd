"""The ways of paying in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from booking.domain.booking import Channel, Confirmation, transfer_due
from booking.persistence.masterclasses import Edition
from booking.web import formatting

TWINT_LIMIT: Final = 500_000  # centimes: beyond, the provider offers cards alone


def name(channel: Channel, amount: int = 0) -> str:
    """What a way of paying `amount` centimes is called on pages."""
    names: dict[Channel, str] = {
        Channel.STRIPE: _("By card") if amount > TWINT_LIMIT else _("By card or TWINT"),
        Channel.DEMO: _("By card (demonstration, no money moves)"),
        Channel.TRANSFER: _("By bank transfer, with a QR-bill"),
        Channel.FREE: _("Free of charge"),
    }
    return names[channel]


def choices(channels: Sequence[Channel], amount: int) -> list[SelectChoice]:
    """For radio buttons; `amount` in centimes."""
    return [SelectChoice(channel.value, name(channel, amount)) for channel in channels]


def hints(edition: Edition, now: datetime) -> dict[str, str]:
    """What choosing each way means: until when the seats are kept, when it is confirmed."""
    due = transfer_due(now, edition.starts_at, edition.zone)
    if edition.confirmation is Confirmation.ON_BOOKING:
        return {Channel.TRANSFER.value: _("Your booking is confirmed at once; you pay the invoice within 30 days.")}
    at_once = _("Confirmed as soon as you have paid. You have half an hour for that.")
    # TWINT asks that whoever pays now for a service rendered later is told so, in writing.
    starts = formatting.full_date(formatting.local(edition.starts_at, edition.zone))
    later = _("You pay now; the class begins on %(day)s.", day=starts)
    hints: dict[str, str] = {Channel.STRIPE: f"{at_once} {later}", Channel.DEMO: at_once}
    if due:
        day = formatting.full_date(due)
        hints[Channel.TRANSFER] = _("Kept for you until %(day)s, and confirmed as soon as the money arrives.", day=day)
    return hints


def pay_button(channel: Channel, amount: int) -> str:
    """The words of the button for paying that way; `amount` in centimes."""
    if channel is Channel.TRANSFER:
        return str(_("Pay by bank transfer instead"))
    if channel is Channel.DEMO:
        return str(_("Pay %(amount)s by card (demonstration)", amount=formatting.chf(amount)))
    if amount > TWINT_LIMIT:
        return str(_("Pay %(amount)s by card", amount=formatting.chf(amount)))
    return str(_("Pay %(amount)s by card or TWINT", amount=formatting.chf(amount)))
