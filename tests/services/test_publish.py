"""Importing a catalogue: by slug, and all or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.adapters.catalogue_file import read
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.catalogue import CatalogueRefused, ClassSpec, MeetingSpec
from booking.domain.policy import parse_policy
from booking.persistence import counters
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, Meeting, Venue
from booking.persistence.vouchers import Voucher
from booking.services.publish import first_day, import_catalogue
from tests.factories import NOW, at, make_booking
from tests.services.catalogue_sample import SPEC, edition, refused, with_edition
from tests.sources import ROOT

DEMO = (ROOT / "content" / "demo.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _imported(app: Any, _inside: None) -> None:
    import_catalogue(SPEC, NOW)


def test_what_the_file_says_is_stored() -> None:
    stored = edition()
    offer = stored.master_class
    assert (offer.title, offer.contact_email) == (Bilingual("Relier", "Binding"), "hello@example.org")
    assert [trainer.name for trainer in offer.trainers] == ["Ada Exemple"]
    assert [asked.key for asked in offer.questions] == ["level", "diet"]
    assert (stored.starts_at, stored.ends_at) == (at("2026-12-05 09:00"), at("2026-12-05 17:00"))
    assert stored.registration_closes_at == at("2026-11-30 23:59:59")
    assert stored.policy == parse_policy("15:30,8:50,1:80")
    assert db.session.scalars(select(Voucher.master_class_id)).one() == offer.id


def test_importing_the_same_again_changes_nothing() -> None:
    version = counters.read(counters.CATALOGUE)
    counts = import_catalogue(SPEC, NOW)
    assert (counts.classes, counts.editions, counts.any) == (1, 2, False)
    assert counters.read(counters.CATALOGUE) == version


def test_an_edit_is_found_by_slug_and_makes_pages_stale() -> None:
    before, version = edition().id, counters.read(counters.CATALOGUE)
    counts = import_catalogue(with_edition(price=36000, capacity=12), NOW)
    assert (counts.added, counts.changed, counts.withdrawn) == (0, 1, 0)
    assert (edition().id, edition().price, edition().capacity) == (before, 36000, 12)
    assert counters.read(counters.CATALOGUE) == version + 1


def test_without_bookings_anything_may_change() -> None:
    meetings = (MeetingSpec(at("2026-12-12 13:00"), at("2026-12-12 17:00"), Bilingual("Suite", "Sequel")),)
    import_catalogue(with_edition(meetings=meetings, venue="attic", zone="Europe/Paris", capacity=3), NOW)
    assert (edition().starts_at, edition().ends_at) == (at("2026-12-12 13:00"), at("2026-12-12 17:00"))
    assert db.session.scalars(select(Venue.slug).join(Edition).where(Edition.slug == "binding-a")).all() == ["attic"]
    assert db.session.scalar(select(func.count(Meeting.id))) == 2


def test_every_obstacle_is_named_and_nothing_is_stored() -> None:
    make_booking(edition(), BookingState.CONFIRMED)
    first, second = SPEC.classes[0].editions
    offer: ClassSpec = replace(
        SPEC.classes[0],
        contact="",
        summary=Bilingual("Une journée."),
        editions=(replace(first, venue="attic"), replace(second, price=None)),
    )
    assert refused(replace(SPEC, classes=(offer,))) == [
        ("class binding", ("summary.en", "contact")),
        ("edition binding-b", ("price",)),
        ("edition binding-a", "venue"),
    ]
    assert edition().master_class.contact_email == "hello@example.org"


def test_a_policy_must_rise_at_the_price_of_each_edition() -> None:
    policy = replace(SPEC.policies[0], policy=parse_policy("30:0+100,15:20"))
    with pytest.raises(CatalogueRefused) as caught:
        import_catalogue(replace(SPEC, policies=(policy,)), NOW)
    assert [problem.where for problem in caught.value.problems] == [  # type: ignore[attr-defined]
        "edition binding-a",
        "edition binding-b",
    ]


def test_the_first_day_is_remembered() -> None:
    late_evening = at("2026-11-02 00:30")  # still the first of November in UTC
    assert first_day(late_evening) == date(2026, 11, 2)
    assert first_day(late_evening + timedelta(days=40)) == date(2026, 11, 2)


def test_the_demonstration_is_imported_again_without_a_change() -> None:
    day = first_day(NOW)
    counts = import_catalogue(read(DEMO, day), NOW)
    assert (counts.classes, counts.editions) == (7, 12)
    later = NOW + timedelta(days=100)
    assert not import_catalogue(read(DEMO, first_day(later)), later).any
