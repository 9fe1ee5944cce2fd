"""Value added tax: whether it is charged, at which rates, and for which classes not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from booking.adapters import clock
from booking.domain.errors import ChangedMeanwhile
from booking.domain.permission import Permission
from booking.domain.vat import SWISS_RATES, Vat, VatRate, VatRules, in_order
from booking.persistence import class_index, site
from booking.services import settings
from booking.web.booking_forms import LINE, one_line
from booking.web.desk.fields import DayField
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.numbers import numbers
from booking.web.desk.settings_identity import uid_of
from booking.web.refusals import sentence

MAX_RATES: Final = 12
SAMPLE: Final = 34000  # centimes, to show what a price holds

blueprint = desk_area("settings_vat", __name__)


class RateForm(Form):
    """One line of the table."""

    since = DayField(_l("From"), [InputRequired(_l("Enter the day from which this rate holds."))])
    rate = StringField(_l("Rate in percent"), [InputRequired(_l("Enter a rate, as in 8.1."))], filters=[one_line],
                       render_kw={"inputmode": "decimal"})  # fmt: skip

    def validate_rate(self, field: Any) -> None:
        """At most two decimals."""
        self.hundredths = _hundredths(field.data)


class VatForm(FlaskForm):
    """`shown` is the fingerprint of what the form was filled from; classes that are exempt are ticked beside it."""

    charged = BooleanField(_l("I charge VAT"))
    number = StringField(_l("VAT number"), [LINE], filters=[one_line])
    since = DayField(_l("Registered since"), [Optional()])
    rates = FieldList(FormField(RateForm), min_entries=1, max_entries=MAX_RATES)
    shown = HiddenField()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.since.flags.optional = False  # it is asked for below, where tax is charged

    def validate(self, extra_validators: Any = None) -> bool:
        """Nothing is asked of those who charge none."""
        if not self.charged.data:
            return True
        fine: bool = super().validate(extra_validators)
        if not self.number.data:
            self.number.errors = [_("Enter your VAT number: invoices must carry it.")]
        if not self.since.data and not self.since.errors:
            self.since.errors = [_("Enter the day of your registration.")]
        return fine and not self.number.errors and not self.since.errors and self._ordered()

    def validate_number(self, field: Any) -> None:
        """A Swiss business number."""
        field.data = uid_of(field.data)

    @property
    def rules(self) -> VatRules | None:
        """What was checked; None when none is charged."""
        if not self.charged.data:
            return None
        return VatRules(self.number.data or "", self.since.data or date.min, self._rates())

    def _rates(self) -> tuple[VatRate, ...]:
        return in_order(VatRate(row.form.since.data, row.form.hundredths) for row in self.rates)

    def _ordered(self) -> bool:
        try:
            return bool(self._rates())
        except ValueError:
            self.rates[-1].form.since.errors = [_("Two rates begin on the same day: change one of them.")]
            self.rates.errors = [row.errors for row in self.rates if row.errors]
            return False


def _hundredths(typed: str) -> int:
    try:
        rate = Decimal(typed.rstrip("%").strip().replace(",", "."))
    except ArithmeticError:
        raise ValidationError(_("Enter a rate, as in 8.1.")) from None
    if not rate.is_finite() or not 0 < rate < 100 or rate != round(rate, 2):
        raise ValidationError(_("Enter a rate, as in 8.1."))
    return int(rate * 100)


@blueprint.get("/settings/vat")
@needs(Permission.SETTINGS)
def edit() -> str:
    """The form as it stands; for who charges none, with the Swiss rates to begin with."""
    now = site.current().vat
    rates = now.rates if now else SWISS_RATES[-1:]
    form = VatForm(
        charged=now is not None,
        number=now.number if now else site.current().organiser.uid,
        since=now.since if now else None,
        rates=[{"since": rate.since, "rate": f"{Decimal(rate.rate) / 100:f}"} for rate in rates],
        shown=settings.fingerprint(site.VAT),
    )
    return _page(form, {row.id for row in class_index.titles() if row.vat_exempt})


@blueprint.post("/settings/vat")
@needs(Permission.SETTINGS)
def change() -> str | Response:
    """Invoices are written by it from now on."""
    form = VatForm()
    exempt = set(numbers(request.form.getlist("exempt")))
    if _changed_rows(form, request.form.get("action", "save")) or not form.validate():
        return _page(form, exempt)
    try:
        settings.charge_vat(form.rules, exempt, form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.VAT)
        return _page(form, exempt, sentence(refusal))
    return done(
        _("Saved. It holds for invoices from now on; those that you issued stay as they are."), "desk_settings_vat.edit"
    )


def _changed_rows(form: VatForm, action: str) -> bool:
    """Adds a line when that is what the button asked for, or takes one away; gives whether it was."""
    if action == "add":
        if len(form.rates) < MAX_RATES:
            form.rates.append_entry()
        return True
    if not action.startswith("remove-"):
        return False
    rows = [row.data for number, row in enumerate(form.rates) if action != f"remove-{number}"] or [{}]
    while form.rates.entries:
        form.rates.pop_entry()
    for row in rows:
        form.rates.append_entry(row)
    return True


def _page(form: VatForm, exempt: set[int], problem: str | None = None) -> str:
    now = site.current().vat
    rate = now.rate_on(clock.now().date()) if now else None
    sample = Vat.held_in(SAMPLE, rate) if rate else None
    return render_template("desk/settings/vat.html", form=form, classes=class_index.titles()[::-1], exempt=exempt,
                           problem=problem, sample=sample, price=SAMPLE, most=MAX_RATES)  # fmt: skip
