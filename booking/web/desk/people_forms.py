"""Forms of owners about the people of the desk."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from booking.domain.permission import Role
from booking.persistence import resources
from booking.web.desk.account_forms import email_field, language_field, name_field

ROLES = (
    (Role.OWNER, _l("Owner")),
    (Role.STAFF, _l("Staff")),
    (Role.TRAINER, _l("Trainer")),
)
ROLE_HINTS = {
    Role.OWNER: _l("May do everything, also people, bank and settings."),
    Role.STAFF: _l("Bookings, money, classes, messages, files. No people, bank or settings."),
    Role.TRAINER: _l("Own dates only: who comes, their answers, attendance."),
}


class RoleForm(FlaskForm):
    """What somebody may do."""

    role = RadioField(
        _l("Role"),
        [DataRequired(_l("Choose a role."))],
        choices=[SelectChoice(role.value, label) for role, label in ROLES],
    )
    trainer_id = SelectField(_l("Which trainer is it?"), coerce=int, default=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [SelectChoice(trainer.id, trainer.name) for trainer in resources.trainers()]
        self.trainer_id.choices = [SelectChoice(0, _("No trainer")), *known]

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        if fine and self.role.data == Role.TRAINER and not self.trainer_id.data:
            self.trainer_id.errors = [_("Choose the trainer whose dates this person may see.")]
            fine = False
        return fine


class InvitationForm(RoleForm):
    """Somebody to be invited."""

    name = name_field()
    email = email_field()
    locale = language_field()
