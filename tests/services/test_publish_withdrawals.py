"""What happens to what the catalogue no longer names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.booking import BookingState
from booking.domain.publication import Publication
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.transaction import atomic
from booking.persistence.vouchers import Voucher
from booking.services.publish import import_catalogue
from tests.factories import NOW, at, make_booking
from tests.services.catalogue_sample import SPEC, answer, edition, question, refused, with_class

SHORTER = with_class(editions=SPEC.classes[0].editions[1:])


@pytest.fixture(autouse=True)
def _imported(app: Any, _inside: None) -> None:
    import_catalogue(SPEC, NOW)


def test_an_edition_with_live_bookings_may_not_go() -> None:
    make_booking(edition(), BookingState.CONFIRMED)
    assert refused(SHORTER) == [("edition binding-a", "removed")]
    assert refused(replace(SPEC, classes=(), vouchers=())) == [("edition binding-a", "removed")]


def test_an_edition_nobody_booked_is_deleted_with_its_drafts() -> None:
    with atomic():
        db.session.add(Draft(token="t", edition_id=edition().id, data={}, created_at=NOW))
    assert import_catalogue(SHORTER, NOW).withdrawn == 1
    assert db.session.scalars(select(Edition.slug)).all() == ["binding-b"]
    assert db.session.scalars(select(Draft.token)).all() == []


def test_an_edition_whose_bookings_ended_is_called_off_once() -> None:
    make_booking(edition(), BookingState.CANCELLED, paid=False)
    assert import_catalogue(SHORTER, NOW).withdrawn == 1
    assert edition().called_off_at == NOW
    assert not import_catalogue(SHORTER, NOW + timedelta(days=1)).any
    assert edition().called_off_at == NOW


def test_a_past_edition_stays_as_history() -> None:
    make_booking(edition(), BookingState.CONFIRMED)
    assert not import_catalogue(SHORTER, at("2026-12-05 17:01")).any
    assert edition().called_off_at is None


def test_a_class_is_no_longer_shown() -> None:
    import_catalogue(replace(SPEC, classes=(), vouchers=()), NOW)
    assert db.session.scalars(select(MasterClass.state)).all() == [Publication.ARCHIVED]
    assert db.session.scalars(select(Edition)).all() == []
    import_catalogue(SPEC, NOW)
    assert db.session.scalars(select(MasterClass.state)).all() == [Publication.PUBLISHED]


def test_an_answered_question_is_retired_and_an_unanswered_one_deleted() -> None:
    answer("level", "new")
    import_catalogue(with_class(questions=()), NOW)
    retired = question("level")
    assert retired
    assert retired.retired
    assert question("diet") is None
    assert not import_catalogue(with_class(questions=()), NOW).any
    import_catalogue(SPEC, NOW)
    assert retired.retired is False


def test_a_used_voucher_is_over_and_an_unused_one_deleted() -> None:
    voucher = db.session.scalars(select(Voucher)).one()
    make_booking(edition(), BookingState.CONFIRMED, voucher_id=voucher.id)
    import_catalogue(replace(SPEC, vouchers=()), NOW)
    assert db.session.scalars(select(Voucher.valid_until)).all() == [NOW]
    fresh = replace(SPEC.vouchers[0], code="NEW")
    import_catalogue(replace(SPEC, vouchers=(fresh,)), NOW)
    import_catalogue(replace(SPEC, vouchers=()), NOW)
    assert db.session.scalars(select(Voucher.code)).all() == ["FRIENDS"]
