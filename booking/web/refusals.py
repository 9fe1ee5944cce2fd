"""Every refusal of the domain as a sentence that says what to do, and as a status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.domain import errors, reference
from booking.web.formatting import chf, full_datetime, local

ZONE: Final = "Europe/Zurich"  # of instants in refusals, which know no edition


class Answer(NamedTuple):
    """How one class of refusal is answered."""

    status: int
    words: Callable[[Any], str]


def sentence(refusal: errors.Refusal) -> str:
    """What to tell the person, in the current language. Raises KeyError for a refusal that nobody gave words."""
    return ANSWERS[type(refusal)].words(refusal)


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


def _still_used(refusal: errors.StillUsed) -> str:
    number = refusal.count
    sentences = {
        "class": ngettext(
            "It cannot be deleted: %(num)d class uses it.", "It cannot be deleted: %(num)d classes use it.", number
        ),
        "edition": ngettext(
            "It cannot be deleted: %(num)d date uses it.", "It cannot be deleted: %(num)d dates use it.", number
        ),
        "organiser": ngettext(
            "It cannot be deleted: %(num)d person who signs in here stands for it.",
            "It cannot be deleted: %(num)d people who sign in here stand for it.",
            number,
        ),
        "booking": ngettext(
            "It cannot be deleted: %(num)d booking carries it.",
            "It cannot be deleted: %(num)d bookings carry it.",
            number,
        ),
    }
    return str(sentences[refusal.by])


def _unfit(refusal: errors.PolicyUnfitForPrice) -> str:
    price = chf(refusal.price)
    if refusal.days is None:
        return str(_("At a price of %(price)s the fee would fall after the last tier: raise it, or lower the tiers.",
                     price=price))  # fmt: skip
    return str(_("At a price of %(price)s the fee would fall %(days)s days before the class: it must rise as the day "
                 "comes nearer.", price=price, days=refusal.days))  # fmt: skip


def _slug(refusal: errors.SlugRefused) -> str:
    if refusal.reason == "taken":
        return str(_("Another class has this address. Change it a little."))
    return str(_("This class was announced under its address, which therefore stays as it is."))


def _still_booked(refusal: errors.StillBooked) -> str:
    return str(
        ngettext(
            "%(num)d seat is booked on dates to come: the class stays on the site until then. Close it "
            "instead, and it takes no more bookings.",
            "%(num)d seats are booked on dates to come: the class stays on the site until then. Close it "
            "instead, and it takes no more bookings.",
            refusal.seats,
        )
    )


def _place_promised(refusal: errors.PlacePromised) -> str:
    return str(
        ngettext(
            "%(num)d seat is booked here. Confirm that it is still the same place.",
            "%(num)d seats are booked here. Confirm that it is still the same place.",
            refusal.seats,
        )
    )


def _picture(refusal: errors.PictureRefused) -> str:
    reasons = {
        "kind": _("This file is not a JPEG, PNG or WebP picture. Save it as one of these, and send it again."),
        "broken": _("This picture cannot be read: the file is damaged or cut short. Send another copy of it."),
        "huge": _("This picture has too many pixels. Save it smaller: 4000 pixels wide are plenty."),
        "heavy": _("This file is larger than 20 MB. Save the picture smaller: 4000 pixels wide are plenty."),
        "small": _("This picture is too small to be shown well. Each side needs 200 pixels or more."),
        "tiny": _("This picture is too small to be shown well. Each side of a logo needs 24 pixels or more."),
        "narrow": _("This picture is too long and narrow. Cut it so that one side is at most five times the other."),
    }
    return str(reasons.get(refusal.reason, reasons["broken"]))


def _not_open(refusal: errors.RegistrationNotOpen) -> str:
    if refusal.reason == "called_off":
        return str(_("This date was called off. Choose another date."))
    if refusal.reason == "soon":
        return str(_("Registration for this date opens on %(moment)s.", moment=_moment(refusal.at)))
    return str(_("Registration for this date closed on %(moment)s. Choose another date.", moment=_moment(refusal.at)))


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


def _text_missing(refusal: errors.TextMissing) -> str:
    if refusal.languages == ("fr",):
        return str(_("Some of the people who get this read French: write subject and text in French too."))
    if refusal.languages == ("en",):
        return str(_("Some of the people who get this read English: write subject and text in English too."))
    return str(_("Write subject and text."))


def _moment(at: datetime | None) -> str:
    return full_datetime(local(at, ZONE)) if at else ""


ANSWERS: Final[dict[type[errors.Refusal], Answer]] = {
    errors.NotFound: Answer(404, _not_found),
    errors.EditionFull: Answer(409, _full),
    errors.RegistrationNotOpen: Answer(409, _not_open),
    errors.VoucherRefused: Answer(422, _voucher),
    errors.ChannelRefused: Answer(409, lambda _r: _("This way of paying is not offered here now. Choose another one.")),
    errors.TermsChanged: Answer(
        409, lambda _r: _("The terms have changed since you opened this page. Read them and accept them again.")
    ),
    errors.PriceChanged: Answer(409, _price),
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
            "Names and answers could be changed until %(moment)s. Write to us for later changes.", moment=_moment(r.at)
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
    errors.AddressTaken: Answer(422, lambda _r: _("Somebody else at the desk has this e-mail address.")),
    errors.LastOwner: Answer(
        409, lambda _r: _("This is the last owner. Make somebody else an owner first, who has chosen a password.")
    ),
    errors.LinkOver: Answer(
        410, lambda _r: _("This link is too old, was used already, or a newer one was sent. Ask for another one.")
    ),
    errors.ChangedMeanwhile: Answer(
        409,
        lambda _r: _(
            "Somebody else changed this while you were writing. Compare with what is there now, and save again."
        ),
    ),
    errors.StillUsed: Answer(409, _still_used),
    errors.PolicyUnfitForPrice: Answer(409, _unfit),
    errors.CodeTaken: Answer(
        409, lambda r: _("Another voucher has the code %(code)s. Choose another one.", code=r.code)
    ),
    errors.UnknownPlaceholder: Answer(
        422,
        lambda r: _(
            "%(names)s cannot be filled in here. Choose from the list, or leave out the braces.",
            names=", ".join(r.names),
        ),
    ),
    errors.TextMissing: Answer(422, _text_missing),
    errors.AudienceChanged: Answer(
        409,
        lambda _r: _("Others are meant by now than the page showed. Nothing was sent: look again before you send."),
    ),
    errors.NotYetOver: Answer(
        409, lambda r: _("This can be done once the date is over, from %(moment)s on.", moment=_moment(r.at))
    ),
    errors.SlugRefused: Answer(409, _slug),
    errors.StillBooked: Answer(409, _still_booked),
    errors.PlacePromised: Answer(409, _place_promised),
    errors.PictureRefused: Answer(422, _picture),
}
