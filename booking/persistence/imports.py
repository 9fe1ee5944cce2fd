"""What the last import of a catalogue file wrote, so that the next one sees what was changed at the desk since.

An entry is a part of a catalogue under its kind and its name: ('edition', 'binding-a'). Its fingerprint is that of the
plain values of `domain/catalogue.py`, be they read in a file or built from rows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.catalogue import CatalogueSpec, ClassSpec
from booking.domain.publication import Publication
from booking.persistence import class_specs
from booking.persistence.db import Model, db
from booking.persistence.masterclasses import MasterClass, Topic, Trainer, Venue
from booking.persistence.policies import PolicyTemplate
from booking.persistence.vouchers import Voucher

PUBLISHED = Publication.PUBLISHED

Key = tuple[str, str]
Fingerprints = dict[Key, str]


class ImportedRow(Model):
    """An entry that came from a file, as it was right after the import."""

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]


def last_import() -> Fingerprints:
    """Every entry that came from a file, as it was then."""
    return {(row.kind, row.key): row.fingerprint for row in db.session.scalars(select(ImportedRow))}


def remember(names: set[Key]) -> None:
    """These entries come from a file; they are now as it wrote them."""
    db.session.flush()
    db.session.execute(delete(ImportedRow))
    standing = present()
    for kind, key in sorted(names & standing.keys()):
        db.session.add(ImportedRow(kind=kind, key=key, fingerprint=standing[kind, key]))


def present() -> Fingerprints:
    """Every entry there is, as it is now, whoever wrote it. Questions that are asked no more are none."""
    classes = db.session.scalars(select(MasterClass)).all()
    slugs = {offer.id: offer.slug for offer in classes}
    return entries(
        CatalogueSpec(
            policies=tuple(class_specs.policy_spec(row) for row in db.session.scalars(select(PolicyTemplate))),
            venues=tuple(class_specs.venue_spec(row) for row in db.session.scalars(select(Venue))),
            trainers=tuple(class_specs.trainer_spec(row) for row in db.session.scalars(select(Trainer))),
            topics=tuple(class_specs.topic_spec(row) for row in db.session.scalars(select(Topic))),
            vouchers=tuple(class_specs.voucher_spec(row, slugs) for row in db.session.scalars(select(Voucher))),
            classes=tuple(class_specs.class_spec(row, row.editions, row.state is PUBLISHED) for row in classes),
        )
    )


def entries(spec: CatalogueSpec) -> Fingerprints:
    """Every entry of a catalogue."""
    found = {("policy", policy.slug): fingerprint(policy) for policy in spec.policies}
    found |= {("venue", venue.slug): fingerprint(venue) for venue in spec.venues}
    found |= {("trainer", trainer.slug): fingerprint(trainer) for trainer in spec.trainers}
    found |= {("topic", topic.slug): fingerprint(topic) for topic in spec.topics}
    found |= {("voucher", voucher.code): fingerprint(voucher) for voucher in spec.vouchers}
    for offer in spec.classes:
        found |= _entries_of(offer)
    return found


def fingerprint(spec: Any, owner: str = "") -> str:
    """Of a part of a catalogue, and of what it is a part of; the same instant in another zone is the same."""
    plain = json.dumps([owner, asdict(spec)], sort_keys=True, default=_plain)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def _entries_of(offer: ClassSpec) -> Fingerprints:
    own = replace(offer, trainers=tuple(sorted(offer.trainers)), questions=(), editions=())
    found = {("class", offer.slug): fingerprint(own)}
    found |= {("question", f"{offer.slug}/{asked.key}"): fingerprint(asked) for asked in offer.questions}
    return found | {("edition", edition.slug): fingerprint(edition, offer.slug) for edition in offer.editions}


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
