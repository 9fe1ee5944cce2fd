"""An import never goes against what participants were promised."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.catalogue import MeetingSpec
from booking.domain.policy import parse_policy
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.policies import PolicyTemplate
from booking.services.publish import import_catalogue
from tests.factories import NOW, at, make_booking
from tests.services.catalogue_sample import SPEC, answer, edition, refused, with_class, with_edition


@pytest.fixture(autouse=True)
def _imported(app: Any, _inside: None) -> None:
    import_catalogue(SPEC, NOW)


LATER = (MeetingSpec(at("2026-12-05 09:30"), at("2026-12-05 17:00"), Bilingual()),)
NEW_DAY = (MeetingSpec(at("2026-12-06 09:00"), at("2026-12-06 17:00"), Bilingual()),)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"meetings": LATER}, "meetings"),
        ({"meetings": NEW_DAY}, "meetings"),
        ({"meetings": (*SPEC.classes[0].editions[0].meetings, *NEW_DAY)}, "meetings"),
        ({"venue": "attic"}, "venue"),
        ({"venue": None, "online_url": "https://meet.example.org/x"}, "venue"),
        ({"zone": "Europe/Paris"}, "zone"),
        ({"capacity": 2}, "capacity"),
    ],
)
@pytest.mark.parametrize("state", [BookingState.CONFIRMED, BookingState.PENDING])
def test_what_live_bookings_were_promised_stays(changes: dict[str, Any], what: str, state: BookingState) -> None:
    make_booking(edition(), state, seats=3)
    assert refused(with_edition(**changes)) == [("edition binding-a", what)]
    assert edition().starts_at == at("2026-12-05 09:00")
    assert edition().capacity == 10


def test_prices_texts_policies_and_a_sufficient_capacity_may_change_under_bookings() -> None:
    booking = make_booking(edition(), BookingState.CONFIRMED, seats=3)
    frozen = dict(booking.policy or {})
    first, second = SPEC.classes[0].editions
    offer = replace(
        SPEC.classes[0],
        title=Bilingual("Relier !", "Bind!"),
        editions=(replace(first, price=50000, capacity=3, online_url="https://meet.example.org/x"), second),
    )
    policy = replace(SPEC.policies[0], policy=parse_policy("20:40,1:90"))
    import_catalogue(replace(SPEC, classes=(offer,), policies=(policy,)), NOW)
    db.session.expire_all()
    assert (edition().price, edition().capacity) == (50000, 3)
    assert db.session.scalars(select(PolicyTemplate)).one().policy == parse_policy("20:40,1:90")
    assert db.session.get_one(Booking, booking.id).policy == frozen
    assert [seat.net_price for seat in booking.attendees] == [34000] * 3


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.EXPIRED])
def test_bookings_that_ended_promise_nothing_more(state: BookingState) -> None:
    make_booking(edition(), state, seats=3, paid=False)
    import_catalogue(with_edition(meetings=NEW_DAY, venue="attic", capacity=1), NOW)
    assert edition().starts_at == at("2026-12-06 09:00")


def test_an_edition_does_not_change_class_under_bookings() -> None:
    make_booking(edition(), BookingState.CONFIRMED)
    offer = SPEC.classes[0]
    other = replace(offer, slug="sewing", questions=(), editions=offer.editions[:1])
    kept = replace(offer, editions=offer.editions[1:])
    assert refused(replace(SPEC, classes=(kept, other))) == [("edition binding-a", "class")]


@pytest.mark.parametrize(
    ("options", "closes", "broken"),
    [
        ({}, "2026-11-20 23:59:59", False),
        ({"free_until_deadline": True}, "2026-11-20 23:59:59", True),
        ({"free_until_deadline": True}, None, True),
        ({"free_until_deadline": True}, "2026-12-02 23:59:59", False),
        ({"anchor": "registration_deadline"}, "2026-11-20 23:59:59", True),
        ({"anchor": "registration_deadline"}, "2026-12-02 23:59:59", False),
        ({"anchor": "registration_deadline"}, None, False),
    ],
)
def test_a_deadline_that_accepted_fees_depend_on_does_not_come_nearer(
    options: dict[str, Any], closes: str | None, broken: bool
) -> None:
    policy = parse_policy("15:30,8:50,1:80", **options)
    make_booking(edition(), BookingState.CONFIRMED, policy=policy.to_json())
    changed = with_edition(closes=at(closes) if closes else None)
    if broken:
        assert refused(changed) == [("edition binding-a", "closes")]
    else:
        import_catalogue(changed, NOW)


def test_an_answered_question_keeps_its_kind_and_the_choices_that_were_picked() -> None:
    answer("level", "new")
    level, diet = SPEC.classes[0].questions
    assert refused(with_class(questions=(replace(level, kind="text", choices=()), diet))) == [
        ("question binding/level", "kind")
    ]
    assert refused(with_class(questions=(replace(level, choices=level.choices[1:]), diet))) == [
        ("question binding/level", "choices")
    ]
    import_catalogue(with_class(questions=(diet, replace(level, choices=level.choices[:1]))), NOW)
    assert [asked.key for asked in edition().master_class.questions] == ["diet", "level"]
