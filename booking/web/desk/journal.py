"""Who did what, newest first."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from booking.domain.local_time import ZONE
from booking.domain.permission import Permission
from booking.persistence import journal_pages, organisers
from booking.persistence.journal_pages import Filter
from booking.web.booking_forms import one_line
from booking.web.desk.fields import DayField, first_instant, last_second
from booking.web.desk.guard import desk_area, needs
from booking.web.desk.journal_facts import fact_words
from booking.web.desk.journal_words import ACTIONS, action_words, actor_words
from booking.web.desk.numbers import numbers

SIDES: Final = ("participant", "organiser", "provider", "system")

blueprint = desk_area("journal", __name__)


class JournalFilter(Form):
    """What to show; everything may be left open."""

    booking = StringField(_l("Booking"), filters=[one_line], render_kw={"autocomplete": "off"})
    edition = StringField(_l("Date"), filters=[one_line], render_kw={"autocomplete": "off"})
    person = SelectField(_l("Who"), default="")
    action = SelectField(_l("What"), default="")
    since = DayField(_l("From"), [Optional()])
    until = DayField(_l("Until"), [Optional()])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sides = [SelectChoice(side, actor_words(side)) for side in SIDES]
        known = [SelectChoice(str(number), name) for number, name in organisers.names().items()]
        actions = sorted(((key, str(words)) for key, words in ACTIONS.items()), key=lambda pair: pair[1])
        self.person.choices = [SelectChoice("", _("everybody")), *known, *sides]
        self.action.choices = [SelectChoice("", _("everything")), *(SelectChoice(*pair) for pair in actions)]


@blueprint.get("/journal/")
@needs(Permission.FILES)
def index() -> str:
    """A page of the journal; the filters are in the address."""
    form = JournalFilter(request.args)
    form.validate()
    wanted = Filter(
        booking=(form.booking.data or "").upper(),
        edition=form.edition.data or "",
        actor=form.person.data or "",
        action=form.action.data or "",
        since=first_instant(form.since.data, ZONE),
        until=last_second(form.until.data, ZONE),
        before=next(iter(numbers(request.args.getlist("before"))), None),
    )
    lines, following = journal_pages.page(wanted)
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "before" and value}
    older = url_for("desk_journal.index", **kept, before=following) if following else None
    return render_template(
        "desk/journal/index.html", form=form, lines=lines, older=older, zone=ZONE, filtered=bool(kept),
        action_words=action_words, actor_words=actor_words, fact_words=fact_words, people=organisers.names(),
    )  # fmt: skip
