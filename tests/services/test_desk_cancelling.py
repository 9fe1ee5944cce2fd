"""The organiser cancels for somebody: the figures of the pages (rules, scenarios), lower fees, earlier letters."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import IbanNeeded, NothingToCancel, PlanChanged, ReceiptRefused, TooMuch
from booking.domain.policy import parse_policy
from booking.persistence import documents
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.services import cancel, refund
from booking.services.cancel import Decision, Payee
from booking.services.ports import RefundOutcome
from tests.factories import at, make_class, make_edition
from tests.services.desk import Desk
from tests.services.shop import PAYER_IBAN, Shop, states
from tests.services.test_scenarios import MODULES


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


def facts_of(action: str) -> dict[str, object]:
    entry = db.session.query(JournalEntry).filter_by(action=action).order_by(JournalEntry.id.desc()).first()
    assert entry
    return entry.facts


@pytest.mark.parametrize(
    ("received", "fee"),
    [
        ("2026-11-20 23:59:59", 10200),
        ("2026-11-21 00:00:00", 17000),
        ("2026-11-27 23:59:59", 17000),
        ("2026-11-28 00:00:00", 27200),
        ("2026-12-04 23:59:59", 27200),
        ("2026-12-05 00:00:00", 34000),
    ],
)
@pytest.mark.parametrize("by_letter", [False, True], ids=["now", "by a letter"])
def test_7_paid_and_cancelled(shop: Shop, desk: Desk, received: str, fee: int, by_letter: bool) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-12-07 10:00" if by_letter else received)  # it may be entered when the class is over
    done = desk.cancel(booking, received=at(received) if by_letter else None)
    assert (done.fee, done.refund, done.due, done.received_at) == (fee, 34000 - fee, 0, at(received))
    assert done.entered_at == (shop.now if by_letter else None)
    shop.drain()
    assert shop.gateway.sent_back == ([34000 - fee] if fee < 34000 else [])
    assert (shop.balance(booking), booking.state) == (0, BookingState.CANCELLED)
    assert shop.papers(booking)[2:] == [("credit_note", 34000, 0), ("fee_invoice", fee, 0)]
    assert shop.letters(booking)[2:4] == ["cancelled booker", "cancelled organiser"]


def test_an_earlier_letter_leaves_its_reason_in_a_note_and_a_mark_in_the_journal(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-11-24 10:00")
    done = desk.cancel(booking, received=at("2026-11-20 09:00"))
    assert (done.fee, done.days) == (10200, 15)
    assert desk.notes(booking) == [("received", "Her letter lay in the box.")]
    assert facts_of("cancelled") == {"seats": 1, "fee": 10200, "received": at("2026-11-20 09:00").isoformat()}
    papers = documents.of_booking(booking.id)[2:]
    assert {paper.issued_at for paper in papers} == {shop.now}


@pytest.mark.parametrize(
    ("received", "why"),
    [(timedelta(seconds=1), "future"), (timedelta(days=-30), "before_booking")],
)
def test_a_letter_is_never_of_later_nor_of_before_the_booking(
    shop: Shop, desk: Desk, received: timedelta, why: str
) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-11-24 10:00")
    with pytest.raises(ReceiptRefused) as refused:
        desk.cancel(booking, received=shop.now + received)
    assert refused.value.why == why
    assert booking.state == BookingState.CONFIRMED


def test_a_hold_that_was_given_up_before_its_money_came_goes_for_nothing(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.at("2026-11-09 10:00").transfer(booking, 34000)
    shop.at("2026-11-22 10:00")
    done = desk.cancel(booking, received=at("2026-11-05 10:00"))
    assert (done.ground, done.fee, done.refund) == ("pending", 0, 34000)


def test_8_the_fee_shown_is_the_fee_charged(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    seats = {seat.id for seat in booking.active}

    def act(now: datetime, shown: str | None) -> str:
        return cancel.cancel_for(booking.id, seats, Decision(), now, shop.ports, Payee(), desk.me, shown).shown

    shown = act(at("2026-11-20 23:58"), None)
    with pytest.raises(PlanChanged):
        act(at("2026-11-21 00:01"), shown)
    assert (booking.state, shop.balance(booking), len(shop.papers(booking))) == (BookingState.CONFIRMED, 0, 2)
    act(at("2026-11-21 00:02"), act(at("2026-11-21 00:01"), None))
    assert booking.state == BookingState.CANCELLED


def test_a_fee_is_lowered_with_its_reason(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-11-27 12:00")
    done = desk.cancel(booking, fee=5000)
    assert (done.fee, done.quoted_fee, done.refund, done.ground) == (5000, 17000, 29000, "lowered")
    assert desk.notes(booking) == [("fee", "She broke a leg.")]
    assert facts_of("cancelled") == {"seats": 1, "fee": 5000, "lowered": True}
    assert shop.papers(booking)[2:] == [("credit_note", 34000, 0), ("fee_invoice", 5000, 0)]


def test_a_fee_is_never_raised(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-11-27 12:00")
    with pytest.raises(TooMuch) as refused:
        desk.cancel(booking, fee=17001)
    assert refused.value.most == 17000
    assert desk.cancel(booking, fee=17000).quoted_fee is None


@pytest.mark.parametrize(("day", "fee"), [("2026-11-20", 10200), ("2026-11-27", 17000), ("2026-11-28", 27200)])
def test_9_on_account_the_fee_is_billed(shop: Shop, desk: Desk, day: str, fee: int) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING))
    shop.at(f"{day} 12:00")
    done = desk.cancel(booking)
    assert (done.fee, done.refund, done.due) == (fee, 0, fee)
    assert shop.papers(booking) == [("invoice", 34000, 34000), ("credit_note", 34000, 0), ("fee_invoice", fee, fee)]


def test_9_a_fee_lowered_to_nothing_is_not_billed(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING))
    shop.at("2026-11-28 12:00")
    desk.cancel(booking, fee=0)
    assert (shop.papers(booking)[1:], shop.balance(booking)) == ([("credit_note", 34000, 0)], 0)


def test_9_a_pending_hold_goes_for_free(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition())
    shop.open_page(booking)
    assert desk.cancel(booking).fee == 0
    assert states(shop.attempts(booking)) == ["over"]


def test_10_one_of_three_seats(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition(), seats=3))
    shop.at("2026-11-21 09:00")
    done = desk.cancel(booking, seats=1)
    assert (done.fee, done.refund, len(booking.active)) == (17000, 17000, 2)


def test_10_a_lower_fee_is_shared_by_the_seats(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition(), seats=3))
    shop.at("2026-11-21 09:00")
    done = desk.cancel(booking, seats=3, fee=10000)
    assert (done.fee, done.refund) == (10000, 92000)
    assert shop.papers(booking)[-1] == ("fee_invoice", 10000, 0)
    fees = [line.amount for line in documents.of_booking(booking.id)[-1].frozen.lines]
    assert fees == [3334, 3333, 3333]


@pytest.mark.parametrize(
    ("price", "percent", "day", "fee"), [(34000, "10", "2026-11-27", 15300), (33300, "5", "2026-11-20", 9490)]
)
def test_11_discounts(shop: Shop, desk: Desk, price: int, percent: str, day: str, fee: int) -> None:
    shop.voucher("AMIS", "percent", percent)
    booking = shop.pay(shop.book(make_edition(price=price), voucher_code="AMIS"))
    shop.at(f"{day} 12:00")
    assert desk.cancel(booking).fee == fee


@pytest.mark.parametrize(("received", "fee"), [("2027-01-26 18:00", 195000), ("2027-02-11 09:00", 650000)])
def test_16_modules_count_from_the_first(shop: Shop, desk: Desk, received: str, fee: int) -> None:
    booking = shop.pay(shop.book(make_edition(meetings=MODULES, price=650000)))
    shop.at(received)
    assert desk.cancel(booking).fee == fee


def test_17_a_refund_that_fails_at_the_card_goes_by_bank_and_never_both(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.gateway.refunds = RefundOutcome.FAILED
    shop.at("2026-11-20 12:00")
    desk.cancel(booking)
    shop.drain()
    failed, waiting = shop.refunds(booking)
    assert states([failed, waiting]) == ["failed", "needs_iban"]
    refund.supply_iban(waiting.id, PAYER_IBAN, "Ada", shop.now, desk.me)
    refund.mark_refunded(waiting.id, shop.now, desk.me)
    assert (shop.gateway.sent_back, shop.balance(booking)) == ([], 0)


def test_17_the_payer_of_a_transfer_is_asked_where_the_organiser_does_not_know(shop: Shop, desk: Desk) -> None:
    edition = make_edition()
    for name, iban, state in (("a", "", "needs_iban"), ("b", PAYER_IBAN, "to_pay")):
        booking = shop.book(edition, channel=Channel.TRANSFER, email=f"{name}@example.org")
        shop.transfer(booking, 34000)
        desk.cancel(booking, iban=iban)
        assert states(shop.refunds(booking)) == [state]
    booking = shop.book(edition, channel=Channel.TRANSFER)
    shop.transfer(booking, 34000)
    with pytest.raises(IbanNeeded):
        desk.cancel(booking, iban="CH93 0076 2011 6238 5295 8")


def test_nobody_is_cancelled_twice(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    seats = {seat.id for seat in booking.active}
    desk.cancel(booking)
    with pytest.raises(NothingToCancel):
        cancel.cancel_for(booking.id, seats, Decision(), shop.now, shop.ports, Payee(), desk.me, "shown")


def test_free_hours_count_from_the_letter(shop: Shop, desk: Desk) -> None:
    offer = make_class(parse_policy("15:30,8:50,1:80", free_hours=48))
    booking = shop.at("2026-11-22 10:00").pay(shop.book(make_edition(offer)))
    shop.at("2026-11-26 10:00")
    assert desk.cancel(booking, received=at("2026-11-24 09:00")).ground == "free_hours"
