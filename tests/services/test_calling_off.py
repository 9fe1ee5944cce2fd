"""Calling a date off: scenarios 12 and 13 of the rules, and whatever may be under way at that moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import NotMovable, PlanChanged, RegistrationNotOpen
from booking.persistence import calling_off, edition_accounts
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Edition
from booking.persistence.outbox import OutboxJob
from booking.services import call_off, cancel, pay, refund
from booking.services.cancel import Payee
from tests.factories import make_edition
from tests.services.shop import PAYER_IBAN, Shop, states


def decide(shop: Shop, edition: Edition, offers: tuple[int, ...] = ()) -> int:
    """The button of the dry run, as it stands now."""
    shown = call_off.plan(edition, shop.now).shown
    return call_off.call_off(edition.slug, shown, Bilingual("Désolée", "Sorry"), offers, shop.now, ORGANISER)


def test_scenario_12_called_off_with_six_paid(shop: Shop) -> None:
    edition = make_edition()
    paying = [shop.pay(shop.book(edition, email=f"p{number}@example.org")) for number in range(7)]
    left, *others = paying
    shop.at("2026-11-27 23:59:59").cancel(left)
    shop.drain()
    assert [paper for paper in shop.papers(left) if paper[0] == "fee_invoice"] == [("fee_invoice", 17000, 0)]
    shop.at("2026-12-04 10:00")
    agreed = call_off.plan(edition, shop.now)
    assert (len(agreed.endings), agreed.refund) == (6, 6 * 34000)
    assert {(e.refund, e.credit, e.stays_due, e.channels) for e in agreed.endings} == {
        (34000, 34000, 0, (Channel.DEMO,))
    }
    decide(shop, edition)
    shop.drain()
    for booking in others:
        assert (booking.state, shop.balance(booking)) == (BookingState.CANCELLED, 0)
        assert [(row.amount, row.state.value, row.reason) for row in shop.refunds(booking)] == [
            (34000, "succeeded", "called_off")
        ]
        assert shop.papers(booking)[-1] == ("credit_note", 34000, 0)
        assert sorted(shop.letters(booking)[-2:]) == ["called_off booker", "refunded booker"]
    assert shop.papers(left)[-1] == ("fee_invoice", 17000, 0)
    assert edition_accounts.money_of(edition.id).received == 17000
    assert "called_off booker" not in shop.letters(left)


def test_scenario_13_four_of_five_called_off(shop: Shop) -> None:
    edition = make_edition(minimum=5)
    four = [shop.pay(shop.book(edition, email=f"p{number}@example.org")) for number in range(4)]
    shop.at("2026-11-20 12:00")
    assert call_off.plan(edition, shop.now).refund == 136000
    decide(shop, edition)
    shop.drain()
    assert sum(row.amount for booking in four for row in shop.refunds(booking)) == 136000
    assert states(four) == ["cancelled"] * 4


def test_nothing_is_sold_from_that_moment_on(shop: Shop) -> None:
    edition = make_edition()
    waiting = shop.order(edition)
    decide(shop, edition)
    with pytest.raises(RegistrationNotOpen) as refused:
        shop.place(waiting)
    assert refused.value.reason == "called_off"
    assert shop.drain() == 0


def test_each_gets_the_money_back_by_the_way_it_came(shop: Shop) -> None:
    edition = make_edition()
    by_card = shop.pay(shop.book(edition))
    by_bank = shop.book(edition, channel=Channel.TRANSFER)
    shop.transfer(by_bank, 34000)
    held = shop.book(edition, channel=Channel.TRANSFER)
    shop.at("2026-11-05 10:00")
    ways = {e.account.booking.id: (e.refund, e.channels) for e in call_off.plan(edition, shop.now).endings}
    assert ways == {
        by_card.id: (34000, (Channel.DEMO,)),
        by_bank.id: (34000, (Channel.TRANSFER,)),
        held.id: (0, ()),
    }
    decide(shop, edition)
    shop.drain()
    assert (states(shop.refunds(by_card)), states(shop.refunds(by_bank)), shop.refunds(held)) == (
        ["succeeded"],
        ["needs_iban"],
        [],
    )
    assert shop.letters(by_bank)[-2:] == ["refund_iban booker", "called_off booker"]
    assert shop.papers(held) == [("invoice", 34000, 34000), ("credit_note", 34000, 0)]
    [asked] = shop.refunds(by_bank)
    refund.supply_iban(asked.id, PAYER_IBAN, "Ada Exemple", shop.now)
    refund.mark_refunded(asked.id, shop.now)
    assert shop.balance(by_bank) == 0


def test_on_account_what_is_unpaid_is_credited_and_an_open_fee_stays(shop: Shop) -> None:
    edition = make_edition(confirmation=Confirmation.ON_BOOKING)
    booking = shop.book(edition, seats=2)
    shop.at("2026-11-27 12:00").cancel(booking, seats=1)
    assert shop.balance(booking) == 34000 + 17000
    shop.at("2026-11-28 12:00")
    [ending] = call_off.plan(edition, shop.now).endings
    assert (ending.refund, ending.credit, ending.stays_due) == (0, 34000, 17000)
    decide(shop, edition)
    shop.drain()
    assert (booking.state, shop.balance(booking), shop.refunds(booking)) == (BookingState.CANCELLED, 17000, [])
    assert shop.papers(booking)[-1] == ("credit_note", 34000, 0)


def test_a_page_that_is_open_is_ended(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition)
    page = shop.open_page(booking)
    decide(shop, edition)
    shop.drain()
    assert (booking.state, shop.gateway.page(page).state) == (BookingState.CANCELLED, "over")
    assert shop.letters(booking) == ["called_off booker"]


def test_who_paid_at_that_very_moment_gets_it_back(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition)
    page = shop.open_page(booking)
    decide(shop, edition)
    shop.gateway.pay(page)
    shop.drain()
    assert (booking.state, shop.balance(booking), states(shop.refunds(booking))) == (
        BookingState.EXPIRED,
        0,
        ["succeeded"],
    )
    assert "called_off booker" in shop.letters(booking)


def test_while_the_provider_is_silent_the_booking_waits(shop: Shop) -> None:
    edition = make_edition()
    waiting, other = shop.book(edition), shop.pay(shop.book(edition))
    shop.open_page(waiting)
    shop.gateway.down = {"expire"}
    number = decide(shop, edition)
    shop.drain()
    assert states([waiting, other]) == ["pending", "cancelled"]
    row = db.session.get_one(calling_off.CallingOff, number)
    assert calling_off.progress(row).bookings_left == 1
    shop.gateway.down = set()
    shop.now += timedelta(minutes=1)
    shop.drain()
    assert (waiting.state, calling_off.progress(row).bookings_left) == (BookingState.CANCELLED, 0)


def test_late_money_goes_back(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition, channel=Channel.TRANSFER)
    decide(shop, edition)
    shop.drain()
    shop.now += timedelta(days=2)
    shop.transfer(booking, 34000)
    assert (booking.state, states(shop.refunds(booking))) == (BookingState.CANCELLED, ["needs_iban"])
    assert shop.letters(booking)[-1] == "late_refund organiser"
    assert shop.refunds(booking)[0].amount == 34000


def test_until_its_turn_comes_cancelling_is_free(shop: Shop) -> None:
    """A participant who is quicker than the job pays no fee, and is written both letters."""
    edition = make_edition()
    booking = shop.pay(shop.book(edition))
    shop.drain()
    shop.at("2026-12-04 12:00")
    decide(shop, edition)
    proposal = shop.quote(booking)
    assert (proposal.quote.ground, proposal.quote.fee, proposal.settlement.refund) == ("called_off", 0, 34000)
    cancel.cancel(booking.id, {booking.active[0].id}, proposal.shown, shop.now, shop.ports, Payee())
    shop.drain()
    assert [row.amount for row in shop.refunds(booking)] == [34000]
    assert [paper[0] for paper in shop.papers(booking)].count("credit_note") == 1


def test_a_date_with_a_free_price_ends_without_papers(shop: Shop) -> None:
    edition = make_edition(price=0)
    booking = shop.book(edition)
    decide(shop, edition)
    shop.drain()
    assert (booking.state, shop.papers(booking)) == (BookingState.CANCELLED, [])


def test_what_was_shown_is_what_is_done(shop: Shop) -> None:
    edition = make_edition()
    shop.pay(shop.book(edition))
    shown = call_off.plan(edition, shop.now).shown
    shop.book(edition)
    with pytest.raises(PlanChanged):
        call_off.call_off(edition.slug, shown, Bilingual(), (), shop.now, ORGANISER)
    assert edition.called_off_at is None
    decide(shop, edition)
    with pytest.raises(NotMovable):
        decide(shop, edition)


def test_repeated_and_on_two_machines_nothing_is_doubled(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.pay(shop.book(edition))
    number = decide(shop, edition)
    for _ in range(3):
        pay.end_attempts(booking.id, shop.now, shop.ports)
        call_off.end_booking(booking.id, number, shop.now, shop.ports)
    shop.drain()
    assert [row.amount for row in shop.refunds(booking)] == [34000]
    assert db.session.query(Document).filter_by(kind="credit_note").count() == 1
    assert db.session.query(OutboxJob).filter(OutboxJob.key.startswith("mail-called_off")).count() == 1


def test_other_dates_are_proposed_if_they_can_be_booked(shop: Shop) -> None:
    edition = make_edition()
    other = make_edition(edition.master_class, [("2027-01-09 09:00", "2027-01-09 17:00")])
    stranger = make_edition()
    number = decide(shop, edition, offers=(other.id, stranger.id))
    assert db.session.get_one(calling_off.CallingOff, number).offers == [other.id]


def test_progress_counts_what_is_left(shop: Shop) -> None:
    edition = make_edition()
    for number in range(3):
        shop.pay(shop.book(edition, email=f"p{number}@example.org"))
    row = db.session.get_one(calling_off.CallingOff, decide(shop, edition))
    assert (row.bookings, calling_off.progress(row).bookings_left) == (3, 3)
    [first, *_] = db.session.query(Booking).order_by(Booking.id)
    call_off.end_booking(first.id, row.id, shop.now, shop.ports)
    progress = calling_off.progress(row)
    assert (progress.bookings_left, progress.mails_left) == (2, 1)
    shop.drain()
    progress: Any = calling_off.progress(row)
    assert (progress.bookings_left, progress.mails_left) == (0, 0)
    assert {state.value: found for state, found in progress.refunds.items()} == {"succeeded": (3, 102000)}
