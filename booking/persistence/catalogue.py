"""Writes a catalogue into the rows: found by slug, changed only where they differ, withdrawn as history demands."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import exists, select

from booking.domain.catalogue import CatalogueSpec, ClassSpec, EditionSpec, QuestionSpec, VoucherSpec
from booking.domain.publication import SHOWN, Publication
from booking.persistence import editions
from booking.persistence.bookings import Answer, Booking
from booking.persistence.db import Model, db
from booking.persistence.imports import Key, entries
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import (
    Edition,
    MasterClass,
    Meeting,
    Question,
    QuestionKind,
    Topic,
    Trainer,
    Venue,
)
from booking.persistence.policies import PolicyTemplate
from booking.persistence.vouchers import Voucher

Row = TypeVar("Row", bound=Model)
WITHDRAWN = ("edition", "class", "voucher", "topic")
ELSEWHERE = frozenset({"contact", "policy", "trainers", "questions", "editions", "topics", "related", "published"})


@dataclass
class ImportCounts:
    """What the catalogue holds now, and how many rows of any kind were added, changed or withdrawn."""

    classes: int = 0
    editions: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0

    @property
    def any(self) -> bool:
        """Whether the import altered anything."""
        return bool(self.added or self.changed or self.withdrawn)


class Writer:
    """One import under way inside the caller's transaction; editions are locked, promises were checked.

    `brought` names what earlier imports brought: that alone is withdrawn when the file no longer names it.
    """

    def __init__(self, now: datetime, brought: Set[Key]) -> None:
        self.now = now
        self.brought = brought
        self.counts = ImportCounts()
        self.policies: dict[str, PolicyTemplate] = {}
        self.venues: dict[str, Venue] = {}
        self.trainers: dict[str, Trainer] = {}

    def write(self, spec: CatalogueSpec) -> ImportCounts:
        """Adds and updates in the order of references, then withdraws what is no longer written."""
        for policy in spec.policies:
            values = {"title": policy.title, "definition": policy.policy.to_json()}
            self.policies[policy.slug] = self._put(PolicyTemplate, {"slug": policy.slug}, values)
        self.venues = {venue.slug: self._put(Venue, {"slug": venue.slug}, _values(venue)) for venue in spec.venues}
        for trainer in spec.trainers:
            self.trainers[trainer.slug] = self._put(Trainer, {"slug": trainer.slug}, _values(trainer))
        for topic in spec.topics:
            self._put(Topic, {"slug": topic.slug}, _values(topic))
        for offer in spec.classes:
            self._put_class(offer)
        for voucher in spec.vouchers:
            self._put_voucher(voucher)
        self._withdraw(spec)
        db.session.flush()
        return self.counts

    def _put(self, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
        """The row with that unique key, with these values; counted if it is new or differs."""
        row = db.session.scalars(select(model).filter_by(**key)).one_or_none()
        if row is None:
            row = model(**(values | key))
            db.session.add(row)
            db.session.flush()
            self.counts.added += 1
            return row
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        self.counts.changed += bool(changed)
        return row

    def _put_class(self, offer: ClassSpec) -> None:
        policy = self.policies[offer.policy] if offer.policy else None
        values = {name: value for name, value in _values(offer).items() if name not in ELSEWHERE} | {
            "topics": list(offer.topics),
            "related": list(offer.related),
            "contact_email": offer.contact,
            "policy_id": policy.id if policy else None,
            "state": Publication.PUBLISHED if offer.published else Publication.DRAFT,
            **({"announced": True} if offer.published else {}),
        }
        row = self._put(MasterClass, {"slug": offer.slug}, values)
        trainers = [self.trainers[slug] for slug in offer.trainers]
        if {trainer.id for trainer in row.trainers} != {trainer.id for trainer in trainers}:
            self.counts.changed += bool(row.trainers)
            row.trainers = trainers
        for position, question in enumerate(offer.questions):
            self._put_question(row, position, question)
        self._withdraw_questions(row, {question.key for question in offer.questions})
        for edition in offer.editions:
            self._put_edition(row, edition)
        self.counts.classes += 1

    def _put_question(self, owner: MasterClass, position: int, question: QuestionSpec) -> None:
        values = _values(question) | {
            "position": position,
            "kind": QuestionKind(question.kind),
            "choices": list(question.choices),
            "retired": False,
        }
        self._put(Question, {"master_class_id": owner.id, "key": question.key}, values)

    def _put_edition(self, owner: MasterClass, edition: EditionSpec) -> None:
        moved = {"meetings": None, "venue": None, "opens": None, "closes": None, "decision": None}
        values = {name: value for name, value in _values(edition).items() if name not in moved} | {
            "master_class_id": owner.id,
            "venue_id": self.venues[edition.venue].id if edition.venue else None,
            "registration_opens_at": edition.opens,
            "registration_closes_at": edition.closes,
            "decision_at": edition.decision,
            "starts_at": edition.meetings[0].starts_at,
            "ends_at": edition.meetings[-1].ends_at,
        }
        row = self._put(Edition, {"slug": edition.slug}, values)
        meetings = [(meeting.starts_at, meeting.ends_at, meeting.title) for meeting in edition.meetings]
        if [(meeting.starts_at, meeting.ends_at, meeting.title) for meeting in row.meetings] != meetings:
            self.counts.changed += bool(row.meetings)
            row.meetings = [Meeting(**_values(meeting)) for meeting in edition.meetings]
        self.counts.editions += 1

    def _put_voucher(self, voucher: VoucherSpec) -> None:
        values = _values(voucher)
        owner = values.pop("master_class")
        query = select(MasterClass.id).where(MasterClass.slug == owner)
        values["master_class_id"] = db.session.scalars(query).one() if owner else None
        self._put(Voucher, {"code": voucher.code}, values)

    def _withdraw(self, spec: CatalogueSpec) -> None:
        """What the file no longer names. Policies, venues and trainers stay, unused; past editions stay as history."""
        written = entries(spec).keys()
        gone = {kind: [key for of, key in self.brought - written if of == kind] for kind in WITHDRAWN}
        for edition in db.session.scalars(select(Edition).where(Edition.slug.in_(gone["edition"]))):
            self._withdraw_edition(edition)
        shown = MasterClass.state.in_(SHOWN)
        for offer in db.session.scalars(select(MasterClass).where(MasterClass.slug.in_(gone["class"]), shown)):
            offer.state = Publication.ARCHIVED
            self.counts.withdrawn += 1
        for voucher in db.session.scalars(select(Voucher).where(Voucher.code.in_(gone["voucher"]))):
            self._withdraw_voucher(voucher)
        for topic in db.session.scalars(select(Topic).where(Topic.slug.in_(gone["topic"]))):
            db.session.delete(topic)
            self.counts.withdrawn += 1

    def _withdraw_edition(self, edition: Edition) -> None:
        """Deleted if nobody ever booked it or did anything to it at the desk, which the journal names; called off if
        all its bookings have ended and it is still to come."""
        booked = db.session.scalar(select(exists().where(Booking.edition_id == edition.id)))
        if not booked and db.session.scalar(select(exists().where(JournalEntry.edition_id == edition.id))):
            edition.state = Publication.ARCHIVED
        elif not booked:
            editions.erase(edition)
        elif edition.called_off_at is None and edition.ends_at > self.now:
            edition.called_off_at = self.now
        else:
            return
        self.counts.withdrawn += 1

    def _withdraw_questions(self, owner: MasterClass, kept: set[str]) -> None:
        """Deleted if nobody answered; retired (kept with its answers, asked no more) otherwise."""
        query = select(Question).where(Question.master_class_id == owner.id, Question.key.not_in(kept))
        for question in db.session.scalars(query):
            if ("question", f"{owner.slug}/{question.key}") not in self.brought:
                continue
            answered = db.session.scalar(select(exists().where(Answer.question_id == question.id)))
            if not answered:
                db.session.delete(question)
            elif question.retired:
                continue
            else:
                question.retired = True
            self.counts.withdrawn += 1

    def _withdraw_voucher(self, voucher: Voucher) -> None:
        """Deleted if no booking carries it; over from now on otherwise."""
        if not db.session.scalar(select(exists().where(Booking.voucher_id == voucher.id))):
            db.session.delete(voucher)
        elif voucher.valid_until is None or voucher.valid_until > self.now:
            voucher.valid_until = self.now
        else:
            return
        self.counts.withdrawn += 1


def _values(spec: Any) -> dict[str, Any]:
    """The fields of a spec by name; unlike `asdict` it leaves Bilingual values whole."""
    return {field.name: getattr(spec, field.name) for field in fields(spec)}
