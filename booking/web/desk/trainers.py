"""Trainers: who teaches, as the page of a class presents them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired

from booking.web.booking_forms import NAME, one_line
from booking.web.desk.class_forms import PAGE, in_language
from booking.web.desk.resources import Resource, Words, resource_area


class TrainerForm(FlaskForm):
    """`seen` marks what the form was filled from."""

    seen = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("Enter first and last name.")), NAME], filters=[one_line])
    bio_fr = in_language("fr", TextAreaField, PAGE)
    bio_en = in_language("en", TextAreaField, PAGE)


TRAINERS = Resource(
    kind="trainer",
    area="trainers",
    form=TrainerForm,
    named=lambda trainer: str(trainer.name),
    words=Words(
        title=_l("Trainers"),
        add=_l("Add a trainer"),
        edit=_l("Change the trainer"),
        empty=_l("There is no trainer yet"),
        delete=_l("Delete this trainer"),
    ),
)
blueprint = resource_area(TRAINERS, __name__)
