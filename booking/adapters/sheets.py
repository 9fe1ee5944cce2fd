"""What is printed for the day: attendance sheet, answers, name badges. In the language of whoever prints."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from booking.adapters import typesetter, wording
from booking.adapters.answers import AnswerSheet
from booking.adapters.typesetter import printable
from booking.domain.attendance import Presence
from booking.persistence.bookings import Attendee
from booking.persistence.masterclasses import Edition, Meeting
from booking.persistence.site import Logo

COLUMNS: Final = 7  # meetings beside each other on one sheet; more come on further ones
UPRIGHT: Final = 3  # columns that fit on upright paper
SPARE: Final = 3  # empty lines for people who come unannounced


@dataclass(frozen=True)
class BadgeFormat:
    """Millimetres of one badge, and how many stand on an A4 sheet."""

    width: int
    height: int
    columns: int
    rows: int

    @property
    def each(self) -> int:
        """Badges on a sheet."""
        return self.columns * self.rows


BADGES: Final = {
    "90x54": BadgeFormat(90, 54, 2, 5),
    "105x74": BadgeFormat(105, 74, 2, 4),
    "148x105": BadgeFormat(105, 148, 2, 2),
}


@dataclass(frozen=True)
class Printing:
    """Who prints: the reader's language, the organiser's name, colour and logo, and the moment."""

    locale: str
    organiser: str
    accent: str
    now: datetime
    logo: Logo | None = None


def attendance(
    edition: Edition, seats: Sequence[Attendee], marks: dict[int, dict[int, Presence]], by: Printing
) -> bytes:
    """Names with a box to sign for each meeting; what was noted at check-in stands in it. It goes from hand to hand, so
    nothing on it says who owes what."""
    groups = [edition.meetings[first : first + COLUMNS] for first in range(0, len(edition.meetings), COLUMNS)]
    sheet = _head(edition, by) | {
        "name": wording.sheet_labels(by.locale)["attendance"],
        "landscape": len(edition.meetings) > UPRIGHT,
        "spare": SPARE,
        "tables": [_table(edition, group, seats, marks, by) for group in groups],
    }
    return _pdf("attendance.typ", sheet, by)


def answers(edition: Edition, found: AnswerSheet, by: Printing) -> bytes:
    """By question, then by person."""
    sheet = _head(edition, by) | {
        "name": wording.sheet_labels(by.locale)["answers"],
        "questions": [
            {
                "label": question.label,
                "counts": [wording.labelled(words, number, by.locale) for words, number in question.counts],
                "said": [] if question.counts else question.said,
            }
            for question in found.questions
        ],
        "people": [(name, said) for name, said in found.people if said],
        "silent": wording.silent(found.silent, by.locale) if found.silent else "",
    }
    return _pdf("answers.typ", sheet, by)


def badges(edition: Edition, names: Collection[str], form: BadgeFormat, skip: int, by: Printing) -> bytes:
    """One badge a name; the first `skip` places of the sheet stay empty, where its labels were used before."""
    sheet = _head(edition, by) | {
        "name": wording.sheet_labels(by.locale)["badges"],
        "names": names,
        "width": form.width,
        "height": form.height,
        "columns": form.columns,
        "rows": form.rows,
        "skip": skip % form.each,
    }
    return _pdf("badges.typ", sheet, by)


def _head(edition: Edition, by: Printing) -> dict[str, Any]:
    zone, master_class = ZoneInfo(edition.zone), edition.master_class
    first, last = edition.starts_at.astimezone(zone), edition.ends_at.astimezone(zone)
    days = dict.fromkeys((wording.full_date(first.date(), by.locale), wording.full_date(last.date(), by.locale)))
    now = by.now.astimezone(zone)
    return {
        "language": by.locale,
        "accent": by.accent,
        "logo": typesetter.logo(by.logo),
        "organiser": by.organiser,
        "title": master_class.title.best(by.locale),
        "when": " – ".join(days),
        "place": wording.place(edition, by.locale),
        "trainers": ", ".join(trainer.name for trainer in master_class.trainers),
        "printed": f"{wording.full_date(now.date(), by.locale)}, {wording.clock(now, by.locale)}",
        "labels": wording.sheet_labels(by.locale),
    }


def _table(
    edition: Edition,
    meetings: Sequence[Meeting],
    seats: Sequence[Attendee],
    marks: dict[int, dict[int, Presence]],
    by: Printing,
) -> dict[str, Any]:
    labels, zone = wording.sheet_labels(by.locale), ZoneInfo(edition.zone)
    noted = {Presence.PRESENT: labels["present"], Presence.ABSENT: labels["absent"]}

    def head(meeting: Meeting) -> list[str]:
        start, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
        return [wording.short_day(start.date(), by.locale), wording.hours(start, end, by.locale)]

    def row(seat: Attendee) -> dict[str, Any]:
        marked = marks.get(seat.id, {})
        cells = [noted[marked[meeting.id]] if meeting.id in marked else "" for meeting in meetings]
        return {"name": seat.name, "small": seat.booking.company, "cells": cells}

    return {"heads": [head(meeting) for meeting in meetings], "rows": [row(seat) for seat in seats]}


def _pdf(template: str, sheet: dict[str, Any], by: Printing) -> bytes:
    return typesetter.pdf(template, printable(sheet, 20), by.now.replace(microsecond=0))
