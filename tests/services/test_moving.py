"""Moving a date that people have booked, and deciding below its minimum."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.catalogue import MeetingSpec
from booking.domain.editions import DateRefused
from booking.domain.errors import NotMovable, PlanChanged
from booking.persistence import editions, minimum
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.moves import EditionMove
from booking.persistence.outbox import OutboxJob
from booking.services import minimum as deciding
from booking.services import move
from tests.factories import at, make_edition, make_venue
from tests.services.shop import Shop


def to(edition: Edition, *days: tuple[str, str], **changes: Any) -> Any:
    meetings = tuple(MeetingSpec(at(start), at(end), Bilingual()) for start, end in days)
    spec = editions.spec_of(edition)
    return replace(spec, **({"meetings": meetings} if days else {}), **changes)


NEW_DAY = ("2026-12-12 09:00", "2026-12-12 17:00")


def moved(shop: Shop, edition: Edition, spec: Any) -> int:
    shown = move.plan(edition, spec, shop.now).shown
    return move.move(edition.slug, spec, shown, Bilingual(), shop.now, ORGANISER)


def test_who_booked_before_goes_for_nothing_and_then_pays_from_the_new_day(shop: Shop) -> None:
    edition = make_edition()
    before = shop.pay(shop.book(edition))
    shop.at("2026-11-10 10:00")
    assert moved(shop, edition, to(edition, NEW_DAY)) == 1
    after = shop.at("2026-11-10 10:01").pay(shop.book(edition))
    assert [shop.quote(booking).quote.ground for booking in (before, after)] == ["moved", "tier"]
    shop.at("2026-11-20 23:59:59")
    assert (shop.quote(before).quote.fee, shop.quote(after).quote.fee) == (0, 10200)
    shop.at("2026-11-21 00:00:00")
    assert (shop.quote(before).quote.days, shop.quote(before).quote.fee) == (21, 10200)
    done = shop.at("2026-11-20 12:00").cancel(before)
    assert (done.ground, done.fee, done.refund) == ("moved", 0, 34000)


def test_everybody_with_a_seat_is_told_and_nobody_else(shop: Shop) -> None:
    edition = make_edition()
    paid, held, gone = shop.pay(shop.book(edition)), shop.book(edition, channel=Channel.TRANSFER), shop.book(edition)
    shop.cancel(gone)
    moved(shop, edition, to(edition, NEW_DAY))
    assert [shop.letters(booking).count("moved booker") for booking in (paid, held, gone)] == [1, 1, 0]
    row = db.session.query(EditionMove).one()
    assert (row.changed, row.hours) == (["date"], [(at("2026-12-05 09:00"), at("2026-12-05 17:00"))])
    [entry] = db.session.query(JournalEntry).filter_by(action="edition_moved")
    assert (entry.edition_id, entry.facts) == (edition.id, {"changed": ["date"], "told": 2})


def test_held_seats_are_paid_before_the_new_day(shop: Shop) -> None:
    edition = make_edition()
    by_bank = shop.book(edition, channel=Channel.TRANSFER)
    shop.open_page(by_card := shop.book(edition))
    until = by_card.hold_until
    moved(shop, edition, to(edition, ("2026-11-10 09:00", "2026-11-10 17:00")))
    assert (by_bank.hold_until, by_card.hold_until) == (at("2026-11-08 23:59:59"), until)
    shop.transfer(by_bank, 34000)
    assert by_bank.state == BookingState.CONFIRMED


def test_billed_bookings_keep_their_invoice(shop: Shop) -> None:
    edition = make_edition(confirmation=Confirmation.ON_BOOKING)
    booking = shop.book(edition)
    papers = shop.papers(booking)
    moved(shop, edition, to(edition, NEW_DAY))
    assert shop.papers(booking) == papers
    assert shop.quote(booking).quote.ground == "moved"


def test_who_is_on_the_payment_page_pays_and_is_as_free_as_the_others(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition)
    page = shop.open_page(booking)
    shop.now += timedelta(minutes=1)
    moved(shop, edition, to(edition, NEW_DAY))
    shop.gateway.pay(page)
    shop.settle(booking)
    assert (booking.state, shop.quote(booking).quote.ground) == (BookingState.CONFIRMED, "moved")


def test_money_for_a_hold_that_had_ended_before_the_move_goes_back(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition, channel=Channel.TRANSFER)
    other = shop.pay(shop.book(edition))
    shop.at("2026-11-12 00:01").sweep()
    shop.at("2026-11-12 09:00")
    assert moved(shop, edition, to(edition, NEW_DAY)) == 1
    shop.transfer(booking, 34000)
    assert (booking.state, [row.amount for row in shop.refunds(booking)]) == (BookingState.EXPIRED, [34000])
    assert other.state == BookingState.CONFIRMED


def test_money_for_a_hold_that_ended_after_the_move_still_confirms(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition, channel=Channel.TRANSFER)
    moved(shop, edition, to(edition, NEW_DAY))
    shop.at("2026-11-12 00:01").sweep()
    shop.at("2026-11-12 09:00").transfer(booking, 34000)
    assert booking.state == BookingState.CONFIRMED


def test_what_was_shown_is_what_is_done(shop: Shop) -> None:
    edition = make_edition()
    shop.pay(shop.book(edition))
    spec = to(edition, NEW_DAY)
    shown = move.plan(edition, spec, shop.now).shown
    other = to(edition, ("2026-12-13 09:00", "2026-12-13 17:00"))
    for what, when in ((other, shop.now), (spec, shop.now + timedelta(days=1))):
        with pytest.raises(PlanChanged):
            move.move(edition.slug, what, shown, Bilingual(), when, ORGANISER)
    assert (edition.starts_at, edition.moved_at) == (at("2026-12-05 09:00"), None)
    assert db.session.query(EditionMove).count() == 0


def test_a_course_that_has_begun_moves_what_is_left_of_it(shop: Shop) -> None:
    days = [("2026-12-05 09:00", "2026-12-05 17:00"), ("2026-12-19 09:00", "2026-12-19 17:00")]
    edition = make_edition(meetings=days)
    booking = shop.pay(shop.book(edition))
    shop.at("2026-12-10 09:00")
    rest = to(edition, days[0], ("2027-01-09 09:00", "2027-01-09 17:00"))
    assert move.plan(edition, rest, shop.now).free_until is None
    moved(shop, edition, rest)
    assert shop.quote(booking).quote.fee == 34000
    assert shop.letters(booking)[-1] == "moved booker"
    with pytest.raises(DateRefused):
        move.plan(edition, to(edition, ("2027-01-09 09:00", "2027-01-09 17:00")), shop.now)


def test_twice_moved_counts_from_the_second_time(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.pay(shop.book(edition))
    moved(shop, edition, to(edition, NEW_DAY))
    shop.at("2026-11-20 10:00")
    moved(shop, edition, to(edition, venue=make_venue().slug))
    shop.at("2026-11-30 23:59:59")
    assert shop.quote(booking).quote.ground == "moved"
    assert shop.letters(booking).count("moved booker") == 2


def test_what_is_over_or_called_off_stays(shop: Shop) -> None:
    edition = make_edition()
    with pytest.raises(NotMovable):
        move.plan(edition, editions.spec_of(edition), shop.now)
    with pytest.raises(NotMovable):
        move.plan(edition, to(edition, NEW_DAY), at("2026-12-05 17:00"))


def test_scenario_13_alert_then_all_are_told(shop: Shop) -> None:
    edition = make_edition(decision_at=at("2026-11-20 12:00"))
    four = [shop.pay(shop.book(edition, email=f"p{number}@example.org")) for number in range(4)]
    shop.at("2026-11-20 11:59:59")
    assert deciding.alert(shop.now) == 0
    shop.at("2026-11-20 12:00:00")
    assert [deciding.alert(shop.now), deciding.alert(shop.now)] == [1, 0]
    assert [booking.state for booking in four] == [BookingState.CONFIRMED] * 4
    shown = deciding.plan(edition, shop.now).shown
    assert deciding.run_anyway(edition.slug, shown, shop.now, ORGANISER) == 4
    assert [shop.letters(booking)[-1] for booking in four] == ["takes_place booker"] * 4
    assert minimum.below(shop.now) == []
    with pytest.raises(NotMovable):
        deciding.run_anyway(edition.slug, shown, shop.now, ORGANISER)


def test_the_alert_is_sent_once_and_again_for_a_new_day_of_decision(shop: Shop) -> None:
    edition = make_edition(decision_at=at("2026-11-20 12:00"))
    shop.at("2026-11-20 12:00")
    deciding.alert(shop.now)
    shop.drain()
    db.session.query(OutboxJob).delete()  # as the outbox forgets after a month
    db.session.commit()
    assert deciding.alert(shop.now + timedelta(days=3)) == 0
    edition.decision_at = at("2026-11-25 12:00")
    db.session.commit()
    assert deciding.alert(at("2026-11-25 12:00")) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"minimum": 4},
        {"minimum": 0},
        {"run_decided_at": at("2026-11-19 12:00")},
        {"called_off_at": at("2026-11-19 12:00")},
    ],
    ids=["reached", "none", "decided", "called off"],
)
def test_no_alert_where_there_is_nothing_to_decide(shop: Shop, facts: dict[str, Any]) -> None:
    edition = make_edition(decision_at=at("2026-11-20 12:00"))
    for number in range(4):
        shop.pay(shop.book(edition, email=f"p{number}@example.org"))
    for name, value in facts.items():
        setattr(edition, name, value)
    db.session.commit()
    assert deciding.alert(at("2026-11-20 12:00")) == 0
