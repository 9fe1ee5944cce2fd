"""Venues: where classes take place, and how to get there."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField, URLField
from wtforms.validators import DataRequired, Regexp, ValidationError

from booking.adapters import clock
from booking.persistence import resources
from booking.web.booking_forms import NAME, SHORT, one_line
from booking.web.countries import CountryField
from booking.web.desk.class_forms import PAGE, in_language
from booking.web.desk.resources import Resource, Words, resource_area


class VenueForm(FlaskForm):
    """`seen` marks what the form was filled from; `same_place` is asked for when people have booked there."""

    seen = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("Enter the name of the venue.")), NAME], filters=[one_line])
    street = StringField(_l("Street"), [NAME], filters=[one_line])
    house_number = StringField(_l("Number"), [SHORT], filters=[one_line])
    postcode = StringField(_l("Postcode"), [SHORT], filters=[one_line])
    town = StringField(_l("Town"), [DataRequired(_l("Enter the town: it stands in the catalogue.")), NAME],
                       filters=[one_line])  # fmt: skip
    country = CountryField(_l("Country"), default="CH")
    same_place = BooleanField(_l("It is the same place; only its address is corrected"))
    access_fr = in_language("fr", TextAreaField, PAGE)
    access_en = in_language("en", TextAreaField, PAGE)
    map_url = URLField(_l("Link to a map"), filters=[one_line])

    def validate_map_url(self, field: Any) -> None:
        """A link that pages may show, or none."""
        if field.data:
            Regexp(r"^https?://[^\s/]+\S*$", message=_("Enter the whole address of the map: it begins with https://."))(
                self, field
            )
            if len(field.data) > 500:
                raise ValidationError(_("Enter at most 500 characters."))


VENUES = Resource(
    kind="venue",
    area="venues",
    form=VenueForm,
    named=lambda venue: str(venue.name),
    words=Words(
        title=_l("Venues"),
        add=_l("Add a venue"),
        edit=_l("Change the venue"),
        empty=_l("There is no venue yet"),
        delete=_l("Delete this venue"),
    ),
    seats=lambda venue: resources.seats_to_come(venue, clock.now()),
)
blueprint = resource_area(VENUES, __name__)
