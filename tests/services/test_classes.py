"""Classes at the desk: written, changed by two people at once, published only when whole, kept for who booked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.catalogue import CatalogueRefused, NotPublishable
from booking.domain.errors import ChangedMeanwhile, NotFound, PolicyUnfitForPrice, SlugRefused, StillBooked, StillUsed
from booking.domain.marks import marks
from booking.domain.policy import parse_policy
from booking.domain.publication import Publication
from booking.persistence import counters, settings
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import MasterClass, Question, QuestionKind
from booking.persistence.policies import PolicyTemplate
from booking.persistence.transaction import atomic
from booking.persistence.vouchers import Voucher
from booking.services import classes
from tests.factories import NOW, at, make_booking, make_class, make_edition

FIRST = {"kind": "workshop", "language": "fr", "contact_email": "", "title_fr": "Relier", "title_en": "Binding"}
DRAFT, PUBLISHED, CLOSED, ARCHIVED = Publication


@pytest.fixture(autouse=True)
def _ready(_inside: None) -> None:
    """Every test is inside the application."""


def find(slug: str) -> MasterClass:
    db.session.expire_all()
    return db.session.scalars(select(MasterClass).where(MasterClass.slug == slug)).one()


def change(slug: str, /, **values: Any) -> None:
    """Saves the form as it was opened now, these fields changed."""
    before = classes.values_of(find(slug))
    classes.change(slug, before | values, marks(before), NOW, ORGANISER)


def move(slug: str, new: Publication) -> None:
    classes.move_to(slug, find(slug).state, new, NOW, ORGANISER)


def make_policy(tiers: str, slug: str = "steep") -> str:
    with atomic():
        db.session.add(PolicyTemplate(slug=slug, title=Bilingual(), definition=parse_policy(tiers).to_json()))
    return slug


def noted() -> list[tuple[str, dict[str, Any]]]:
    return [(line.action, line.facts) for line in db.session.scalars(select(JournalEntry).order_by(JournalEntry.id))]


def test_a_class_begins_as_a_draft_that_lacks_much() -> None:
    slug = classes.write("relier", FIRST, NOW, ORGANISER)
    offer = find(slug)
    assert (offer.slug, offer.state, offer.title) == ("relier", DRAFT, Bilingual("Relier", "Binding"))
    assert [problem.what for problem in classes.missing(offer)] == [
        ("summary.fr", "summary.en", "contact", "edition"),
    ]
    assert noted() == [("class_written", {"master_class": "relier"})]


def test_two_classes_of_one_name_have_two_addresses() -> None:
    assert [classes.write("relier", FIRST, NOW, ORGANISER) for _ in range(3)] == ["relier", "relier-2", "relier-3"]


def test_every_field_is_kept_and_the_journal_names_what_changed() -> None:
    slug = make_class().slug
    version = counters.read(counters.CATALOGUE)
    texts = {f"{name}_{language}": f"{name} {language}" for name in classes.TEXTS for language in ("fr", "en")}
    other = texts | {"kind": "course", "language": "en", "contact_email": "new@example.org", "vat_exempt": True}
    change(slug, **other)
    assert {name: value for name, value in classes.values_of(find(slug)).items() if name in other} == other
    action, facts = noted()[-1]
    assert (action, facts["master_class"]) == ("class_changed", slug)
    assert set(facts["fields"]) == {*classes.TEXTS, "kind", "language", "contact_email", "vat_exempt"}
    assert counters.read(counters.CATALOGUE) == version + 1


def test_saving_what_is_there_changes_nothing() -> None:
    slug, version = make_class().slug, counters.read(counters.CATALOGUE)
    change(slug)
    assert (noted(), counters.read(counters.CATALOGUE)) == ([], version)


def test_of_two_who_write_the_second_is_told() -> None:
    slug = make_class().slug
    opened = classes.values_of(find(slug))
    change(slug, programme_fr="Le matin, on coud.")
    with pytest.raises(ChangedMeanwhile):
        classes.change(slug, opened | {"title_en": "Sewing"}, marks(opened), NOW, ORGANISER)
    assert (find(slug).title.en, find(slug).programme.fr) == ("Keeping a blog", "Le matin, on coud.")


def test_a_class_that_is_shown_cannot_lose_what_it_was_published_with() -> None:
    slug = make_edition().master_class.slug
    with pytest.raises(NotPublishable) as caught:
        change(slug, summary_en="", contact_email="", programme_fr="Nouveau")
    assert caught.value.what == ("summary.en", "contact")
    assert find(slug).programme == Bilingual()
    with pytest.raises(NotPublishable):
        change(slug, policy="")


def test_what_an_old_class_always_lacked_does_not_stop_other_edits() -> None:
    slug = make_class(contact_email="").slug  # published by an older version, and without dates
    change(slug, programme_fr="Nouveau")
    assert find(slug).programme.fr == "Nouveau"


def test_drafts_may_be_as_empty_as_one_likes() -> None:
    slug = make_class(state=DRAFT).slug
    change(slug, summary_en="", contact_email="", title_fr="", title_en="")
    assert find(slug).title == Bilingual()


def test_a_policy_whose_fee_would_fall_is_refused_at_the_prices_of_coming_dates() -> None:
    edition = make_edition(early_price=30000, early_until=at("2026-11-15 12:00"))
    unfit = make_policy("30:0+500,15:10")
    with pytest.raises(PolicyUnfitForPrice) as caught:
        change(edition.master_class.slug, policy=unfit)
    assert caught.value.price == 30000
    over = make_edition(meetings=[("2026-10-05 09:00", "2026-10-05 17:00")]).master_class.slug
    change(over, policy=unfit)
    assert find(over).policy_template.slug == unfit  # type: ignore[union-attr]


def test_an_address_changes_until_it_was_announced() -> None:
    slug = make_class(state=DRAFT, slug="first").slug
    other = make_class(slug="other", related=["x", "first"])
    change(slug, slug="second")
    assert (find("second").announced, find(other.slug).related) == (False, ["x", "second"])
    with pytest.raises(SlugRefused) as caught:
        change("second", slug="other")
    assert caught.value.reason == "taken"
    make_edition(find("second"))
    move("second", PUBLISHED)
    move("second", DRAFT)
    with pytest.raises(SlugRefused) as caught:
        change("second", slug="third")
    assert caught.value.reason == "kept"


def test_publishing_waits_for_everything_and_says_what() -> None:
    slug = classes.write("relier", FIRST, NOW, ORGANISER)
    with pytest.raises(CatalogueRefused) as caught:
        move(slug, PUBLISHED)
    assert caught.value.problems == tuple(classes.missing(find(slug)))
    assert find(slug).state is DRAFT
    make_edition(find(slug), state=DRAFT)
    change(slug, summary_fr="Un jour.", summary_en="A day.", contact_email="a@example.org", policy=make_policy("15:30"))
    assert [problem.what for problem in classes.missing(find(slug))] == [("edition",)]  # its date is a draft, too
    make_edition(find(slug), meetings=[("2026-12-12 09:00", "2026-12-12 17:00")])
    move(slug, PUBLISHED)
    assert (find(slug).state, find(slug).announced) == (PUBLISHED, True)
    assert noted()[-1] == ("class_moved", {"master_class": slug, "old": "draft", "new": "published"})


def test_a_date_without_a_place_is_named() -> None:
    edition = make_edition(make_class(state=DRAFT))
    with atomic():
        edition.venue = None
        db.session.add(edition)
    assert classes.missing(find(edition.master_class.slug)) == [NotPublishable(f"edition {edition.slug}", ("venue",))]


@pytest.mark.parametrize("new", [DRAFT, ARCHIVED])
@pytest.mark.parametrize("state", [BookingState.CONFIRMED, BookingState.PENDING])
def test_while_people_are_to_come_the_class_stays_on_the_site(new: Publication, state: BookingState) -> None:
    booking = make_booking(state=state, seats=3)
    slug = booking.edition.master_class.slug
    with pytest.raises(StillBooked) as caught:
        move(slug, new)
    assert caught.value.seats == 3
    move(slug, CLOSED)
    assert find(slug).shown
    after = booking.edition.ends_at + timedelta(seconds=1)
    classes.move_to(slug, CLOSED, ARCHIVED, after, ORGANISER)
    assert not find(slug).shown


def test_a_state_moves_only_from_the_one_that_was_shown() -> None:
    slug = make_edition().master_class.slug
    with pytest.raises(ChangedMeanwhile):
        classes.move_to(slug, DRAFT, PUBLISHED, NOW, ORGANISER)
    with pytest.raises(ChangedMeanwhile):
        classes.move_to(slug, PUBLISHED, PUBLISHED, NOW, ORGANISER)
    move(slug, ARCHIVED)
    with pytest.raises(ChangedMeanwhile):
        classes.move_to(slug, ARCHIVED, PUBLISHED, NOW, ORGANISER)


def test_a_copy_has_the_words_and_questions_but_neither_dates_nor_readers() -> None:
    edition = make_edition()
    offer = edition.master_class
    with atomic():
        label = Bilingual("Niveau", "Level")
        shared = {"master_class_id": offer.id, "kind": QuestionKind.TEXT, "label": label, "hint": Bilingual()}
        db.session.add(Question(key="level", position=1, required=True, **shared))
        db.session.add(Question(key="old", position=2, retired=True, **shared))
    twin = find(classes.copy(offer.slug, NOW, ORGANISER))
    assert (twin.slug, twin.state, twin.announced, twin.editions) == (f"{offer.slug}-2", DRAFT, False, [])
    before, after = classes.values_of(find(offer.slug)), classes.values_of(twin)
    assert {name for name in before if before[name] != after[name]} == {"slug"}
    assert [(asked.key, asked.label, asked.required) for asked in twin.questions] == [("level", label, True)]
    assert db.session.scalar(select(func.count(Question.id))) == 3


def test_a_draft_that_nobody_booked_goes_with_all_that_it_had() -> None:
    other, offer = make_class(slug="other"), make_class(slug="mistake", state=DRAFT)
    make_edition(offer, state=DRAFT)
    with atomic():
        other.related = ["mistake"]
        number = offer.id
        settings.write(f"certificate_text.{number}", {"fr": "x", "en": "x"}, NOW)
    classes.delete("mistake", NOW, ORGANISER)
    db.session.expire_all()
    assert db.session.get(MasterClass, number) is None
    assert find("other").related == []
    assert settings.read(f"certificate_text.{number}", None) is None, "the next class may get its number"
    assert noted()[-1] == ("class_deleted", {"master_class": "mistake"})
    with pytest.raises(ChangedMeanwhile):
        classes.delete("other", NOW, ORGANISER)


def test_a_draft_that_was_booked_or_has_a_voucher_stays() -> None:
    make_booking(make_edition(make_class(slug="booked", state=DRAFT)), BookingState.EXPIRED)
    asked = make_class(slug="asked", state=DRAFT)
    with atomic():
        db.session.add(Voucher(code="FOR-ONE", kind="percent", value="10", master_class_id=asked.id))
    for slug, by in (("booked", "booking"), ("asked", "voucher")):
        with pytest.raises(StillUsed) as refused:
            classes.delete(slug, NOW, ORGANISER)
        assert (refused.value.by, refused.value.count) == (by, 1)


def test_what_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(NotFound):
        classes.copy("nothing", NOW, ORGANISER)
