"""Money that comes by hand, debts that are waived, money given back out of goodwill."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import (
    IbanNeeded,
    NotPossibleNow,
    OtherBooking,
    PlanChanged,
    TooMuch,
    WrongAmount,
)
from booking.domain.payment import Means, PaymentState
from booking.persistence import documents
from booking.persistence.arrivals import Arrival
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.outbox import OutboxJob
from booking.persistence.outcomes import Outcome
from booking.services import refund, settle
from booking.services.enrol import Way
from booking.services.ports import RefundOutcome
from booking.services.settle import Gift
from tests.factories import make_edition
from tests.services.desk import Desk
from tests.services.shop import PAYER_IBAN, Shop, states


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


def on_account(shop: Shop) -> Booking:
    return shop.book(make_edition(confirmation=Confirmation.ON_BOOKING))


def test_a_transfer_marked_as_paid_confirms(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    done = desk.take(booking, 34000, reference=booking.qr_reference)
    assert (done.was, done.state, done.owed) == ("pending", "confirmed", 0)
    assert [(mail.kind, mail.reader) for mail in done.mails] == [("confirmed", "booker"), ("confirmed", "organiser")]
    entry = db.session.query(JournalEntry).filter_by(action="confirmed").one()
    assert (entry.actor, entry.organiser_id) == ("organiser", desk.me.organiser_id)


def test_looking_at_what_a_payment_would_do_changes_nothing(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    mails = db.session.query(OutboxJob).count()
    for _ in range(3):
        settle.take(booking.id, Arrival(34000, shop.now), "", shop.now, shop.ports, desk.me, None)
    assert (booking.state, shop.balance(booking), shop.attempts(booking)) == (BookingState.PENDING, 34000, [])
    assert db.session.query(OutboxJob).count() == mails
    desk.take(booking, 34000)
    assert [paper.number for paper in documents.of_booking(booking.id)] == ["INV-00001", "REC-00001"]


def test_a_part_leaves_the_hold_and_says_what_is_left(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    done = desk.take(booking, 10000, means=Means.CASH)
    assert (done.state, done.owed) == ("pending", 24000)
    assert shop.letters(booking)[2:] == ["paid booker"]
    assert shop.attempts(booking)[0].means is Means.CASH
    desk.take(booking, 24000)
    assert booking.state == BookingState.CONFIRMED


def test_too_much_goes_back(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    done = desk.take(booking, 40000)
    assert [(back.channel, back.amount, back.state) for back in done.refunds] == [("transfer", 6000, "needs_iban")]
    assert [back.reason for back in shop.refunds(booking)] == ["surplus"]


def test_the_receipt_of_a_booking_on_account_is_sent(shop: Shop, desk: Desk) -> None:
    booking = on_account(shop)
    desk.take(booking, 34000)
    assert shop.letters(booking)[-1] == "paid booker"


def test_a_reference_of_another_booking_is_refused(shop: Shop, desk: Desk) -> None:
    edition = make_edition()
    mine, other = (shop.book(edition, channel=Channel.TRANSFER, email=f"{name}@example.org") for name in "ab")
    with pytest.raises(OtherBooking) as refused:
        desk.take(mine, 34000, reference=other.qr_reference)
    assert refused.value.reference == other.reference
    with pytest.raises(WrongAmount):
        desk.take(mine, 34000, reference="RF18 5390 0754 7034")
    assert states([mine, other]) == ["pending", "pending"]


def test_the_same_transfer_is_not_marked_twice(shop: Shop, desk: Desk) -> None:
    booking = on_account(shop)
    arrival = Arrival(34000, shop.now)
    shown = settle.take(booking.id, arrival, "", shop.now, shop.ports, desk.me, None).shown
    settle.take(booking.id, arrival, "", shop.now, shop.ports, desk.me, shown)  # a colleague was quicker
    with pytest.raises(WrongAmount) as refused:
        settle.take(booking.id, arrival, "", shop.now, shop.ports, desk.me, shown)
    assert refused.value.reason == "repeated"
    again = Arrival(34000, shop.now, once_more=True)
    with pytest.raises(PlanChanged):
        settle.take(booking.id, again, "", shop.now, shop.ports, desk.me, shown)
    assert len(shop.attempts(booking)) == 1


def test_a_sum_that_no_class_costs_is_a_slip(shop: Shop, desk: Desk) -> None:
    with pytest.raises(WrongAmount) as refused:
        desk.take(on_account(shop), 99_999_999_999)
    assert refused.value.reason == "huge"


def test_money_of_tomorrow_is_refused(shop: Shop, desk: Desk) -> None:
    with pytest.raises(WrongAmount):
        desk.take(on_account(shop), 34000, at=shop.now + timedelta(days=2))


# Waiving


def test_a_debt_is_waived_in_part_and_in_whole(shop: Shop, desk: Desk) -> None:
    booking = on_account(shop)
    assert desk.write_off(booking, 4000).owed == 30000
    assert desk.write_off(booking, 30000, tell=False).owed == 0
    assert shop.letters(booking)[-1:] == ["waived booker"]
    assert desk.notes(booking) == [("write_off", "She was ill.")] * 2
    with pytest.raises(NotPossibleNow):
        desk.write_off(booking, 1)


@pytest.mark.parametrize("amount", [0, 34001])
def test_no_more_is_waived_than_is_owed(shop: Shop, desk: Desk, amount: int) -> None:
    with pytest.raises(TooMuch) as refused:
        desk.write_off(on_account(shop), amount)
    assert refused.value.most == 34000


def test_a_hold_whose_rest_is_waived_is_confirmed(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    desk.take(booking, 33900)  # a bank kept its charge
    done = desk.write_off(booking, 100)
    assert (done.state, done.owed) == ("confirmed", 0)
    assert shop.letters(booking)[-2:] == ["confirmed booker", "confirmed organiser"]


def test_a_waived_fee_is_owed_no_more(shop: Shop, desk: Desk) -> None:
    booking = on_account(shop)
    shop.at("2026-11-20 12:00").cancel(booking)
    assert desk.write_off(booking, 10200).owed == 0


@pytest.mark.parametrize(
    ("paid", "refund", "due"),
    [(24000, 13800, 0), (0, 0, 10200)],
    ids=["the rest was paid: refund = paid - fee", "nothing was paid: due = fee"],
)
def test_what_was_waived_of_a_seat_lapses_with_it(shop: Shop, desk: Desk, paid: int, refund: int, due: int) -> None:
    booking = on_account(shop)
    desk.write_off(booking, 10000)
    if paid:
        desk.take(booking, paid)
    done = shop.at("2026-11-20 12:00").cancel(booking)
    assert (done.credit, done.fee, done.refund, done.due) == (24000, 10200, refund, due)


def test_whoever_was_let_off_everything_owes_nothing_by_cancelling(shop: Shop, desk: Desk) -> None:
    booking = on_account(shop)
    desk.write_off(booking, 34000)
    done = shop.at("2026-11-28 12:00").cancel(booking)
    assert (done.fee, done.refund, done.due, shop.balance(booking)) == (27200, 0, 0, 0)


def test_a_fee_that_was_waived_stays_so(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING), seats=2)
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    desk.take(booking, 34000)
    desk.write_off(booking, 10200)
    done = shop.cancel(booking)
    assert (done.fee, done.refund, done.due) == (10200, 23800, 0)


def test_a_hold_that_ends_takes_its_waiver_with_it(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER, seats=2)
    desk.write_off(booking, 40000)
    desk.take(booking, 10000)
    shop.at("2026-11-12 00:00").sweep()
    assert (booking.state, [back.amount for back in shop.refunds(booking)]) == (BookingState.EXPIRED, [10000])


# Giving back


def test_a_gift_goes_back_by_card_and_is_owed_by_nobody(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    done = desk.give_back(booking, 5000)
    assert [(back.channel, back.amount) for back in done.refunds] == [("demo", 5000)]
    shop.drain()
    assert (shop.gateway.sent_back, shop.balance(booking), booking.state) == ([5000], 0, BookingState.CONFIRMED)
    assert desk.notes(booking) == [("goodwill", "The room was cold.")]


def test_a_gift_by_bank_waits_for_an_account(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    desk.give_back(booking, 5000, by_bank=True)
    desk.give_back(booking, 6000, by_bank=True, iban=PAYER_IBAN)
    first, second = shop.refunds(booking)
    assert states([first, second]) == ["needs_iban", "to_pay"]
    refund.supply_iban(first.id, PAYER_IBAN, "Ada", shop.now, desk.me)
    for one in (first, second):
        refund.mark_refunded(one.id, shop.now, desk.me)
    assert (shop.balance(booking), first.iban, shop.gateway.sent_back) == (0, "", [])


def test_no_more_is_given_back_than_was_paid(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    desk.give_back(booking, 30000)
    with pytest.raises(TooMuch) as refused:
        desk.give_back(booking, 4001)
    assert refused.value.most == 4000
    desk.give_back(booking, 4000)
    with pytest.raises(NotPossibleNow) as nothing:
        desk.give_back(booking, 1)
    assert nothing.value.why == "nothing_paid"


def test_a_gift_pressed_twice_is_given_once(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    gift = Gift(5000, "")
    shown = settle.give_back(booking.id, gift, shop.now, desk.me, None).shown
    settle.give_back(booking.id, gift, shop.now, desk.me, shown)
    shop.drain()
    with pytest.raises(PlanChanged):
        settle.give_back(booking.id, gift, shop.now, desk.me, shown)
    assert shop.gateway.sent_back == [5000]


def test_who_still_owes_gets_nothing_back(shop: Shop, desk: Desk) -> None:
    booking = on_account(shop)
    desk.take(booking, 10000)
    with pytest.raises(NotPossibleNow) as refused:
        desk.give_back(booking, 5000)
    assert refused.value.why == "owes"


def test_a_wrong_account_gives_nothing_back(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    with pytest.raises(IbanNeeded):
        desk.give_back(booking, 5000, by_bank=True, iban="CH93 0076 2011 6238 5295 8")
    assert shop.refunds(booking) == []


def test_a_gift_that_the_card_refuses_goes_by_bank(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.gateway.refunds = RefundOutcome.FAILED
    desk.give_back(booking, 5000)
    shop.drain()
    failed, replacement = shop.refunds(booking)
    assert states([failed, replacement]) == ["failed", "needs_iban"]
    assert (replacement.amount, replacement.reason, shop.balance(booking)) == (5000, "goodwill", -5000)
    refund.supply_iban(replacement.id, PAYER_IBAN, "Ada", shop.now)
    refund.mark_refunded(replacement.id, shop.now)
    assert shop.balance(booking) == 0


def test_who_cancels_after_a_gift_gets_no_more_than_was_paid(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    desk.give_back(booking, 30000)
    shop.drain()
    done = shop.at("2026-11-20 12:00").cancel(booking)
    assert (done.fee, done.refund) == (10200, 4000)
    shop.drain()
    assert (sum(shop.gateway.sent_back), shop.balance(booking)) == (34000, 0)


def test_a_fee_is_given_back_out_of_goodwill(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-11-20 12:00").cancel(booking)
    shop.drain()
    desk.give_back(booking, 10200)
    shop.drain()
    assert (shop.gateway.sent_back, shop.balance(booking)) == ([23800, 10200], 0)


def test_an_iban_is_asked_for_again(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    desk.give_back(booking, 5000, by_bank=True)
    [waiting] = shop.refunds(booking)
    shop.now += timedelta(days=3)
    refund.ask_again(waiting.id, shop.now, desk.me)
    assert shop.letters(booking)[-2:] == ["refund_iban booker", "refund_iban booker"]
    refund.supply_iban(waiting.id, PAYER_IBAN, "Ada", shop.now)
    with pytest.raises(WrongAmount):
        refund.ask_again(waiting.id, shop.now, desk.me)


# Taking out what was booked by mistake


def take_out(shop: Shop, desk: Desk, booking: Booking, number: int = -1) -> Outcome:
    paid = [payment.id for payment in shop.attempts(booking) if payment.state is PaymentState.PAID]
    return desk.take_out(booking, paid[number])


def test_a_payment_booked_by_mistake_is_owed_again(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    desk.take(booking, 34000)
    done = take_out(shop, desk, booking)
    assert (done.state, done.owed, done.papers) == ("confirmed", 34000, ())  # the invoice still asks for it
    assert shop.letters(booking)[-1] == "corrected booker"
    assert desk.notes(booking) == [("mistake", "Wrong line")]
    assert states(shop.attempts(booking)) == ["void"]
    desk.take(booking, 34000, at=shop.now - timedelta(days=1))
    assert shop.balance(booking) == 0


def test_an_invoice_written_as_paid_is_written_anew(shop: Shop, desk: Desk) -> None:
    booking = desk.enrol(make_edition(), Way.PAID)
    take_out(shop, desk, booking)
    assert shop.papers(booking)[2:] == [("credit_note", 34000, 0), ("invoice", 34000, 34000)]


def test_too_many_zeros_take_their_refund_with_them(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    desk.take(booking, 340000)
    done = take_out(shop, desk, booking)
    assert (done.withdrawn, done.owed) == (306000, 34000)
    assert states(shop.refunds(booking)) == ["withdrawn"]


def test_a_payment_of_another_booking_leaves_the_true_one(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    desk.take(booking, 34000, at=shop.now - timedelta(days=1))
    done = take_out(shop, desk, booking)
    assert (done.withdrawn, done.owed, states(shop.refunds(booking))) == (34000, 0, ["withdrawn"])


def test_money_that_never_came_is_given_back_from_no_other(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    desk.take(booking, 34000)
    desk.take(booking, 34000, at=shop.now - timedelta(days=1))  # the same line of the statement, read twice
    desk.cancel(booking, fee=0)
    true, never, *_ = shop.attempts(booking)
    assert {(row.payment_id, row.amount) for row in shop.refunds(booking)} == {(never.id, 34000), (true.id, 34000)}
    take_out(shop, desk, booking)
    assert [(row.payment_id, row.state.value) for row in shop.refunds(booking)] == [
        (never.id, "withdrawn"),
        (true.id, "needs_iban"),
    ]
    with pytest.raises(NotPossibleNow):
        desk.give_back(booking, 34000)


def test_late_money_that_never_came(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.at("2026-11-12 00:00").sweep()
    desk.take(booking, 10000)
    done = take_out(shop, desk, booking)
    assert (done.state, done.owed, done.withdrawn) == ("expired", 0, 10000)


def test_what_was_given_back_had_come(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    desk.take(booking, 34000)
    desk.give_back(booking, 5000, iban=PAYER_IBAN)
    with pytest.raises(NotPossibleNow):
        take_out(shop, desk, booking)
    refund.mark_refunded(shop.refunds(booking)[0].id, shop.now, desk.me)
    with pytest.raises(NotPossibleNow):
        take_out(shop, desk, booking)


def test_what_a_provider_brought_came(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    with pytest.raises(NotPossibleNow) as refused:
        take_out(shop, desk, booking)
    assert refused.value.why == "no_mistake"
