"""What cancelling a whole booking would cost now and later, or in a sentence that it costs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from booking.domain.booking import BookingState
from booking.domain.errors import NothingToCancel
from booking.persistence.bookings import Booking
from booking.persistence.standing import Standing
from booking.services import cancel
from booking.web import formatting


@dataclass(frozen=True)
class Forecast:
    """What cancelling everything would cost at `at` (on the clocks of the edition): centimes."""

    when: str
    at: datetime
    fee: int
    refund: int
    due: int


def of(booking: Booking, stands: Standing, now: datetime) -> Iterator[Forecast]:
    """Now, in a week, and at the end of the day before: as long as they are to come."""
    starts = formatting.local(booking.edition.starts_at, booking.edition.zone)
    eve = starts.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(seconds=1)
    moments = [(pgettext("when", "now"), now)]
    moments += [(pgettext("when", "in a week"), now + timedelta(days=7))] if now + timedelta(days=7) < eve else []
    moments += [(pgettext("when", "the day before"), eve)] if now < eve else []
    for when, at in moments:
        try:
            proposal = cancel.propose(booking, [seat.id for seat in booking.active], at, stands=stands)
        except NothingToCancel:
            return
        money = proposal.settlement
        local = formatting.local(at, booking.edition.zone)
        yield Forecast(when, local, proposal.quote.fee, money.refund, money.due)


def free_of_charge(booking: Booking, forecasts: Sequence[Forecast]) -> str:
    """A sentence instead of sums: while the seats are only held, and where there is nothing to charge or give back."""
    seats = len(booking.active)
    if booking.state is BookingState.PENDING:
        back = max((one.refund for one in forecasts), default=0)
        if back:
            amount = formatting.chf(back)
            return str(
                _("It is not confirmed yet, so there is no fee: the %(amount)s that came in goes back.", amount=amount)
            )
        return str(
            ngettext(
                "Nothing was paid yet: there is no fee, the seat is free again, and nothing more is asked for.",
                "Nothing was paid yet: there is no fee, the %(num)d seats are free again, and nothing more is asked "
                "for.",
                seats,
            )
        )
    if any(one.fee or one.refund or one.due for one in forecasts):
        return ""
    return str(
        ngettext(
            "There is no fee and nothing to pay back: the seat is free again.",
            "There is no fee and nothing to pay back: the %(num)d seats are free again.",
            seats,
        )
    )
