"""Forms of what is done with the money of a booking: it came, is waived or given back, seats are cancelled at a fee."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from booking.adapters import clock
from booking.domain.local_time import ZONE, instant
from booking.domain.payment import Means
from booking.persistence.arrivals import Arrival
from booking.services.cancel import Decision, Payee
from booking.services.settle import Gift, Waiver
from booking.web import formatting
from booking.web.booking_forms import LINE, one_line, stripped
from booking.web.desk.booking_forms import REASON, WITHOUT_FILLING
from booking.web.desk.edition_forms import ClockField
from booking.web.desk.fields import DayField, MoneyField
from booking.web.desk.rehearsals import ActForm
from booking.web.manage_forms import HOLDER

MEANS: Final = [
    SelectChoice(Means.BANK.value, _l("credited by the bank")),
    SelectChoice(Means.CASH.value, _l("in cash")),
    SelectChoice(Means.TERMINAL.value, _l("by my own card terminal")),
]


def today() -> date:
    """On the clocks of Switzerland."""
    return formatting.local(clock.now(), ZONE).date()


def noon_of(day: date) -> datetime:
    """How a day that a bank names is kept; the same as of `flask mark-paid`, so that repetitions are seen."""
    return datetime.combine(day, time(12), UTC)


def _reason(lacking: LazyString) -> TextAreaField:
    """Why something is done with money; `lacking` is told where nothing was typed."""
    return TextAreaField(_l("Reason"), [DataRequired(lacking), REASON], filters=[stripped])


class PaymentFields(FlaskForm):
    """How and when money came."""

    means = RadioField(_l("How it came"), choices=MEANS, default=Means.BANK.value)
    day = DayField(_l("On which day"), [InputRequired(_l("Enter the day on which the money came."))], default=today)

    def validate_day(self, field: Any) -> None:
        """Not to come."""
        if field.data and field.data > today():
            raise ValidationError(_("This day has not come yet. Enter the day of the statement."))


class PaymentForm(PaymentFields, ActForm):
    """Money that came."""

    amount = MoneyField(_l("Amount"), [InputRequired(_l("Enter the sum that came."))])
    reference = StringField(_l("Reference on the statement"), [LINE], filters=[one_line], render_kw=WITHOUT_FILLING)
    once_more = BooleanField(_l("The same sum came twice that day"))

    def arrival(self) -> Arrival:
        """What was typed, once it was checked."""
        day = noon_of(self.day.data or today())
        return Arrival(self.amount.centimes or 0, day, Means(self.means.data), bool(self.once_more.data))

    @property
    def named(self) -> str:
        """The reference; cash and cards have none."""
        return (self.reference.data or "") if self.means.data == Means.BANK else ""


class WaiverForm(ActForm):
    """What is no longer asked for."""

    amount = MoneyField(_l("Amount"), [InputRequired(_l("Enter the sum that you waive."))])
    reason = _reason(_l("Enter why you waive it: the accounts must be able to tell."))
    tell = BooleanField(_l("Write to the participant"), default=True)

    def waiver(self) -> Waiver:
        """What was typed."""
        return Waiver(self.amount.centimes or 0, self.reason.data or "", bool(self.tell.data))


class MistakeForm(ActForm):
    """A payment that never came."""

    payment = RadioField(_l("Which payment?"), [DataRequired(_l("Choose a payment."))])
    reason = _reason(_l("Enter what went wrong: the accounts must be able to tell."))


class AccountFields(FlaskForm):
    """Where a refund by bank goes. Left empty, the participant is asked."""

    iban = StringField("IBAN", [LINE], filters=[one_line], render_kw=WITHOUT_FILLING)
    holder = StringField(_l("Account holder"), [HOLDER], filters=[one_line], render_kw=WITHOUT_FILLING)

    @property
    def account(self) -> str:
        """The IBAN as typed, without blanks."""
        return (self.iban.data or "").replace(" ", "").upper()


class GiftForm(AccountFields, ActForm):
    """What is given back though it was not owed."""

    amount = MoneyField(_l("Amount"), [InputRequired(_l("Enter the sum that you give back."))])
    reason = _reason(_l("Enter why you give it back: the accounts must be able to tell."))
    way = RadioField(
        _l("How it goes back"),
        choices=[
            SelectChoice("same", _l("the way it was paid")),
            SelectChoice("bank", _l("by bank, to an account")),
        ],
        default="same",
    )

    def gift(self, holder: str) -> Gift:
        """What was typed; `holder` is taken for the account holder where none is named."""
        name = self.holder.data or holder
        return Gift(self.amount.centimes or 0, self.reason.data or "", self.way.data == "bank", self.account, name)


class CancellingForm(AccountFields, ActForm):
    """Which seats; since when and at what fee, where it is not now and not that of the terms."""

    seats = SelectMultipleField(_l("Seats"), coerce=int, validate_choice=False)
    received_day = DayField(_l("Day"), [Optional()])
    received_time = ClockField(_l("Time"), [Optional()])
    received_reason = TextAreaField(_l("How you know"), [REASON], filters=[stripped])
    fee = MoneyField(_l("Fee"))
    fee_reason = TextAreaField(_l("Why it is lower"), [REASON], filters=[stripped])

    def validate(self, extra_validators: Any = None) -> bool:
        """Field by field; then the day, which is needed where something else of an earlier receipt was entered."""
        fine: bool = super().validate(extra_validators)
        earlier = self.received_time.data or self.received_reason.data
        if earlier and self.received_day.data is None and not self.received_day.errors:
            self.received_day.errors = [_("Enter the day on which the letter, e-mail or call came.")]
            fine = False
        return fine

    def validate_seats(self, field: Any) -> None:
        """Nobody is chosen beforehand."""
        if not field.data:
            raise ValidationError(_("Choose at least one seat."))

    def validate_received_reason(self, field: Any) -> None:
        """Needed where it was cancelled earlier."""
        if self.received_day.data and not field.data:
            raise ValidationError(_("Enter how you know: “letter of 3 March”, “e-mail of that evening”."))

    def validate_fee(self, field: Any) -> None:
        """Needed where it is lowered."""
        if self.fee_reason.data and not field.data:
            raise ValidationError(_("Enter the fee in francs; 0 for none."))

    def validate_fee_reason(self, field: Any) -> None:
        """Needed where it is lowered."""
        if self.fee.data and not field.data:
            raise ValidationError(_("Enter why the fee is lower."))

    def decision(self, zone: str) -> Decision:
        """What was typed, on the clocks of `zone`. Raises ClockChange. Without an hour it came at the day's first."""
        received = None
        if self.received_day.data:
            received = instant(self.received_day.data, self.received_time.data or time(), zone)
        return Decision(received, self.received_reason.data or "", self.fee.centimes, self.fee_reason.data or "")

    def payee(self, holder: str) -> Payee:
        """Where a refund by bank goes; `holder` where no other is named."""
        return Payee(self.account, self.holder.data or holder)
