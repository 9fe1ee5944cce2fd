"""Every refusal of the domain as a sentence that says what to do, and as a status."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.domain import errors, reference
from booking.web.act_refusals import ACTS, AT_THE_DESK
from booking.web.desk_refusals import DESK, Answer, moment_of
from booking.web.formatting import chf


def sentence(refusal: errors.Refusal) -> str:
    """What to tell the person, in the current language. Raises KeyError for a refusal that nobody gave words."""
    return ANSWERS[type(refusal)].words(refusal)


def desk_sentence(refusal: errors.Refusal) -> str:
    """What to tell the organiser, where that is not what a participant is told."""
    answer = AT_THE_DESK.get(type(refusal))
    return answer.words(refusal) if answer else sentence(refusal)


def status(refusal: errors.Refusal) -> int:
    """The HTTP status of a page that says no more than this refusal."""
    return ANSWERS[type(refusal)].status


def _not_found(refusal: errors.NotFound) -> str:
    if refusal.what == "removed":
        return str(_("This class has taken place and is no longer offered."))
    return str(_("Nothing is at this address, or no longer. Look at the coming dates instead."))


def _full(refusal: errors.EditionFull) -> str:
    if refusal.left == 0:
        return str(_("All seats of this date are taken. Choose another date."))
    return str(
        ngettext(
            "Only %(num)d seat is left on this date. Book fewer seats, or choose another date.",
            "Only %(num)d seats are left on this date. Book fewer seats, or choose another date.",
            refusal.left,
        )
    )


def _not_open(refusal: errors.RegistrationNotOpen) -> str:
    if refusal.reason == "called_off":
        return str(_("This date was called off. Choose another date."))
    if refusal.reason == "soon":
        return str(_("Registration for this date opens on %(moment)s.", moment=moment_of(refusal.at)))
    return str(_("Registration for this date closed on %(moment)s. Choose another date.", moment=moment_of(refusal.at)))


def _voucher(refusal: errors.VoucherRefused) -> str:
    reasons = {
        "unknown": _("We do not know this code. Check its spelling, or leave the field empty."),
        "too_early": _("This code cannot be used yet."),
        "over": _("This code is no longer valid. Leave the field empty to book at the full price."),
        "used_up": _("This code has been used as often as it may be. Leave the field empty to book at the full price."),
        "other_class": _("This code is for another class. Leave the field empty to book at the full price."),
    }
    return str(reasons.get(refusal.reason, reasons["unknown"]))


def _price(refusal: errors.PriceChanged) -> str:
    return str(
        _(
            "The total is now %(current)s instead of %(shown)s. Nothing was booked: look again before you confirm.",
            current=chf(refusal.current),
            shown=chf(refusal.shown),
        )
    )


def _quote(refusal: errors.QuoteChanged) -> str:
    return str(
        _(
            "The fee is now %(current)s instead of %(shown)s. Nothing was cancelled: decide again at this amount.",
            current=chf(refusal.current),
            shown=chf(refusal.shown),
        )
    )


def _iban(refusal: errors.IbanNeeded) -> str:
    if reference.is_qr_iban(refusal.given):
        return str(_("This is a QR-IBAN, which takes no refunds. Enter the ordinary IBAN of the account."))
    if refusal.given:
        return str(_("This IBAN has a typing error. Copy it again from your bank’s papers."))
    return str(_("Enter the IBAN of the account that the refund goes to."))


def _not_payable(refusal: errors.NotPayable) -> str:
    reasons = {
        "settled": _("Nothing is left to pay on this booking."),
        "cancelled": _("This booking was cancelled: there is nothing to pay."),
        "over": _("The time to pay this booking is over and its seats were given back. Book again."),
    }
    return str(reasons.get(refusal.reason, reasons["over"]))


ANSWERS: Final[dict[type[errors.Refusal], Answer]] = {
    errors.NotFound: Answer(404, _not_found),
    errors.EditionFull: Answer(409, _full),
    errors.RegistrationNotOpen: Answer(409, _not_open),
    errors.VoucherRefused: Answer(422, _voucher),
    errors.NoWayOfPaying: Answer(409, lambda _r: _("This date can no longer be paid for online.")),
    errors.ChannelRefused: Answer(409, lambda _r: _("This way of paying is not offered here now. Choose another one.")),
    errors.TermsChanged: Answer(
        409, lambda _r: _("The terms have changed since you opened this page. Read them and accept them again.")
    ),
    errors.PriceChanged: Answer(409, _price),
    errors.DateChanged: Answer(
        409,
        lambda _r: _(
            "This date was changed while you were booking: look at its day, its place and its terms again. Nothing was "
            "booked yet."
        ),
    ),
    errors.AlreadyBooked: Answer(
        409,
        # Without its reference or names: whoever types an address learns no more than that.
        lambda _r: _("This e-mail address already has a booking for this date. Confirm that you want another one."),
    ),
    errors.QuoteChanged: Answer(409, _quote),
    errors.NothingToCancel: Answer(409, lambda _r: _("No seat was chosen that can still be cancelled.")),
    errors.IbanNeeded: Answer(422, _iban),
    errors.NotPayable: Answer(409, _not_payable),
    errors.GatewayUnavailable: Answer(
        503, lambda _r: _("The payment service does not answer. Your seats stay reserved: try again in a moment.")
    ),
    errors.EditingClosed: Answer(
        409,
        lambda r: _(
            "Names and answers could be changed until %(moment)s. Write to us for later changes.",
            moment=moment_of(r.at),
        ),
    ),
    errors.WrongAmount: Answer(
        422, lambda r: _("This payment fits no open booking (%(reason)s). Check reference and amount.", reason=r.reason)
    ),
    errors.PromiseBroken: Answer(
        409,
        lambda r: _(
            "%(where)s: “%(what)s” was promised to people who booked and cannot change.", where=r.where, what=r.what
        ),
    ),
    **DESK,
    **ACTS,
}
