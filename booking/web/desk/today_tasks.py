"""What needs doing, in sentences: what it is, since when or until when, of whom, and where it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from booking.domain.local_time import ZONE
from booking.domain.permission import Permission
from booking.persistence import todo
from booking.persistence.minimum import Undecided
from booking.persistence.todo import Case, Pile, Untranslated
from booking.web import formatting, i18n
from booking.web.desk.guard import me
from booking.web.desk.today_piles import MAIL, MONEY, Kind


@dataclass(frozen=True)
class Line:
    """One of the people concerned."""

    text: str
    url: str | None
    note: str = ""


@dataclass(frozen=True)
class Task:
    """`url` is where it is done, if that is one page; `is_late` says that it should have been; `more` counts the cases
    without a line."""

    title: str
    url: str = ""
    action: str = ""
    is_late: bool = False
    hint: str = ""
    lines: list[Line] = field(default_factory=list)
    more: int = 0


def tasks(now: datetime, languages: tuple[str, ...]) -> list[Task]:
    """All that the person who signed in can do something about, the most pressing first."""
    may, found = me().may, []
    waiting = todo.piles() if may(Permission.MONEY) or may(Permission.BOOKINGS) else {}
    if may(Permission.MONEY):
        waiting |= todo.owing(now)
        found += [_of_pile(kind, waiting[name], now) for name, kind in MONEY.items() if name in waiting]
    if may(Permission.CLASSES):
        found += [_below_minimum(item, now) for item in todo.to_decide(now)]
    if may(Permission.BOOKINGS) and "mail" in waiting:
        found.append(_of_pile(MAIL, waiting["mail"], now))
    if may(Permission.CLASSES):
        untranslated = todo.untranslated(languages)
        found += [_untranslated(untranslated)] if untranslated else []
    return sorted(found, key=lambda task: not task.is_late)


def days_words(at: datetime, now: datetime, zone: str = ZONE) -> str:
    """'since 3 November 2026 (19 days)', 'by 24 November 2026 (in 2 days)', 'today, …'."""
    day, today = (formatting.local(instant, zone).date() for instant in (at, now))
    date, days = formatting.short_date(day), (day - today).days
    if days == 0:
        return str(_("today, %(date)s", date=date))
    if days < 0:
        return str(ngettext("since %(date)s (%(num)d day)", "since %(date)s (%(num)d days)", -days, date=date))
    return str(ngettext("by %(date)s (in %(num)d day)", "by %(date)s (in %(num)d days)", days, date=date))


def _of_pile(kind: Kind, pile: Pile, now: datetime) -> Task:
    return Task(
        title=kind.title(pile.count, formatting.chf(pile.amount)),
        url=kind.way.url if kind.way else "",
        action=str(kind.way.words) if kind.way else "",
        is_late=kind.is_late,
        hint=str(kind.hint),
        lines=[_line(case, now, kind.case) for case in pile.cases],
        more=pile.count - len(pile.cases),
    )


def _line(case: Case, now: datetime, place: str) -> Line:
    note = [formatting.chf(case.amount)] if case.amount else []
    note += [days_words(case.at, now)] if case.at else []
    url = url_for(place, reference=case.reference) if case.reference else None
    return Line(case.name or case.reference or case.error, url, " · ".join(note) or (case.error if url else ""))


def _below_minimum(item: Undecided, now: datetime) -> Task:
    edition, taken = item.edition, item.seats.taken
    assert edition.decision_at is not None
    facts = {
        "title": i18n.words(edition.master_class.title),
        "date": formatting.full_date(formatting.local(edition.starts_at, edition.zone)),
        "minimum": edition.minimum,
    }
    said = ngettext(
        "“%(title)s”, %(date)s: %(num)d person of the %(minimum)d it takes",
        "“%(title)s”, %(date)s: %(num)d people of the %(minimum)d it takes",
        taken,
        **facts,
    )
    day = formatting.full_date(formatting.local(edition.decision_at, edition.zone))
    hint = (
        _("The day to decide was %(date)s: let it take place, or call it off.", date=day)
        if item.is_due(now)
        else _("To be decided by %(date)s: let it take place, or call it off.", date=day)
    )
    url = url_for("desk_editions.show", edition_slug=edition.slug)
    return Task(said, url, _("Decide"), is_late=item.is_due(now), hint=hint)


def _untranslated(found: list[Untranslated]) -> Task:
    title = ngettext(
        "A class that everybody reads lacks words in one of the languages",
        "%(num)d classes that everybody reads lack words in one of the languages",
        len({one.slug for one in found}),
    )
    lines = [
        Line(i18n.words(one.title), url_for("desk_classes.show", class_slug=one.slug), _lacking(one))
        for one in found[: todo.NAMED]
    ]
    hint = _("Where a class is meant for one language alone, say so on its page.")
    url, more = url_for("desk_classes.index"), len(found) - len(lines)
    return Task(title, url, _("To the classes"), hint=hint, lines=lines, more=more)


def _lacking(one: Untranslated) -> str:
    sentences = {
        "fr": _("%(num)d of %(total)d texts missing in French", num=one.lacking, total=one.total),
        "en": _("%(num)d of %(total)d texts missing in English", num=one.lacking, total=one.total),
    }
    return str(sentences[one.language])
