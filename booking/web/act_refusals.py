"""What an act on a booking is refused with at the desk, in words for the organiser."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.domain import errors
from booking.web.desk_refusals import Answer
from booking.web.formatting import chf


def _not_possible(refusal: errors.NotPossibleNow) -> str:
    reasons = {
        "ended": _("This booking has ended."),
        "over": _("The class is over."),
        "called_off": _("The date was called off."),
        "settled": _("Nothing is owed on this booking."),
        "owes": _("Something is still owed on this booking: waive it, or a part of it, instead of giving money back."),
        "refund_under_way": _(
            "Money of this booking is on its way back. Wait until it has left, or make a new booking."
        ),
        "nothing_paid": _("Nothing of what was paid is left to give back."),
        "disputed": _(
            "The payer has asked the bank for this money: wait for the bank’s decision, or give it back by card."
        ),
        "no_mistake": _(
            "No payment can be taken out: none was booked by hand, or something of it was given back already."
        ),
        "full": _("The seats of this hold were given to others by now. Raise the number of seats of the date first."),
    }
    return str(reasons.get(refusal.why, reasons["ended"]))


def _too_much(refusal: errors.TooMuch) -> str:
    return str(_("Enter at most %(most)s.", most=chf(refusal.most)))


def _receipt(refusal: errors.ReceiptRefused) -> str:
    if refusal.why == "future":
        return str(_("This moment has not come yet. Enter when the letter or e-mail came."))
    return str(_("This is before the booking was made. Enter when the letter or e-mail came."))


def _amount(refusal: errors.WrongAmount) -> str:
    reasons = {
        "unknown": _("No booking and no invoice has this reference. Check it, or leave the field empty."),
        "not_positive": _("Enter the sum that came, above 0."),
        "huge": _("Enter the sum that came: this is more than a class costs."),
        "future": _("This day has not come yet. Enter the day of the statement."),
        "repeated": _("The same sum of the same day is booked already. If it really came twice, tick the box below."),
        "not_a_task": _("This refund does not wait for that any more."),
    }
    return str(reasons[refusal.reason])


def _full(refusal: errors.EditionFull) -> str:
    if refusal.left == 0:
        return str(_("All seats of this date are taken. Raise the number of seats of the date first."))
    return str(
        ngettext(
            "Only %(num)d seat is left. Write down fewer people, or raise the number of seats of the date first.",
            "Only %(num)d seats are left. Write down fewer people, or raise the number of seats of the date first.",
            refusal.left,
        )
    )


def _closed(refusal: errors.RegistrationNotOpen) -> str:
    if refusal.reason == "called_off":
        return str(_("This date was called off: nobody can be written down for it."))
    return str(_("This date is over: nobody can be written down for it."))


ACTS: Final[dict[type[errors.Refusal], Answer]] = {
    errors.NotPossibleNow: Answer(409, _not_possible),
    errors.TooMuch: Answer(422, _too_much),
    errors.ReceiptRefused: Answer(422, _receipt),
    errors.OtherBooking: Answer(
        422,
        lambda r: _("This reference belongs to booking %(reference)s: book the money there.", reference=r.reference),
    ),
}
# Known to participants too, in other words.
AT_THE_DESK: Final[dict[type[errors.Refusal], Answer]] = {
    errors.WrongAmount: Answer(422, _amount),
    errors.EditionFull: Answer(409, _full),
    errors.RegistrationNotOpen: Answer(409, _closed),
    errors.ChannelRefused: Answer(
        409,
        lambda _r: _(
            "A transfer is possible only where there is an account and the class begins in twelve days or later. "
            "Choose “on account”, or “paid already”."
        ),
    ),
    errors.AlreadyBooked: Answer(
        409,
        lambda r: _(
            "Booking %(reference)s has the same e-mail address and date. Tick the box below if this is another one.",
            reference=r.reference,
        ),
    ),
    errors.NothingToCancel: Answer(
        409,
        lambda _r: _(
            "Choose a seat. When the class is over, only what was cancelled before can be entered: “earlier”."
        ),
    ),
    errors.GatewayUnavailable: Answer(
        503,
        lambda _r: _("The payment service does not answer, and somebody may be paying at this moment. Try again soon."),
    ),
}
