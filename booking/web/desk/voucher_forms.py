"""The form of a voucher."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from booking.domain import money
from booking.domain.local_time import ZONE
from booking.persistence import class_index
from booking.persistence.bookings import REFERENCE_ALPHABET
from booking.persistence.vouchers import Voucher
from booking.services.vouchers import VoucherFacts
from booking.web.booking_forms import one_line
from booking.web.desk.fields import DayField, first_instant, last_second
from booking.web.i18n import words

CODE: Final = r"^[A-Z0-9][A-Z0-9-]{2,29}$"


class VoucherForm(FlaskForm):
    """What a voucher gives, to whom, how often and when."""

    code = StringField(
        _l("Code"),
        [
            DataRequired(_l("Enter a code.")),
            Regexp(CODE, message=_l("Enter 3 to 30 letters, digits or hyphens, as in SPRING-10.")),
        ],
        filters=[one_line, lambda value: (value or "").upper()],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    kind = RadioField(
        _l("It takes off"),
        choices=[
            SelectChoice("percent", _l("percent of each seat")),
            SelectChoice("amount", _l("a sum of the whole booking, in CHF")),
        ],
        default="percent",
    )
    value = StringField(
        _l("How much"),
        [DataRequired(_l("Enter how much it takes off.")), Length(max=12, message=_l("Enter a shorter number."))],
        filters=[one_line],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    max_uses = IntegerField(
        _l("Bookings it may be used for"),
        [Optional(), NumberRange(1, 100_000, _l("Enter a number from 1, or leave it empty."))],
        render_kw={"inputmode": "numeric"},
    )
    first_day = DayField(_l("First day"), [Optional()])
    last_day = DayField(_l("Last day"), [Optional()])
    master_class = SelectField(_l("For which class"), coerce=int, default=0)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        classes = sorted(class_index.titles(), key=lambda one: one.slug)
        self.master_class.choices = [
            SelectChoice(0, _("every class")),
            *(SelectChoice(one.id, words(one.title)) for one in classes),
        ]

    def validate_value(self, field: Any) -> None:
        """A share above 0 up to 100, or a sum above 0."""
        try:
            self.amount()
        except (ValueError, ArithmeticError):
            raise ValidationError(
                _("Enter a share above 0 and up to 100, with at most two decimals.")
                if self.kind.data == "percent"
                else _("Enter a sum in francs, as in 340 or 340.50.")
            ) from None

    def validate_last_day(self, field: Any) -> None:
        """Not before the first one."""
        if self.first_day.data and field.data and field.data < self.first_day.data:
            raise ValidationError(_("Enter a last day that is not before the first."))

    def amount(self) -> str:
        """The value as it is stored. Raises ValueError."""
        if self.kind.data == "amount":
            centimes = money.parse(self.value.data)
            if centimes <= 0:
                raise ValueError
            return str(centimes)
        share = Decimal(self.value.data.rstrip("%").strip().replace(",", "."))
        if not share.is_finite() or not 0 < share <= 100 or share != round(share, 2):
            raise ValueError
        return f"{share.normalize():f}"

    def facts(self) -> VoucherFacts:
        """What was typed, once it was checked."""
        return VoucherFacts(
            code=self.code.data,
            kind=self.kind.data,
            value=self.amount(),
            max_uses=self.max_uses.data,
            valid_from=first_instant(self.first_day.data, ZONE),
            valid_until=last_second(self.last_day.data, ZONE),
            master_class_id=self.master_class.data or None,
        )


def blank() -> VoucherForm:
    """A new voucher; a code that cannot be guessed is suggested."""
    return VoucherForm(code=_suggested())


def filled(voucher: Voucher) -> VoucherForm:
    """The form of a voucher that is there."""
    return VoucherForm(**_typed(voucher))


def _typed(voucher: Voucher) -> dict[str, Any]:
    return {
        "code": voucher.code,
        "kind": voucher.kind,
        "value": money.plain(int(voucher.value)) if voucher.kind == "amount" else voucher.value,
        "max_uses": voucher.max_uses,
        "first_day": _day(voucher.valid_from),
        "last_day": _day(voucher.valid_until),
        "master_class": voucher.master_class_id or 0,
    }


def _day(at: datetime | None) -> date | None:
    return at.astimezone(ZoneInfo(ZONE)).date() if at else None


def _suggested() -> str:
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _letter in range(8))
