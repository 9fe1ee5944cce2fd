"""What the organiser words in letters to participants, beside a sample of each in both languages."""

from __future__ import annotations

from typing import Any, Final

from flask import abort, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from booking import config
from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.adapters.mail import preview
from booking.domain.errors import ChangedMeanwhile
from booking.domain.letters import PLACEHOLDERS, Words
from booking.domain.permission import Permission
from booking.persistence import site
from booking.services import settings
from booking.web.booking_forms import one_line, stripped
from booking.web.desk.fields import check_braces
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.letter_frame import framed_sample
from booking.web.refusals import sentence

SUBJECT: Final = Length(max=150, message=_l("Enter at most 150 characters."))
TEXT: Final = Length(max=3000, message=_l("Enter at most 3000 characters."))
PARTS: Final = ("subject", "opening", "closing")
Labels = dict[str, tuple[LazyString, LazyString]]  # of each kind: what it is called, and when it goes out

GROUPS: Final[tuple[tuple[LazyString, Labels], ...]] = (
    (_l("About a booking"), {
        "received": (_l("Booking received, transfer awaited"), _l("After a booking that is paid by bank transfer.")),
        "confirmed": (_l("Booking confirmed"), _l("Once it is paid, free, or on account.")),
        "expired": (_l("Hold ended unpaid"), _l("No money came in time: the seats are free again.")),
        "seat_added": (_l("One more seat"), _l("When you add a seat to a booking.")),
        "substitute": (_l("Somebody else takes the seat"), _l("To whoever booked.")),
        "joining": (_l("You are taking part"), _l("To somebody whom you seated, or who takes over a seat.")),
        "cancelled": (_l("Cancellation"), _l("Seats were given up: fee and refund stand in it.")),
        "link": (_l("Fresh links to bookings"), _l("When somebody asks for them on “Find my booking”.")),
    }),
    (_l("About a date"), {
        "takes_place": (_l("The date takes place"), _l("When you decide so although the group is small.")),
        "moved": (_l("Another date or place"), _l("When you move a date, with what you write about it then.")),
        "called_off": (_l("Called off"), _l("When you call a date off, with what you write about it then.")),
        "certificate": (_l("Certificate of attendance"), _l("When you issue certificates, to each participant.")),
    }),
    (_l("About money"), {
        "paid": (_l("Payment arrived"), _l("Money came that confirms nothing: on account, a part, or a fee.")),
        "reminder": (_l("Reminder of what is owed"), _l("When you remind those who have not paid.")),
        "waived": (_l("Nothing asked any more"), _l("When you waive what is owed, or a part of it.")),
        "corrected": (_l("Payment booked by mistake"), _l("When you take out a payment: it is owed again.")),
        "refunded": (_l("Money sent back"), _l("When a refund has left.")),
        "refund_iban": (_l("Which account for the refund?"), _l("When a refund needs a bank account.")),
        "late_refund": (
            _l("Money that came too late"), _l("When somebody paid after the hold and the class was full."),
        ),
    }),
)  # fmt: skip
LABELS: Final[Labels] = {kind: words for _heading, labels in GROUPS for kind, words in labels.items()}
MEANINGS: Final[dict[str, LazyString]] = {
    "name": _l("who gets the mail"),
    "class": _l("title of the class"),
    "date": _l("its first day"),
    "place": _l("where it is"),
    "trainer": _l("who teaches it"),
    "reference": _l("reference of the booking"),
    "organiser": _l("your name"),
    "amount_owed": _l("what is to be paid"),
    "amount": _l("the sum that the mail is about"),
}

blueprint = desk_area("settings_letters", __name__)


