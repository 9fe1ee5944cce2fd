"""Topics: subjects by which readers choose in the catalogue."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from booking.web.booking_forms import NAME
from booking.web.desk.class_forms import in_language
from booking.web.desk.fields import Spoken
from booking.web.desk.resources import Resource, Words, resource_area
from booking.web.i18n import words


class TopicForm(FlaskForm):
    """`seen` marks what the form was filled from."""

    seen = HiddenField()
    title_fr = in_language("fr", StringField, Spoken(_l("Name the topic in French.")), NAME)
    title_en = in_language("en", StringField, Spoken(_l("Name the topic in English.")), NAME)


TOPICS = Resource(
    kind="topic",
    area="topics",
    form=TopicForm,
    named=lambda topic: words(topic.title),
    words=Words(
        title=_l("Topics"),
        add=_l("Add a topic"),
        edit=_l("Change the topic"),
        empty=_l("There is no topic yet"),
        delete=_l("Delete this topic"),
    ),
)
blueprint = resource_area(TOPICS, __name__)
