"""What the desk refuses, as sentences; `refusals` is where they are looked up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.domain import errors
from booking.domain.editions import DateRefused
from booking.domain.local_time import ZONE
from booking.web.formatting import chf, full_datetime, local


class Answer(NamedTuple):
    """How one class of refusal is answered."""

    status: int
    words: Callable[[Any], str]


def moment_of(at: datetime | None) -> str:
    return full_datetime(local(at, ZONE)) if at else ""


def _still_used(refusal: errors.StillUsed) -> str:
    number = refusal.count
    sentences = {
        "class": ngettext(
            "It cannot be deleted: %(num)d class uses it.", "It cannot be deleted: %(num)d classes use it.", number
        ),
        "edition": ngettext(
            "It cannot be deleted: %(num)d date uses it.", "It cannot be deleted: %(num)d dates use it.", number
        ),
        "voucher": ngettext(
            "It cannot be deleted: %(num)d voucher is for it.",
            "It cannot be deleted: %(num)d vouchers are for it.",
            number,
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


def _text_missing(refusal: errors.TextMissing) -> str:
    if refusal.languages == ("fr",):
        return str(_("Some of the people who get this read French: write subject and text in French too."))
    if refusal.languages == ("en",):
        return str(_("Some of the people who get this read English: write subject and text in English too."))
    return str(_("Write subject and text."))


def _seats_taken(refusal: errors.SeatsTaken) -> str:
    return str(
        ngettext(
            "%(num)d seat is taken: enter that number or more.",
            "%(num)d seats are taken: enter that number or more.",
            refusal.taken,
        )
    )


def _must_be_moved(refusal: errors.MustBeMoved) -> str:
    return str(
        ngettext(
            "%(num)d seat is booked by now: the day and the place are changed by moving the date, so that everybody is "
            "told.",
            "%(num)d seats are booked by now: the day and the place are changed by moving the date, so that everybody "
            "is told.",
            refusal.seats,
        )
    )


def _not_movable(refusal: errors.NotMovable) -> str:
    reasons = {
        "called_off": _("This date was called off already."),
        "over": _("This date is over."),
        "decided": _("It was decided already that this date takes place."),
        "unchanged": _("Nothing is changed by this: enter the new day, time or place."),
    }
    return str(reasons[refusal.reason])


def _date_stays(refusal: errors.DateStaysShown) -> str:
    if not refusal.seats:
        return str(_("This date was booked once: it is archived instead."))
    return str(
        ngettext(
            "%(num)d seat is booked on this date: it stays on the site until then. Close it instead, and it takes no "
            "more bookings.",
            "%(num)d seats are booked on this date: it stays on the site until then. Close it instead, and it takes no "
            "more bookings.",
            refusal.seats,
        )
    )


DESK: Final[dict[type[errors.Refusal], Answer]] = {
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
    errors.NotYetOver: Answer(
        409, lambda r: _("This can be done once the date is over, from %(moment)s on.", moment=moment_of(r.at))
    ),
    errors.SlugRefused: Answer(409, _slug),
    errors.StillBooked: Answer(409, _still_booked),
    errors.PlacePromised: Answer(409, _place_promised),
    errors.PictureRefused: Answer(422, _picture),
    errors.PlanChanged: Answer(
        409,
        lambda _r: _("Something changed since this page was shown. Nothing was done: look at what it would do now."),
    ),
    errors.SeatsTaken: Answer(409, _seats_taken),
    errors.MustBeMoved: Answer(409, _must_be_moved),
    errors.NotMovable: Answer(409, _not_movable),
    errors.DateStaysShown: Answer(409, _date_stays),
    DateRefused: Answer(
        422, lambda _r: _("This date cannot stand as it is written. Look at its days, times and sums.")
    ),
}
