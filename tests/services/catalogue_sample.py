"""A small catalogue to import and to change in tests of publishing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from booking.adapters.catalogue_file import read
from booking.domain.booking import BookingState
from booking.domain.catalogue import CatalogueRefused, CatalogueSpec
from booking.persistence.bookings import Answer
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, Question
from booking.persistence.transaction import atomic
from booking.services.publish import import_catalogue
from tests.factories import NOW, make_booking

CATALOGUE = """
contact = "hello@example.org"
[[policy]]
slug = "standard"
tiers = "15:30,8:50,1:80"
[[venue]]
slug = "studio"
name = "The studio"
[[venue]]
slug = "attic"
name = "The attic"
[[trainer]]
slug = "ada"
name = "Ada Exemple"
[[topic]]
slug = "craft"
title = { fr = "Artisanat", en = "Craft" }
[[voucher]]
code = "FRIENDS"
percent = 10
class = "binding"
[[class]]
slug = "binding"
language = "fr"
policy = "standard"
trainers = ["ada"]
topics = ["craft"]
title = { fr = "Relier", en = "Binding" }
summary = { fr = "Une journée.", en = "One day." }
[[class.question]]
key = "level"
kind = "choice"
label = { fr = "Niveau", en = "Level" }
choices = [{ key = "new", fr = "Aucun", en = "None" }, { key = "old", fr = "Bon", en = "Good" }]
[[class.question]]
key = "diet"
label = { fr = "Régime", en = "Diet" }
[[class.edition]]
slug = "binding-a"
meetings = [{ day = "2026-12-05", from = "09:00", to = "17:00" }]
venue = "studio"
price = 340.00
capacity = 10
closes = "2026-11-30"
[[class.edition]]
slug = "binding-b"
meetings = [{ day = "2027-01-16", from = "09:00", to = "17:00" }]
venue = "studio"
price = 340.00
capacity = 10
"""
SPEC = read(CATALOGUE, date(2026, 11, 1))


def with_class(**changes: Any) -> CatalogueSpec:
    """SPEC, its class changed."""
    return replace(SPEC, classes=(replace(SPEC.classes[0], **changes),))


def with_edition(**changes: Any) -> CatalogueSpec:
    """SPEC, its first edition changed."""
    first, second = SPEC.classes[0].editions
    return with_class(editions=(replace(first, **changes), second))


def edition(slug: str = "binding-a") -> Edition:
    return db.session.scalars(select(Edition).where(Edition.slug == slug)).one()


def question(key: str) -> Question | None:
    return db.session.scalars(select(Question).where(Question.key == key)).one_or_none()


def refused(spec: CatalogueSpec) -> list[tuple[str, Any]]:
    """(where, what) of each reason why the import is refused."""
    with pytest.raises(CatalogueRefused) as caught:
        import_catalogue(spec, NOW)
    return [(problem.where, problem.what) for problem in caught.value.problems]  # type: ignore[attr-defined]


def answer(key: str, value: str) -> None:
    """A confirmed booking of the first edition whose attendee answered."""
    booking = make_booking(edition(), BookingState.CONFIRMED)
    asked = question(key)
    assert asked
    with atomic():
        db.session.add(Answer(attendee_id=booking.attendees[0].id, question_id=asked.id, value=value))
