"""The form of a cancellation policy: one row a tier, then what applies to the whole."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from booking.domain.policy import CancellationPolicy, CancellationTier, PolicyError
from booking.persistence.policies import PolicyTemplate
from booking.services.policies import fingerprint
from booking.web.booking_forms import one_line
from booking.web.desk.fields import MoneyField, Spoken
from booking.web.desk.policy_words import why_not

MAX_TIERS: Final = 8
SEED: Final = ((15, "30"), (8, "50"), (1, "80"))  # what a new policy begins with
STEPS: Final = [
    SelectChoice("1", "0.01"),
    SelectChoice("5", "0.05"),
    SelectChoice("10", "0.10"),
    SelectChoice("100", "1.00"),
]
TITLE: Final = (Length(max=100, message=_l("Enter at most 100 characters.")),)


class TierForm(Form):
    """One tier: from so many days before on, this share and this sum."""

    min_days = IntegerField(
        _l("Days before"),
        [
            InputRequired(_l("Enter the number of days before the class.")),
            NumberRange(0, 3650, _l("Enter 0 to 3650 days.")),
        ],
        render_kw={"inputmode": "numeric"},
    )
    percent = StringField(
        _l("Percent"),
        [InputRequired(_l("Enter a share, 0 to 100."))],
        filters=[one_line],
        render_kw={"inputmode": "decimal"},
    )
    fixed = MoneyField(_l("Plus CHF"), [Optional()], filters=[one_line])

    def validate_percent(self, field: Any) -> None:
        """A share with at most two decimals, as people write them."""
        try:
            share = Decimal(field.data.rstrip("%").strip().replace(",", "."))
        except ArithmeticError:
            raise ValidationError(_("Enter a share, 0 to 100.")) from None
        if not share.is_finite() or not 0 <= share <= 100 or share != round(share, 2):
            raise ValidationError(_("Enter a share, 0 to 100."))

    @property
    def tier(self) -> CancellationTier:
        """The tier of a row that was checked."""
        share = Decimal(self.percent.data.rstrip("%").strip().replace(",", "."))
        return CancellationTier(self.min_days.data, share, self.fixed.centimes or 0)


class PolicyForm(FlaskForm):
    """A whole policy. `shown` is the fingerprint of what the form was filled from."""

    title_fr = StringField(_l("Name in French"), [Spoken(_l("Enter a name in French.")), *TITLE], filters=[one_line])
    title_en = StringField(_l("Name in English"), [Spoken(_l("Enter a name in English.")), *TITLE], filters=[one_line])
    tiers = FieldList(FormField(TierForm), min_entries=1, max_entries=MAX_TIERS)
    basis = RadioField(
        _l("Percentages are of"),
        choices=[
            SelectChoice("net", _l("the price paid, after discounts")),
            SelectChoice("list", _l("the full price, before discounts")),
        ],
        default="net",
    )
    anchor = RadioField(
        _l("Days are counted back from"),
        choices=[
            SelectChoice("first_meeting", _l("the first day of the class")),
            SelectChoice("registration_deadline", _l("the registration deadline")),
        ],
        default="first_meeting",
    )
    min_fee = MoneyField(_l("Least fee, CHF"), [Optional()], filters=[one_line])
    rounding_step = RadioField(_l("Fees are rounded to, CHF"), choices=STEPS, default="5")
    free_hours = IntegerField(
        _l("Hours after booking during which cancelling is free"),
        [Optional(), NumberRange(0, 24 * 365, _l("Enter 0 to 8760 hours."))],
        render_kw={"inputmode": "numeric"},
    )
    free_until_deadline = BooleanField(_l("Cancelling is free until the registration deadline"))
    withdrawal = BooleanField(
        _l("Participants may withdraw within 14 days of booking, free of charge (rule for the EU)")
    )
    shown = HiddenField()

    policy: CancellationPolicy | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field first, then the schedule as a whole; its fault is told at the row it is about."""
        if not super().validate(extra_validators):
            return False
        try:
            self.policy = self._policy([row.form for row in self.tiers])
        except PolicyError as error:
            self._tell(error)
            return False
        return True

    @property
    def sound(self) -> CancellationPolicy | None:
        """The schedule of a form that was checked; without the tiers that need correcting, None if no other is left."""
        try:
            return self.policy or self._policy([row.form for row in self.tiers if self.errors and not row.form.errors])
        except PolicyError:
            return None

    def _tell(self, error: PolicyError) -> None:
        """At the number that is wrong: the days of a tier that overlaps, else the share of the one that falls."""
        row = next(
            (row.form for row in reversed(self.tiers) if row.form.min_days.data == error.days), self.tiers[0].form
        )
        field = row.percent if error.fault == "falls" else row.min_days
        field.errors = [*field.errors, why_not(error)]
        self.tiers.errors = [row.errors for row in self.tiers]  # a list does not see what came to its rows since

    def _policy(self, rows: Iterable[TierForm]) -> CancellationPolicy:
        return CancellationPolicy(
            tuple(row.tier for row in rows),
            min_fee=self.min_fee.centimes or 0,
            rounding_step=int(self.rounding_step.data),
            basis=self.basis.data,
            anchor=self.anchor.data,
            free_hours=self.free_hours.data or 0,
            free_until_deadline=self.free_until_deadline.data,
            withdrawal_days=14 if self.withdrawal.data else 0,
        )


def blank() -> PolicyForm:
    """The form of a new policy, with a usual schedule to change."""
    return PolicyForm(tiers=[{"min_days": days, "percent": share} for days, share in SEED])


def filled(template: PolicyTemplate, copy: bool = False) -> PolicyForm:
    """The form of a policy that is there; as a copy it is stored as another one."""
    policy = template.policy
    return PolicyForm(
        title_fr=_("%(title)s (copy)", title=template.title.fr) if copy else template.title.fr,
        title_en=_("%(title)s (copy)", title=template.title.en) if copy else template.title.en,
        tiers=[
            {
                "min_days": tier.min_days,
                "percent": f"{tier.percent.normalize():f}",
                "fixed": _francs(tier.fixed),
            }
            for tier in policy.tiers
        ],
        basis=policy.basis,
        anchor=policy.anchor,
        min_fee=_francs(policy.min_fee),
        rounding_step=str(policy.rounding_step),
        free_hours=policy.free_hours or None,
        free_until_deadline=policy.free_until_deadline,
        withdrawal=bool(policy.withdrawal_days),
        shown=fingerprint(template),
    )


def change_rows(form: PolicyForm, action: str) -> bool:
    """Adds or removes a row when that is what the button asked for; gives whether it was."""
    if action == "add":
        if len(form.tiers) < MAX_TIERS:
            form.tiers.append_entry()
        return True
    verb, _dash, number = action.partition("-")
    if verb != "remove" or not number.isdecimal():
        return False
    rows = [row.data for row in form.tiers]
    if int(number) < len(rows) and len(rows) > 1:
        rows.pop(int(number))
    while form.tiers.entries:
        form.tiers.pop_entry()
    for row in rows:
        form.tiers.append_entry(row)
    return True


def _francs(centimes: int) -> str:
    return f"{centimes // 100}.{centimes % 100:02d}" if centimes else ""
