"""Venues, trainers, topics and pictures at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.errors import ChangedMeanwhile, NotFound, PlacePromised, StillUsed
from booking.domain.marks import marks
from booking.domain.permission import Role
from booking.domain.pictures import PreparedPicture
from booking.persistence import resources as rows
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import MasterClass, Trainer
from booking.persistence.organisers import Organiser
from booking.persistence.pictures import Picture, PictureSize, file_of
from booking.persistence.resources import Kind
from booking.persistence.transaction import atomic
from booking.services import classes, pictures, resources
from tests.factories import NOW, make_booking, make_class, make_edition

NEW: dict[Kind, dict[str, Any]] = {
    "venue": {
        "name": "Le Grenier", "street": "Rue Haute", "house_number": "1", "postcode": "1110", "town": "Morges",
        "country": "CH", "access_fr": "À pied.", "access_en": "On foot.", "map_url": "",
    },
    "trainer": {"name": "Bea Exemple", "bio_fr": "", "bio_en": "Writes."},
    "topic": {"title_fr": "Artisanat", "title_en": "Craft"},
}  # fmt: skip
ALT = Bilingual("Une table", "A table")
every_kind = pytest.mark.parametrize("kind", NEW)


@pytest.fixture(autouse=True)
def _ready(_inside: None) -> None:
    """Every test is inside the application."""


def change(kind: Kind, slug: str, same_place: bool = False, **values: Any) -> None:
    before = rows.values_of(kind, rows.find(kind, slug))
    resources.change(kind, slug, before | values, marks(before), NOW, ORGANISER, same_place)


@every_kind
def test_what_was_written_is_there_until_it_is_deleted(kind: Kind) -> None:
    slug = resources.write(kind, "thing", NEW[kind], NOW, ORGANISER)
    assert resources.write(kind, "thing", NEW[kind], NOW, ORGANISER) == "thing-2"
    assert rows.values_of(kind, rows.find(kind, slug)) == NEW[kind]
    assert rows.uses(kind) == {"thing": 0, "thing-2": 0}
    resources.delete(kind, slug, NOW, ORGANISER)
    with pytest.raises(NotFound):
        rows.find(kind, slug)
    lines = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id)).all()
    assert lines == [f"{kind}_written", f"{kind}_written", f"{kind}_deleted"]


@every_kind
def test_of_two_who_write_the_second_is_told(kind: Kind) -> None:
    slug = resources.write(kind, "thing", NEW[kind], NOW, ORGANISER)
    opened = rows.values_of(kind, rows.find(kind, slug))
    field = next(iter(opened))
    change(kind, slug, **{field: "First"})
    with pytest.raises(ChangedMeanwhile):
        resources.change(kind, slug, opened | {field: "Second"}, marks(opened), NOW, ORGANISER)
    assert rows.values_of(kind, rows.find(kind, slug))[field] == "First"


def test_what_is_used_stays() -> None:
    edition = make_edition(make_class(topics=["craft"]))
    resources.write("topic", "craft", NEW["topic"], NOW, ORGANISER)
    used: dict[Kind, str] = {
        "venue": edition.venue.slug, "trainer": edition.master_class.trainers[0].slug, "topic": "craft",
    }  # fmt: skip
    for kind, slug in used.items():
        assert rows.uses(kind)[slug] == 1
        with pytest.raises(StillUsed) as caught:
            resources.delete(kind, slug, NOW, ORGANISER)
        assert (caught.value.by, caught.value.count) == ("edition" if kind == "venue" else "class", 1)


def test_a_trainer_who_signs_in_stays() -> None:
    slug = resources.write("trainer", "bea", NEW["trainer"], NOW, ORGANISER)
    facts = {"email": "b@example.org", "name": "Bea", "role": Role.TRAINER, "created_at": NOW, "fs_uniquifier": "b"}
    with atomic():
        db.session.add(Organiser(trainer_id=rows.find("trainer", slug).id, **facts))
    with pytest.raises(StillUsed) as caught:
        resources.delete("trainer", slug, NOW, ORGANISER)
    assert caught.value.by == "organiser"


def test_an_address_that_people_were_promised_changes_only_if_it_is_the_same_place() -> None:
    venue = make_booking(state=BookingState.CONFIRMED, seats=2).edition.venue
    assert venue
    change("venue", venue.slug, access_en="Bus 7.", name="Maison du Livre, 2nd floor")
    with pytest.raises(PlacePromised) as caught:
        change("venue", venue.slug, street="Elsewhere")
    assert caught.value.seats == 2
    change("venue", venue.slug, same_place=True, house_number="4a")
    assert rows.find("venue", venue.slug).house_number == "4a"


# Pictures


def prepared(digest: str = "d1") -> PreparedPicture:
    return PreparedPicture(digest, 640, 480, (320, 640), {"320.webp": b"small", "640.webp": b"large"})


def photo(slug: str) -> Picture | None:
    db.session.expire_all()
    return db.session.scalars(select(MasterClass).where(MasterClass.slug == slug)).one().photo


def kept() -> tuple[int, int]:
    """(pictures, files)"""
    counted = (db.session.scalar(select(func.count()).select_from(table)) for table in (Picture, PictureSize))
    pictures, files = counted
    return pictures or 0, files or 0


def test_a_picture_is_kept_with_its_files_and_replaced_by_the_next() -> None:
    slug = make_class(picture="img/lake.svg").slug
    pictures.show("class", slug, prepared(), ALT, "Ada", NOW, ORGANISER)
    shown = photo(slug)
    assert shown
    assert (shown.alt, shown.credit, shown.widths) == (ALT, "Ada", [320, 640])
    assert (file_of("d1", "640.webp"), file_of("d1", "9.webp"), file_of("d2", "640.webp")) == (b"large", None, None)
    pictures.show("class", slug, prepared("d2"), ALT, "", NOW, ORGANISER)
    assert (kept(), file_of("d1", "640.webp")) == ((1, 2), None)
    pictures.describe("class", slug, Bilingual("Un lac", "A lake"), "Bea", NOW, ORGANISER)
    pictures.remove("class", slug, NOW, ORGANISER)
    assert (photo(slug), kept()) == (None, (0, 0))
    assert db.session.scalars(select(MasterClass.picture).where(MasterClass.slug == slug)).one() == ""


def test_a_copy_of_the_class_keeps_the_picture_alive() -> None:
    slug = make_class().slug
    pictures.show("class", slug, prepared(), ALT, "", NOW, ORGANISER)
    twin = classes.copy(slug, NOW, ORGANISER)
    pictures.remove("class", slug, NOW, ORGANISER)
    assert (photo(slug), kept()) == (None, (1, 2))
    pictures.remove("class", twin, NOW, ORGANISER)
    assert kept() == (0, 0)


def test_trainers_have_pictures_too_and_only_what_is_there_is_described() -> None:
    trainer = make_class().trainers[0].slug
    with pytest.raises(NotFound):
        pictures.describe("trainer", trainer, ALT, "", NOW, ORGANISER)
    pictures.show("trainer", trainer, prepared(), ALT, "", NOW, ORGANISER)
    assert db.session.scalars(select(Trainer).where(Trainer.slug == trainer)).one().photo
    with pytest.raises(NotFound):
        pictures.remove("class", trainer, NOW, ORGANISER)
