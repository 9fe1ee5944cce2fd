"""A catalogue file imported again beside the desk: neither undoes the other unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from booking.domain.actor import ORGANISER
from booking.domain.booking import BookingState
from booking.domain.catalogue import CatalogueRefused, CatalogueSpec
from booking.domain.marks import marks
from booking.domain.publication import Publication
from booking.persistence import journal
from booking.persistence import resources as rows
from booking.persistence.db import db
from booking.persistence.imports import ImportedRow
from booking.persistence.masterclasses import Edition, MasterClass, Topic
from booking.persistence.transaction import atomic
from booking.services import classes, questions, resources
from booking.services.publish import import_catalogue
from tests.factories import NOW, make_booking, make_class, make_edition
from tests.services.catalogue_sample import SPEC, answer, edition, question, with_class, with_edition

ASKED = {
    "kind": "text", "label_fr": "Taille", "label_en": "Size", "hint_fr": "", "hint_en": "", "choices": [],
    "required": False, "when": "booking",
}  # fmt: skip
NOTHING = CatalogueSpec()


@pytest.fixture(autouse=True)
def _imported(app: Any, _inside: None) -> None:
    import_catalogue(SPEC, NOW)


def find(slug: str = "binding") -> MasterClass:
    db.session.expire_all()
    return db.session.scalars(select(MasterClass).where(MasterClass.slug == slug)).one()


def rename() -> None:
    """Somebody changes the title at the desk."""
    before = classes.values_of(find())
    classes.change("binding", before | {"title_fr": "Relier à la main"}, marks(before), NOW, ORGANISER)


def undone(spec: CatalogueSpec) -> list[str]:
    """What was changed at the desk and would not be so after this import, which is refused."""
    with pytest.raises(CatalogueRefused) as caught:
        import_catalogue(spec, NOW)
    return [problem.where for problem in caught.value.problems]  # type: ignore[attr-defined]


def test_what_was_made_at_the_desk_stays() -> None:
    painting = make_edition(make_class(slug="painting"))
    make_booking(painting, BookingState.CONFIRMED)
    own = make_edition(find())
    resources.write("topic", "colour", {"title_fr": "Couleur", "title_en": "Colour"}, NOW, ORGANISER)
    questions.write("binding", "size", ASKED, NOW, ORGANISER)
    assert not import_catalogue(SPEC, NOW).any
    assert find("painting").state is Publication.PUBLISHED
    assert {own.slug, painting.slug} < set(db.session.scalars(select(Edition.slug)))
    assert {"colour", "craft"} == set(db.session.scalars(select(Topic.slug)))
    assert question("size")
    import_catalogue(NOTHING, NOW)
    assert [find(slug).state.value for slug in ("painting", "binding")] == ["published", "archived"]


def test_a_change_at_the_desk_is_not_undone_unseen() -> None:
    rename()
    assert undone(SPEC) == ["class binding"]
    assert undone(with_class(contact="other@example.org")) == ["class binding"]
    assert undone(NOTHING) == ["class binding"]
    assert find().title.fr == "Relier à la main"


def test_the_file_may_say_the_same_or_be_told_to_win() -> None:
    rename()
    title = replace(SPEC.classes[0].title, fr="Relier à la main")
    assert not import_catalogue(with_class(title=title), NOW).any
    assert import_catalogue(SPEC, NOW).changed == 1  # the file is where this came from now
    rename()
    assert import_catalogue(SPEC, NOW, overwrite=True).changed == 1
    assert find().title.fr == "Relier"


def test_other_parts_of_the_file_are_not_held_up_by_a_place_nobody_withdraws() -> None:
    venue = rows.find("venue", "attic")
    before = rows.values_of("venue", venue)
    resources.change("venue", "attic", before | {"access_fr": "À pied"}, marks(before), NOW, ORGANISER)
    assert undone(with_edition(price=36000)) == ["venue attic"]
    assert import_catalogue(replace(with_edition(price=36000), venues=SPEC.venues[:1]), NOW).changed == 1


def test_closing_and_archiving_are_changes() -> None:
    classes.move_to("binding", Publication.PUBLISHED, Publication.CLOSED, NOW, ORGANISER)
    assert undone(SPEC) == ["class binding"]
    assert find().state is Publication.CLOSED


def test_a_question_that_was_put_away_does_not_come_back_by_itself() -> None:
    answer("level", "new")
    for key in ("level", "diet"):
        asked = question(key)
        assert asked
        questions.remove("binding", asked.id, NOW, ORGANISER)
    assert undone(SPEC) == ["question binding/diet", "question binding/level"]
    import_catalogue(SPEC, NOW, overwrite=True)
    assert question("diet")


def test_what_the_desk_deleted_and_the_file_forgot_is_simply_gone() -> None:
    asked = question("diet")
    assert asked
    questions.remove("binding", asked.id, NOW, ORGANISER)
    assert not import_catalogue(with_class(questions=SPEC.classes[0].questions[:1]), NOW).any


def test_a_name_that_the_desk_has_given_is_not_taken_over() -> None:
    make_class(slug="painting")
    offer = replace(SPEC.classes[0], slug="painting", editions=(), published=False)
    assert undone(replace(SPEC, classes=(*SPEC.classes, offer))) == ["class painting"]


def test_an_edition_that_the_journal_names_is_put_away_and_not_deleted() -> None:
    with atomic():
        journal.note("edition_changed", ORGANISER, NOW, edition_id=edition().id)
    first, second = SPEC.classes[0].editions
    assert import_catalogue(with_class(editions=(second,)), NOW).withdrawn == 1
    assert edition(first.slug).state is Publication.ARCHIVED


def test_before_imports_were_remembered_nothing_is_withdrawn() -> None:
    """A site that was made by an older version: what differs from its file is told, what is not in it stays."""
    with atomic():
        db.session.execute(delete(ImportedRow))
    assert undone(with_class(contact="other@example.org")) == ["class binding"]
    assert not import_catalogue(replace(SPEC, classes=(), vouchers=()), NOW).any
    assert not import_catalogue(SPEC, NOW).any
    assert db.session.scalar(select(func.count()).select_from(ImportedRow)) == 11
