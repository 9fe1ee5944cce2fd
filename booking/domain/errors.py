"""Refusals: what the rules say no to, as facts. `web/refusals.py` alone turns them into sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Refusal(Exception):
    """Base of every expected 'no'. Carries facts, never a sentence."""


@dataclass
class NotFound(Refusal):
    """The thing named does not exist (or is not shown to this visitor)."""

    what: str


@dataclass
class EditionFull(Refusal):
    """Fewer seats are free than were asked for; `left` may be 0."""

    left: int


@dataclass
class RegistrationNotOpen(Refusal):
    """The edition takes no bookings now: not yet open, past its deadline, or called off."""

    reason: str  # 'soon' | 'closed' | 'called_off'
    at: datetime | None = None


@dataclass
class NoWayOfPaying(Refusal):
    """No card provider is connected, and a transfer would come too late or has no account to come to."""


@dataclass
class VoucherRefused(Refusal):
    """The voucher cannot be used for this booking."""

    reason: str  # 'unknown' | 'too_early' | 'over' | 'used_up' | 'other_class'


@dataclass
class ChannelRefused(Refusal):
    """That way of paying is not offered for this booking now."""

    channel: str


@dataclass
class TermsChanged(Refusal):
    """The terms shown are no longer the current ones; they must be accepted anew."""


@dataclass
class PriceChanged(Refusal):
    """The total shown is no longer the total; nothing was booked. Centimes."""

    shown: int
    current: int


@dataclass
class DateChanged(Refusal):
    """Day, place or terms are no longer those that were shown; nothing was booked."""


@dataclass
class AlreadyBooked(Refusal):
    """The same person already has an active booking for this edition; asked about, not forbidden."""

    reference: str


@dataclass
class QuoteChanged(Refusal):
    """The fee moved between the page and the press of the button; nothing was cancelled. Centimes."""

    shown: int
    current: int


@dataclass
class NothingToCancel(Refusal):
    """No active seat was chosen, or the class has begun and was attended."""


@dataclass
class IbanNeeded(Refusal):
    """A refund by bank needs a valid IBAN. `given` is what was typed, '' when nothing was."""

    given: str = ""


@dataclass
class NotPayable(Refusal):
    """Nothing can be paid on this booking now (`reason`: 'settled', 'over', 'cancelled')."""

    reason: str


@dataclass
class GatewayUnavailable(Refusal):
    """The payment provider did not answer; the seats stay held and the same step may be repeated."""


@dataclass
class EditingClosed(Refusal):
    """Attendees can no longer be edited online: the cut-off has passed."""

    at: datetime


@dataclass
class WrongAmount(Refusal):
    """Money was reported that fits no open reference or amount. Centimes."""

    reason: str


@dataclass
class PromiseBroken(Refusal):
    """A catalogue change would alter what participants were promised (`what` names the field)."""

    where: str
    what: str


@dataclass
class ChangedMeanwhile(Refusal):
    """Somebody else changed what this form was about to overwrite; nothing was written."""


@dataclass
class StillUsed(Refusal):
    """It cannot be deleted: something relies on it. `by` names what: 'class', 'edition', 'booking', 'voucher' or
    'organiser'."""

    by: str
    count: int


@dataclass
class PolicyUnfitForPrice(Refusal):
    """At this seat price, in centimes, the policy's fee would fall as the day comes nearer: at `days` days before, or
    after its last tier (None)."""

    price: int
    days: int | None


@dataclass
class CodeTaken(Refusal):
    """Another voucher has this code."""

    code: str


@dataclass
class UnknownPlaceholder(Refusal):
    """A text names placeholders that it has no values for; `names` as typed, in braces."""

    names: tuple[str, ...]


@dataclass
class SlugRefused(Refusal):
    """A class cannot have that name in its address: another one has it ('taken'), or it was announced under its own
    ('kept')."""

    reason: str


@dataclass
class StillBooked(Refusal):
    """A class cannot be taken off the site: people hold `seats` on dates that are still to come."""

    seats: int


@dataclass
class PlacePromised(Refusal):
    """A venue's address is about to change while people hold `seats` there on dates to come; it must be said that it
    is the same place."""

    seats: int


@dataclass
class PictureRefused(Refusal):
    """A file cannot be kept as a picture."""

    reason: str  # 'kind' | 'broken' | 'huge' | 'heavy' | 'small' | 'narrow'


@dataclass
class AddressTaken(Refusal):
    """Somebody else at the desk has this e-mail address."""


@dataclass
class LastOwner(Refusal):
    """Nobody would be left who may do everything: the last owner stays one."""


@dataclass
class LinkOver(Refusal):
    """A link for somebody at the desk is too old, was used, or a newer one was sent."""


@dataclass
class TextMissing(Refusal):
    """A message has no words in these languages ('fr', 'en'), which some of its readers need; nothing was sent."""

    languages: tuple[str, ...]


@dataclass
class NotYetOver(Refusal):
    """What can only be said after the last meeting: it ends at `at`."""

    at: datetime


@dataclass
class PlanChanged(Refusal):
    """What a page said it would do to people is no longer what it would do; nothing was done."""


@dataclass
class SeatsTaken(Refusal):
    """A date cannot have fewer seats than are `taken`."""

    taken: int


@dataclass
class MustBeMoved(Refusal):
    """People hold `seats` on a date whose day or place was about to change unannounced: it must be moved instead."""

    seats: int


@dataclass
class NotMovable(Refusal):
    """A date cannot be moved, called off or decided upon (`reason`: 'called_off', 'over', 'decided', 'unchanged')."""

    reason: str


@dataclass
class DateStaysShown(Refusal):
    """A date cannot be taken off the site: people hold `seats` on it, or (0) booked it once."""

    seats: int


@dataclass
class NotPossibleNow(Refusal):
    """An act of the desk that this booking does not allow now.

    `why`: 'ended' (cancelled or expired), 'over' (the class is), 'called_off', 'settled' (nothing is owed), 'owes'
    (something is), 'refund_under_way', 'nothing_paid', 'disputed', 'full', 'no_mistake' (no payment can be taken out).
    """

    why: str


@dataclass
class TooMuch(Refusal):
    """More than can be asked, given or waived here, or nothing: at most `most` centimes."""

    most: int


@dataclass
class ReceiptRefused(Refusal):
    """A cancellation cannot have been received then: 'future' or 'before_booking'."""

    why: str


@dataclass
class OtherBooking(Refusal):
    """That payment reference belongs to another booking, named by its own reference."""

    reference: str
