"""Why a policy is refused, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

from booking.domain.policy import PolicyError


def why_not(error: PolicyError) -> str:
    """The sentence for a fault of a schedule."""
    days = error.days if error.days is not None else 0
    sentences = {
        "unreadable": _("This tier cannot be read: enter days, and a share or a sum."),
        "empty": _("Enter at least one tier."),
        "range": _("Enter 0 to 3650 days, and a share of at most 100 percent."),
        "overlap": _("Two tiers begin at %(days)s days: remove one of them.", days=days),
        "falls": _("The fee falls at %(days)s days: it must not go down as the day comes nearer.", days=days),
        "falls_at_price": _("At this price the fee falls at %(days)s days: it must not go down.", days=days),
        "options": _("The least fee and the free hours cannot be negative."),
    }
    return str(sentences[error.fault])
