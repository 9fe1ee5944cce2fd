"""The account that participants pay to: looked at before it changes, since bills that are out keep the old one."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from stdnum import iban as iban_rules
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length, ValidationError

from booking.adapters import clock
from booking.domain import reference
from booking.domain.errors import ChangedMeanwhile
from booking.domain.permission import Permission
from booking.persistence import documents, site
from booking.persistence.documents import Document
from booking.services import settings
from booking.web.booking_forms import one_line
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.refusals import sentence

LISTED: Final = 50  # open bills on the page; the others are counted
HOLDER: Final = Length(max=70, message=_l("Enter at most 70 characters: a QR-bill has no room for more."))

blueprint = desk_area("settings_bank", __name__)


class Account(NamedTuple):
    """An account as people read it; `kind` is that of its references, 'QRR' or 'SCOR'."""

    iban: str
    kind: reference.Kind
    holder: str


class AccountForm(FlaskForm):
    """`shown` is the fingerprint of what the form was filled from."""

    iban = StringField(
        _l("IBAN or QR-IBAN"), filters=[one_line], render_kw={"autocomplete": "off", "spellcheck": "false"}
    )
    account_holder = StringField(_l("Holder of the account"), [HOLDER], filters=[one_line])
    shown = HiddenField()

    def validate_iban(self, field: Any) -> None:
        """Of Switzerland or Liechtenstein, its check digits right; none is fine too."""
        if not field.data:
            return
        bare = reference.normalise(field.data)
        if bare[:2] not in ("CH", "LI"):
            raise ValidationError(_("QR-bills need an account whose IBAN begins with CH or LI."))
        if not iban_rules.is_valid(bare):
            raise ValidationError(_("This IBAN has a typing error. Copy it again from your bank’s papers."))
        field.data = reference.in_fours(bare)


@blueprint.get("/settings/bank")
@needs(Permission.SETTINGS)
def edit() -> str:
    """The account as it stands."""
    organiser = site.current().organiser
    known = {"iban": reference.in_fours(organiser.iban), "account_holder": organiser.account_holder}
    return _page(AccountForm(data=known | {"shown": settings.fingerprint(site.BANK)}))


@blueprint.post("/settings/bank")
@needs(Permission.SETTINGS)
def review() -> str:
    """What a new account changes, before it does."""
    form = AccountForm()
    if not form.validate():
        return _page(form)
    organiser = site.current().organiser
    after = _account(form.iban.data, form.account_holder.data)
    bills = [(paper, owed) for paper, owed in documents.open_bills() if not after or differs(paper, after)]
    return render_template(
        "desk/settings/bank_review.html",
        form=form,
        before=_account(organiser.iban, organiser.account_holder),
        after=after,
        bills=bills[:LISTED],
        more=max(0, len(bills) - LISTED),
        owed=sum(owed for _paper, owed in bills),
    )


def differs(paper: Document, account: Account) -> bool:
    """Whether a bill that is out names another account."""
    return reference.normalise(paper.frozen.iban or "") != reference.normalise(account.iban)


@blueprint.post("/settings/bank/account")
@needs(Permission.SETTINGS)
def change() -> str | Response:
    """New bills carry the new account."""
    form = AccountForm()
    if not form.validate():
        return _page(form)
    try:
        settings.change_account(form.iban.data, form.account_holder.data, form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.BANK)
        return _page(form, sentence(refusal))
    return done(_("Saved. New QR-bills carry this account."), "desk_settings_bank.edit")


def _account(iban: str | None, holder: str | None) -> Account | None:
    if not iban:
        return None
    return Account(reference.in_fours(iban), reference.kind_of_iban(iban), holder or site.current().organiser.name)


def _page(form: AccountForm, problem: str | None = None) -> str:
    organiser = site.current().organiser
    account = _account(organiser.iban, organiser.account_holder)
    return render_template("desk/settings/bank.html", form=form, account=account, problem=problem)