class WordsForm(FlaskForm):
    """Empty fields leave the house's words. `shown` is the fingerprint of what the form was filled from."""

    subject_fr = StringField(_l("Subject in French"), [SUBJECT], filters=[one_line])
    subject_en = StringField(_l("Subject in English"), [SUBJECT], filters=[one_line])
    opening_fr = TextAreaField(_l("First words in French"), [TEXT], filters=[stripped])
    opening_en = TextAreaField(_l("First words in English"), [TEXT], filters=[stripped])
    closing_fr = TextAreaField(_l("Last words in French"), [TEXT], filters=[stripped])
    closing_en = TextAreaField(_l("Last words in English"), [TEXT], filters=[stripped])
    shown = HiddenField()

    def __init__(self, kind: str, **values: Any) -> None:
        self.kind = kind
        super().__init__(**values)

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, and what stands in braces in it."""
        checks = {f"{part}_{language}": [self._known] for part in PARTS for language in ("fr", "en")}
        fine: bool = super().validate({**checks, **(extra_validators or {})})
        return fine

    def words(self, language: str) -> Words:
        """What was written in one language."""
        return Words(*(self[f"{part}_{language}"].data or "" for part in PARTS))

    def _known(self, _form: Any, field: Any) -> None:
        check_braces(field, PLACEHOLDERS[self.kind])


@blueprint.get("/settings/letters/")
@needs(Permission.SETTINGS)
def index() -> str:
    """Every letter that has words to change, and where it has some."""
    own = {kind: sorted(lang for known, lang in site.current().letters if known == kind) for kind in LABELS}
    return render_template("desk/settings/letters.html", groups=GROUPS, own=own)


@blueprint.get("/settings/letters/<letter_kind>")
@needs(Permission.SETTINGS)
def edit(letter_kind: str) -> str:
    """The words of one letter, both languages side by side."""
    _check(letter_kind)
    letters = site.current().letters
    known = {f"{part}_{language}": getattr(letters.get((letter_kind, language), Words()), part)
             for part in PARTS for language in ("fr", "en")}  # fmt: skip
    return _page(WordsForm(letter_kind, data=known | {"shown": settings.fingerprint(site.LETTER + letter_kind)}))


@blueprint.post("/settings/letters/<letter_kind>")
@needs(Permission.SETTINGS)
def change(letter_kind: str) -> str | Response:
    """Letters that leave from now on say so; back to the house's words is the same with empty fields."""
    _check(letter_kind)
    form = WordsForm(letter_kind)
    back = request.form.get("action") == "house"
    if not back and not form.validate():
        return _page(form)
    words = {language: Words() if back else form.words(language) for language in ("fr", "en")}
    try:
        settings.reword(letter_kind, words, form.shown.data or "", clock.now(), actor())
    except ChangedMeanwhile as refusal:
        form.shown.data = settings.fingerprint(site.LETTER + letter_kind)
        return _page(form, sentence(refusal))
    return done(
        _("Back to the words that came with the site.") if back else _("Saved. The next letters say so."),
        "desk_settings_letters.edit",
        letter_kind=letter_kind,
    )


@blueprint.route("/settings/letters/<letter_kind>/<any(fr, en):language>", methods=["GET", "POST"])
@needs(Permission.SETTINGS)
def sample(letter_kind: str, language: str) -> Response:
    """The letter itself, for the frame beside the form: as kept, or as it is being written."""
    _check(letter_kind)
    if request.method == "POST":
        words = WordsForm(letter_kind).words(language)  # also with a placeholder too many, which then stands as typed
    else:
        words = site.current().letters.get((letter_kind, language), Words())
    letter = preview.of_kind(letter_kind, language, words, current_ports().issuer, config.current(), clock.now())
    return framed_sample(letter, language)


def _check(kind: str) -> None:
    if kind not in LABELS:
        abort(404)


def _page(form: WordsForm, problem: str | None = None) -> str:
    label, when = LABELS[form.kind]
    meanings = {f"{{{name}}}": MEANINGS[name] for name in PLACEHOLDERS[form.kind]}
    return render_template("desk/settings/letter.html", form=form, kind=form.kind, label=label, when=when,
                           meanings=meanings, problem=problem)  # fmt: skip
