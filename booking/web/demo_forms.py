"""What can be pressed on the demonstration gateway's page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice


class DemoPayForm(FlaskForm):
    """`button` is 'pay', 'decline' or 'back'; `refunds` decides how a later refund goes, to try both."""

    button = StringField()
    refunds = RadioField(
        _l("If this payment is refunded later, the refund…"),
        choices=[SelectChoice("succeed", _l("succeeds")), SelectChoice("fail", _l("fails, as with a closed card"))],
        default="succeed",
    )
