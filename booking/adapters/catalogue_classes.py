"""The `[[class]]` tables of a catalogue file, with their questions, editions and meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from booking.adapters import catalogue_values as values
from booking.adapters.toml_tables import Table, as_flag, as_money, listed, near, whole
from booking.domain.bilingual import Bilingual
from booking.domain.booking import Confirmation
from booking.domain.catalogue import ClassSpec, EditionSpec, MeetingSpec, QuestionSpec
from booking.domain.editions import MOST_SEATS, Fault, faults

KINDS = ("master_class", "workshop", "course", "information_session")
QUESTION_KINDS = ("text", "long_text", "choice", "yes_no")
CONFIRMATIONS = tuple(confirmation.value for confirmation in Confirmation)
TEXTS = (
    "title", "summary", "objectives", "programme", "method", "audience", "prerequisites", "bring", "included",
    "credits", "series",
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What holds for the whole file: the day relative days count from, defaults, and the slugs written, by kind."""

    first_day: date
    zone: str
    contact: str
    known: dict[str, tuple[str, ...]]

    def reference(self, table: Table, key: str, kind: str) -> str | None:
        """A slug of that kind, None when absent."""
        return table.read(key, lambda value: self._found(kind, value), None)

    def references(self, table: Table, key: str, kind: str) -> tuple[str, ...]:
        """A list of slugs of that kind."""
        for slug in (found := table.words(key)):
            if slug not in self.known[kind]:
                table.complain(key, self._unknown(kind, slug))
        return found

    def _found(self, kind: str, value: Any) -> str:
        if value not in self.known[kind]:
            raise ValueError(self._unknown(kind, value))
        return str(value)

    def _unknown(self, kind: str, value: Any) -> str:
        known = self.known[kind]
        hint = near(value, known) or (f": write {listed(known)}" if known else f": add a [[{kind}]] first")
        return f'there is no {kind} "{value}"{hint}'


def read_class(table: Table, setting: Setting) -> ClassSpec:
    """One class with everything in it."""
    spec = ClassSpec(
        slug=table.read("slug", values.slug, "", required=True),
        kind=table.choice("kind", KINDS, "workshop"),
        language=table.choice("language", ("fr", "en")),
        topics=setting.references(table, "topics", "topic"),
        related=setting.references(table, "related", "class"),
        trainers=setting.references(table, "trainers", "trainer"),
        picture=table.read("picture", values.picture, ""),
        picture_credit=table.text("picture_credit"),
        contact=table.read("contact", values.mailbox, setting.contact),
        published=table.read("published", as_flag, True),
        policy=setting.reference(table, "policy", "policy"),
        questions=tuple(_read_question(question) for question in table.tables("question")),
        editions=tuple(_read_edition(edition, setting) for edition in table.tables("edition")),
        **{name: table.bilingual(name) for name in TEXTS},
    )
    for key in sorted({q.key for q in spec.questions if [p.key for p in spec.questions].count(q.key) > 1}):
        table.complain("question", f'two questions have the key "{key}": give each its own')
    table.finish()
    return spec


def _read_question(table: Table) -> QuestionSpec:
    kind = table.choice("kind", QUESTION_KINDS, "text")
    choices = tuple(_read_choice(choice) for choice in table.tables("choices"))
    if kind == "choice" and len({choice["key"] for choice in choices}) < max(2, len(choices)):
        table.complain(
            "choices", 'a choice needs two answers or more, each with its own key, as in {key = "a", fr = "…"}'
        )
    if kind != "choice" and choices:
        table.complain("choices", 'only a question of kind = "choice" has choices: change the kind or remove them')
    question = QuestionSpec(
        key=table.read("key", values.slug, "", required=True),
        kind=kind,
        label=table.bilingual("label"),
        hint=table.bilingual("hint"),
        choices=choices,
        required=table.read("required", as_flag, False),
        when=table.choice("when", ("booking", "before"), "booking"),
    )
    if question.label.missing():
        table.complain("label", "ask the question in both languages: label.fr and label.en")
    table.finish()
    return question


def _read_choice(table: Table) -> dict[str, str]:
    found = {"key": table.read("key", values.slug, "", required=True)}
    found |= {language: table.text(language, required=True) for language in ("fr", "en")}
    table.finish()
    return found


def _read_edition(table: Table, setting: Setting) -> EditionSpec:
    zone = ZoneInfo(table.read("zone", values.zone, setting.zone))
    capacity = table.read("capacity", whole(1, MOST_SEATS), 1, required=True)

    def instant(key: str, otherwise: time) -> datetime | None:
        return table.read(key, lambda value: values.instant(value, setting.first_day, zone, otherwise), None)

    edition = EditionSpec(
        slug=table.read("slug", values.slug, "", required=True),
        meetings=tuple(filter(None, (_read_meeting(sitting, setting.first_day, zone)
                                     for sitting in table.tables("meetings")))),
        venue=setting.reference(table, "venue", "venue"),
        online_url=table.read("online_url", values.address, ""),
        zone=zone.key,
        price=table.read("price", as_money, None),
        early_price=table.read("early_price", as_money, None),
        early_until=instant("early_until", values.END_OF_DAY),
        minimum=table.read("minimum", whole(0, MOST_SEATS), 0),
        capacity=capacity,
        opens=instant("opens", time()),
        closes=instant("closes", values.END_OF_DAY),
        decision=instant("decision", time()),
        confirmation=Confirmation(table.choice("confirmation", CONFIRMATIONS, Confirmation.ON_PAYMENT.value)),
    )  # fmt: skip
    for fault in faults(edition):
        _complain_of(table, edition, fault)
    table.finish()
    return edition


def _read_meeting(table: Table, first_day: date, zone: ZoneInfo) -> MeetingSpec | None:
    day = table.read("day", lambda value: values.day(value, first_day), None, required=True)
    start = table.read("from", values.clock, None, required=True)
    end = table.read("to", values.clock, None, required=True)
    title = table.bilingual("title")
    table.finish()
    if day is None or start is None or end is None:
        return None
    if end <= start:
        table.complain("to", f"the meeting ends at {end:%H:%M}, before it starts: write a later time")
        return None
    try:
        return MeetingSpec(values.checked(day, start, zone), values.checked(day, end, zone), title or Bilingual())
    except ValueError as error:
        table.complain("from", str(error))
        return None


def _complain_of(table: Table, edition: EditionSpec, fault: Fault) -> None:
    """Tells what does not go together in an edition, under the key that the file writes."""
    at = getattr(edition, fault.field) if fault.reason == "after_start" else None
    words = {
        "above_capacity": f"the minimum is above the capacity of {edition.capacity}: lower it",
        "early_alone": "an early price needs early_until, the last day it holds, and the other way round",
        "too_dear": "the price is above a million francs: correct it",
        "early_not_below": "the early price is not below the price: lower it or remove it",
        "overlap": "the meetings are not in order of time, or overlap: write the earliest first",
        "after_start": f"{at:%Y-%m-%d %H:%M} is after the first meeting begins: choose an earlier day" if at else "",
        "closes_before_opens": "registration closes before it opens: exchange the two days",
    }
    table.complain("early_price" if fault.reason == "early_alone" else fault.field, words[fault.reason])
