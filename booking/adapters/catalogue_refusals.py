"""Why a well-formed catalogue was not imported, as complaints about the lines of its file."""

from __future__ import annotations

import tomllib
from typing import Any

from booking.adapters.toml_lines import LineMap, Path
from booking.adapters.toml_tables import Complaint
from booking.domain.catalogue import CatalogueRefused, EditedAtDesk, NotPublishable, PolicyUnfit
from booking.domain.errors import PromiseBroken, Refusal

PROMISES = {
    "removed": "people have booked it: keep it in the file, or call it off so that they are told and paid back",
    "class": "people have booked it as part of another class: move it back there, or give this one a new slug",
    "meetings": "people have booked these hours: write them as they were, or add an edition with a new slug",
    "venue": "people have booked for this place: write it as it was, or add an edition with a new slug",
    "zone": "people have booked hours in this time zone: write it as it was",
    "capacity": "more seats than this are taken: raise it to their number at least",
    "closes": "an earlier deadline would raise fees that people accepted: write it as it was, or a later one",
    "kind": "people have answered this question in another form: ask it under a new key",
    "choices": "people have picked a choice that is gone: put it back, or ask the question under a new key",
}
NEEDED = {
    "title": 'write title.fr = "…" and title.en = "…"',
    "language": 'write the language it is taught in: language = "fr" or "en"',
    "summary.fr": 'the French summary lacks: write summary.fr = "…"',
    "summary.en": 'the English summary lacks: write summary.en = "…"',
    "contact": 'write contact = "name@example.org" here, or at the top of the file for every class',
    "policy": 'a class that costs something needs a cancellation policy: write policy = "…"',
    "edition": "a published class needs a date with hours, place and price: add [[class.edition]]",
    "meetings": 'write the hours: meetings = [{day = "2026-12-05", from = "09:00", to = "17:00"}]',
    "price": "write price = 340.00, or price = 0 when it is free",
    "venue": 'write venue = "…", or online_url = "https://…"',
}
EDITED = "it was changed at the desk since the last import: write it so here, or import with --overwrite to undo that"
DRAFT_TOO = ("meetings", "price")  # an edition cannot be stored without these


def explain(text: str, refused: CatalogueRefused) -> tuple[Complaint, ...]:
    """What stands against importing the file `text`, in order of line."""
    data, lines = tomllib.loads(text), LineMap(text)
    found = [_complaint(data, lines, *pair) for problem in refused.problems for pair in _sentences(problem)]
    return tuple(sorted(found, key=lambda complaint: complaint.line))


def _sentences(problem: Refusal) -> list[tuple[str, str, str]]:
    """(where, field, sentence) of one refusal."""
    if isinstance(problem, PromiseBroken):
        return [(problem.where, problem.what, PROMISES[problem.what])]
    if isinstance(problem, PolicyUnfit):
        return [(problem.where, "price", f"its cancellation policy does not suit this price: {problem.reason}")]
    if isinstance(problem, NotPublishable):
        return [(problem.where, field, _needed(field)) for field in problem.what]
    if isinstance(problem, EditedAtDesk):
        return [(problem.where, "slug", EDITED)]
    raise problem


def _needed(field: str) -> str:
    either = "" if field in DRAFT_TOO else "; or keep the class a draft with published = false"
    return NEEDED[field] + either


def _complaint(data: dict[str, Any], lines: LineMap, where: str, field: str, sentence: str) -> Complaint:
    path = _find(data, where)
    if path is None:
        return Complaint(0, where, sentence)
    return Complaint(lines.line((*path, *field.split("."))), f"{where}, {field}", sentence)


def _find(data: dict[str, Any], where: str) -> Path | None:
    """The path of 'class SLUG', 'voucher CODE', 'edition SLUG' or 'question CLASS/KEY' in the file; None when it is not
    in it."""
    kind, _, name = where.partition(" ")
    for at, part in enumerate(data.get(kind, [])):
        if name in (part.get("slug"), str(part.get("code", "")).strip().upper()):
            return (kind, at)
    for at, offer in enumerate(data.get("class", [])):
        for index, part in enumerate(offer.get(kind, [])):
            own = f"{offer.get('slug')}/{part.get('key')}" if kind == "question" else part.get("slug")
            if own == name:
                return ("class", at, kind, index)
    return None
