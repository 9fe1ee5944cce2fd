"""Bring a catalogue into the database: everything in one transaction, or nothing and the list of what is in the way.

Rows are found by slug (vouchers by code, questions by key) and updated; bookings are never touched.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking import config
from booking.domain.catalogue import CatalogueRefused, CatalogueSpec, ClassSpec, EditedAtDesk, lacking, unfit
from booking.domain.errors import PromiseBroken, Refusal
from booking.domain.local_time import ZONE
from booking.domain.promises import PromisedEdition, PromisedQuestion, broken_by_edition, broken_by_question
from booking.persistence import counters, imports
from booking.persistence.bookings import Answer, Booking, holds_seats, seats_taken
from booking.persistence.catalogue import ImportCounts, Writer
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass, Question
from booking.persistence.transaction import atomic

FIRST_DAY = "first_day"
NEVER_WITHDRAWN = ("policy", "venue", "trainer")  # left out of a file, they stay


def first_day(now: datetime, zone: str = ZONE) -> date:
    """The day that relative days of a catalogue count from: today in `zone` at the first call, the same ever after."""
    with atomic():
        counter = db.session.get(counters.Counter, FIRST_DAY, with_for_update=True)
        if counter is None:
            counter = counters.Counter(name=FIRST_DAY, value=now.astimezone(ZoneInfo(zone)).date().toordinal())
            db.session.add(counter)
        return date.fromordinal(counter.value)


def import_catalogue(spec: CatalogueSpec, now: datetime, overwrite: bool = False) -> ImportCounts:
    """Stores the catalogue. Raises CatalogueRefused with every reason, and stores nothing, if it may not be.

    Importing the same catalogue again changes nothing. What was made at the desk stays; what came from a file and was
    changed at the desk since is a reason to refuse, unless `overwrite`.
    """
    with atomic():
        stored = _lock_editions()
        brought = imports.last_import()
        problems = [*_unpublishable(spec), *_broken_promises(spec, stored, brought.keys(), now)]
        if not overwrite:
            problems += _desk_edits(spec, brought)
        if problems:
            raise CatalogueRefused(tuple(problems))
        counts = Writer(now, brought.keys()).write(spec)
        imports.remember(brought.keys() | imports.entries(spec).keys())
        if counts.any:
            counters.catalogue_changed()
        return counts


def _desk_edits(spec: CatalogueSpec, brought: imports.Fingerprints) -> list[EditedAtDesk]:
    """Entries that are not as the last import left them, and that this one would change or withdraw."""
    present, written = imports.present(), imports.entries(spec)
    edited = [
        (kind, key)
        for kind, key in sorted(brought.keys() | (present.keys() & written.keys()))
        if present.get((kind, key)) not in (brought.get((kind, key)), written.get((kind, key)))
        and ((kind, key) in written or kind not in NEVER_WITHDRAWN)
    ]
    return [EditedAtDesk(f"{kind} {key}") for kind, key in edited]


def _lock_editions() -> dict[str, Edition]:
    """Every edition by slug, locked in id order, so that no seat is sold while promises are compared."""
    query = select(Edition).order_by(Edition.id).with_for_update()
    return {edition.slug: edition for edition in db.session.scalars(query.execution_options(populate_existing=True))}


def _unpublishable(spec: CatalogueSpec) -> list[Refusal]:
    policies = {policy.slug: policy.policy for policy in spec.policies}
    problems: list[Refusal] = []
    for offer in spec.classes:
        problems += lacking(offer, config.current().languages)
        if offer.policy:
            problems += unfit(offer, policies[offer.policy])
    return problems


def _broken_promises(
    spec: CatalogueSpec, stored: dict[str, Edition], brought: Set[imports.Key], now: datetime
) -> list[Refusal]:
    problems: list[Refusal] = []
    written = {edition.slug: (offer.slug, edition) for offer in spec.classes for edition in offer.editions}
    for slug, edition in stored.items():
        promised = _promised(edition, now)
        if promised is None:
            continue
        if slug in written:
            problems += broken_by_edition(promised, *written[slug])
        elif edition.ends_at > now and ("edition", slug) in brought:
            problems.append(PromiseBroken(f"edition {slug}", "removed"))
    for offer in spec.classes:
        problems += _broken_questions(offer)
    return problems


def _promised(edition: Edition, now: datetime) -> PromisedEdition | None:
    """What the edition's live bookings rely on; None when there is none."""
    bookings = db.session.scalars(select(Booking).where(Booking.edition_id == edition.id, holds_seats(now))).all()
    if not bookings:
        return None
    return PromisedEdition(
        master_class=edition.master_class.slug,
        venue=edition.venue.slug if edition.venue else None,
        zone=edition.zone,
        meetings=tuple((meeting.starts_at, meeting.ends_at) for meeting in edition.meetings),
        closes=edition.registration_closes_at,
        seats=seats_taken(edition.id, now),
        policies=tuple(booking.frozen_policy for booking in bookings if booking.frozen_policy),
    )


def _broken_questions(offer: ClassSpec) -> list[PromiseBroken]:
    written = {question.key: question for question in offer.questions}
    query = (
        select(Question.key, Question.kind, Answer.value)
        .join(Answer, Answer.question_id == Question.id)
        .join(MasterClass, MasterClass.id == Question.master_class_id)
        .where(MasterClass.slug == offer.slug)
        .distinct()
    )
    picked: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    for key, kind, value in db.session.execute(query):
        picked.setdefault(key, set()).add(value)
        kinds[key] = kind.value
    return [
        problem
        for key in kinds.keys() & written.keys()
        for problem in broken_by_question(
            PromisedQuestion(kinds[key], frozenset(picked[key])), f"question {offer.slug}/{key}", written[key]
        )
    ]
