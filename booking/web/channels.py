"""The ways of paying in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from booking.domain.booking import Channel, Confirmation, transfer_due
from booking.persistence.masterclasses import Edition
from booking.web import formatting


def name(channel: Channel) -> str:
    """What a way of paying is called on pages."""
    names: dict[Channel, str] = {
        Channel.DEMO: _("By card (demonstration, no money moves)"),
        Channel.TRANSFER: _("By bank transfer, with a QR-bill"),
        Channel.FREE: _("Free of charge"),
    }
    return names[channel]


def choices(channels: Sequence[Channel]) -> list[SelectChoice]:
    """For radio buttons."""
    return [SelectChoice(channel.value, name(channel)) for channel in channels]


def hints(edition: Edition, now: datetime) -> dict[str, str]:
    """What choosing each way means: until when the seats are kept, when it is confirmed."""
    due = transfer_due(now, edition.starts_at, edition.zone)
    if edition.confirmation is Confirmation.ON_BOOKING:
        return {Channel.TRANSFER.value: _("Your booking is confirmed at once; you pay the invoice within 30 days.")}
    hints: dict[str, str] = {
        Channel.DEMO: _("Confirmed as soon as you have paid. You have half an hour for that.")
    }
    if due:
        day = formatting.full_date(due)
        hints[Channel.TRANSFER] = _(
            "Your seats are kept until %(day)s, and confirmed as soon as the money arrives.", day=day
        )
    return hints
