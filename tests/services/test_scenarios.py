"""The scenarios with figures of the house rules, by their numbers there. 5, 12, 13 and 14 belong to later features."""

from __future__ import annotations

import pytest
from flask import Flask

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import EditionFull, IbanNeeded, NothingToCancel, QuoteChanged, RegistrationNotOpen
from booking.domain.payment import DocumentKind
from booking.domain.policy import parse_policy
from booking.persistence import documents
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.services import cancel, refund
from booking.services.cancel import Payee
from tests.factories import at, make_booking, make_class, make_edition
from tests.services.shop import PAYER_IBAN, Shop, at_once, states


def test_1_a_card_payment_confirms_once(shop: Shop) -> None:
    edition = make_edition()
    for _ in range(9):
        make_booking(edition, state=BookingState.CONFIRMED)
    booking = shop.book(edition, channel=Channel.DEMO)
    assert (booking.state, shop.left(edition)) == (BookingState.PENDING, 0)
    shop.pay(booking)
    for _ in range(3):  # the provider repeats itself
        shop.settle(booking)
    assert (booking.state, shop.left(edition), shop.balance(booking)) == (BookingState.CONFIRMED, 0, 0)
    assert shop.papers(booking) == [("receipt", 34000, 0), ("invoice", 34000, 0)]
    assert shop.letters(booking) == ["confirmed booker", "confirmed organiser"]


def test_2_a_transfer_is_held_ten_days(shop: Shop) -> None:
    booking = shop.at("2026-11-01 10:00").book(make_edition(), channel=Channel.TRANSFER)
    assert booking.hold_until == at("2026-11-11 23:59:59")
    assert shop.papers(booking) == [("invoice", 34000, 34000)]
    invoice = documents.latest_invoice(booking.id)
    assert invoice
    assert invoice.reference == booking.qr_reference == invoice.frozen.reference
    shop.at("2026-11-09 11:00").transfer(booking, 34000)
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, 0)
    assert shop.letters(booking) == [
        "received booker",
        "received organiser",
        "confirmed booker",
        "confirmed organiser",
    ]


def test_3_the_last_seat_is_sold_once(shop: Shop, app: Flask) -> None:
    edition = make_edition()
    make_booking(edition, state=BookingState.CONFIRMED, names=[f"Person {number}" for number in range(9)])
    orders = [shop.order(edition, email=f"{name}@example.org") for name in ("c", "d")]
    outcomes = at_once(app, shop, orders)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert EditionFull(0) in outcomes
    assert shop.left(edition) == 0


def test_4_a_card_hold_ends_after_31_minutes(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.at("2026-11-02 10:00").book(edition, channel=Channel.DEMO)
    shop.open_page(booking)
    shop.at("2026-11-02 10:30:59").sweep()
    assert (booking.state, shop.left(edition)) == (BookingState.PENDING, 9)
    shop.at("2026-11-02 10:31").sweep()
    shop.sweep()
    assert (booking.state, shop.left(edition), shop.balance(booking)) == (BookingState.EXPIRED, 10, 0)
    assert shop.papers(booking) == []
    assert shop.letters(booking) == ["expired booker"]


def late_transfer(shop: Shop, others: int) -> tuple[Edition, int]:
    """B's hold ended on 11.11, `others` seats were sold since, and 340.00 arrive on 13.11."""
    edition = make_edition()
    booking = shop.at("2026-11-01 10:00").book(edition, channel=Channel.TRANSFER)
    shop.at("2026-11-12 00:00").sweep()
    assert (booking.state, shop.left(edition)) == (BookingState.EXPIRED, 10)
    make_booking(edition, state=BookingState.CONFIRMED, names=[f"Person {number}" for number in range(others)])
    shop.at("2026-11-13 09:00").transfer(booking, 34000)
    return edition, booking.id


def test_6_late_money_confirms_while_the_seat_is_free(shop: Shop) -> None:
    edition, number = late_transfer(shop, others=9)
    booking = db.session.get_one(Booking, number)
    assert (booking.state, shop.left(edition), shop.balance(booking)) == (BookingState.CONFIRMED, 0, 0)
    assert shop.papers(booking) == [
        ("invoice", 34000, 34000),
        ("credit_note", 34000, 0),
        ("receipt", 34000, 0),
        ("invoice", 34000, 0),
    ]
    assert shop.letters(booking)[2:] == [
        "expired booker",
        "expired organiser",
        "confirmed booker",
        "confirmed organiser",
    ]


def test_6_late_money_goes_back_when_the_class_is_full(shop: Shop) -> None:
    edition, number = late_transfer(shop, others=10)
    booking = db.session.get_one(Booking, number)
    assert (booking.state, shop.left(edition), shop.balance(booking)) == (BookingState.EXPIRED, 0, -34000)
    [back] = shop.refunds(booking)
    assert (back.amount, back.state, back.reason) == (34000, "needs_iban", "late")
    refund.supply_iban(back.id, PAYER_IBAN, "Bea Muster", shop.now)
    refund.mark_refunded(back.id, shop.now)
    assert (shop.balance(booking), back.iban, shop.papers(booking)[-1][0]) == (0, "", "credit_note")
    assert shop.letters(booking)[2:] == [
        "expired booker",
        "expired organiser",
        "refund_iban booker",
        "late_refund organiser",
        "refund_task organiser",
        "refunded booker",
    ]


@pytest.mark.parametrize(
    ("received", "fee"),
    [
        pytest.param("2026-11-20 23:59:59", 10200, id="20.11 last second"),
        pytest.param("2026-11-21 00:00:00", 17000, id="21.11 first second"),
        pytest.param("2026-11-27 23:59:59", 17000, id="27.11 last second"),
        pytest.param("2026-11-28 00:00:00", 27200, id="28.11 first second"),
        pytest.param("2026-12-04 23:59:59", 27200, id="04.12 last second"),
        pytest.param("2026-12-05 00:00:00", 34000, id="05.12 first second"),
        pytest.param("2026-12-05 16:59:59", 34000, id="absent"),
    ],
)
def test_7_paid_and_cancelled(shop: Shop, received: str, fee: int) -> None:
    edition = make_edition()
    booking = shop.pay(shop.book(edition))
    done = shop.at(received).cancel(booking)
    assert (done.fee, done.refund, done.due, done.credit) == (fee, 34000 - fee, 0, 34000)
    assert (booking.state, shop.left(edition)) == (BookingState.CANCELLED, 10)
    shop.drain()
    assert shop.gateway.sent_back == ([34000 - fee] if fee < 34000 else [])
    assert shop.balance(booking) == 0
    assert shop.papers(booking)[2:] == [("credit_note", 34000, 0), ("fee_invoice", fee, 0)]
    assert shop.letters(booking)[2:] == [
        "cancelled booker",
        "cancelled organiser",
        *(["refunded booker"] if fee < 34000 else []),
    ]


def test_7_when_the_class_is_over_nothing_is_left_to_cancel(shop: Shop) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-12-05 17:00")
    with pytest.raises(NothingToCancel):
        shop.quote(booking)


def test_8_the_fee_shown_is_the_fee_charged(shop: Shop) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shown = shop.at("2026-11-20 23:58").quote(booking)
    assert shown.quote.fee == 10200
    with pytest.raises(QuoteChanged) as refused:
        shop.at("2026-11-21 00:01").cancel(booking, shown)
    assert (refused.value.shown, refused.value.current) == (10200, 17000)
    assert (booking.state, shop.balance(booking), len(booking.active)) == (BookingState.CONFIRMED, 0, 1)
    assert (shop.refunds(booking), len(shop.papers(booking))) == ([], 2)
    assert shop.cancel(booking).fee == 17000


@pytest.mark.parametrize("posted", ["", "abc", "10200", "²/0/0", "9" * 5000, "-1/0/0", "10200/23800/1"])
def test_8_an_amount_that_nobody_was_shown_cancels_nothing(shop: Shop, posted: str) -> None:
    booking = shop.pay(shop.book(make_edition()))
    with pytest.raises(QuoteChanged):
        cancel.cancel(booking.id, {booking.active[0].id}, posted, shop.now, shop.ports, Payee())
    assert booking.state == BookingState.CONFIRMED


def test_9_a_pending_hold_goes_for_free(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition, channel=Channel.TRANSFER)
    done = shop.at("2026-11-05 12:00").cancel(booking)
    assert (done.fee, done.refund, done.due, done.ground) == (0, 0, 0, "pending")
    assert (booking.state, shop.balance(booking), shop.left(edition)) == (BookingState.CANCELLED, 0, 10)
    assert shop.papers(booking) == [("invoice", 34000, 34000), ("credit_note", 34000, 0)]


@pytest.mark.parametrize(("day", "fee"), [("2026-11-20", 10200), ("2026-11-27", 17000), ("2026-11-28", 27200)])
def test_9_on_account_the_fee_is_billed(shop: Shop, day: str, fee: int) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING))
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, 34000)
    done = shop.at(f"{day} 12:00").cancel(booking)
    assert (done.fee, done.refund, done.due) == (fee, 0, fee)
    assert shop.papers(booking) == [
        ("invoice", 34000, 34000),
        ("credit_note", 34000, 0),
        ("fee_invoice", fee, fee),
    ]
    invoice, credit, bill = documents.of_booking(booking.id)
    assert (credit.cites_id, credit.frozen.cites) == (invoice.id, invoice.number)
    assert bill.reference
    assert bill.reference != invoice.reference
    assert bill.due_at == shop.day_after(30)
    shop.transfer(booking, fee, reference=bill.reference)
    assert (shop.balance(booking), booking.state, shop.refunds(booking)) == (0, BookingState.CANCELLED, [])


def test_10_one_of_three_seats(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.pay(shop.book(edition, seats=3))
    done = shop.at("2026-11-21 09:00").cancel(booking, seats=1)
    assert (done.fee, done.refund) == (17000, 17000)
    shop.drain()
    assert (booking.state, len(booking.active), shop.left(edition)) == (BookingState.CONFIRMED, 2, 8)
    assert 102000 - sum(shop.gateway.sent_back) == 85000
    assert shop.papers(booking)[2:] == [("credit_note", 34000, 0), ("fee_invoice", 17000, 0)]
    rest = shop.cancel(booking)
    assert (rest.fee, rest.refund, booking.state) == (34000, 34000, BookingState.CANCELLED)


@pytest.mark.parametrize(
    ("price", "percent", "day", "total", "fee"),
    [
        pytest.param(34000, "10", "2026-11-27", 30600, 15300, id="340.00 less 10 %"),
        pytest.param(33300, "5", "2026-11-20", 31635, 9490, id="333.00 less 5 %"),
    ],
)
def test_11_discounts(shop: Shop, price: int, percent: str, day: str, total: int, fee: int) -> None:
    shop.voucher("AMIS", "percent", percent)
    booking = shop.pay(shop.book(make_edition(price=price), voucher_code=" amis "))
    assert shop.papers(booking)[1] == ("invoice", total, 0)
    done = shop.at(f"{day} 12:00").cancel(booking)
    assert (done.fee, done.refund) == (fee, total - fee)


def test_15_a_free_evening_needs_no_payment(shop: Shop) -> None:
    edition = make_edition(
        make_class(policy=None), meetings=[("2026-11-10 18:30", "2026-11-10 20:00")], price=0, minimum=0, capacity=2
    )
    booking = shop.book(edition, seats=2)
    assert (booking.state, booking.channel) == (BookingState.CONFIRMED, Channel.FREE)
    assert (shop.papers(booking), shop.balance(booking), shop.left(edition)) == ([], 0, 0)
    done = shop.at("2026-11-10 17:00").cancel(booking, seats=1)
    assert (done.fee, done.refund, done.channel, shop.left(edition)) == (0, 0, "", 1)
    shop.book(edition)
    assert shop.papers(booking) == []


MODULES = [(f"2027-0{month}-10 18:00", f"2027-0{month}-10 21:00") for month in (2, 3, 4, 5, 6)]


@pytest.mark.parametrize(("received", "fee"), [("2027-01-26 18:00", 195000), ("2027-02-11 09:00", 650000)])
def test_16_modules_count_from_the_first(shop: Shop, received: str, fee: int) -> None:
    edition = make_edition(meetings=MODULES, price=650000, registration_closes_at=at("2026-11-30 23:59:59"))
    booking = shop.at("2026-11-30 23:59:59").pay(shop.book(edition))
    assert shop.at(received).cancel(booking).fee == fee


def test_16_an_order_after_the_deadline_is_refused(shop: Shop) -> None:
    edition = make_edition(meetings=MODULES, price=650000, registration_closes_at=at("2026-11-30 23:59:59"))
    order = shop.at("2026-11-30 23:59:59").order(edition)
    shop.at("2026-12-01 00:00:00")
    with pytest.raises(RegistrationNotOpen):
        shop.place(order)
    assert shop.left(edition) == 10


def test_17_whoever_paid_by_transfer_names_an_account_when_cancelling(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 34000)
    proposal = shop.at("2026-11-20 12:00").quote(booking)
    assert proposal.asks_iban
    seats = {seat.id for seat in proposal.seats}
    for iban in ("", "CH93 0076 2011 6238 5295 8", "nonsense"):
        with pytest.raises(IbanNeeded):
            cancel.cancel(booking.id, seats, proposal.shown, shop.now, shop.ports, Payee(iban))
    shop.cancel(booking)
    [back] = shop.refunds(booking)
    assert (back.amount, back.state, back.iban) == (23800, "to_pay", "CH9300762011623852957")
    refund.mark_refunded(back.id, shop.now)
    assert (states([back]), back.iban, shop.balance(booking)) == (["succeeded"], "", 0)


def test_18_mails_and_papers_speak_the_booker_s_language(shop: Shop) -> None:
    taught = make_class(language="fr", title=Bilingual("Tenir un blog", "Keeping a blog"))
    booking = shop.book(make_edition(taught), locale="en", channel=Channel.TRANSFER)
    shop.transfer(booking, 34000)
    papers = documents.of_booking(booking.id)
    assert {(paper.frozen.locale, paper.frozen.title) for paper in papers} == {("en", "Keeping a blog")}
    assert {paper.frozen.kind for paper in papers} == {DocumentKind.INVOICE, DocumentKind.RECEIPT}
    assert shop.letters(booking)[-2:] == ["confirmed booker", "confirmed organiser"]


def test_the_policy_accepted_at_booking_is_the_one_that_counts(shop: Shop) -> None:
    offer = make_class(parse_policy("15:30,8:50,1:80"))
    booking = shop.pay(shop.book(make_edition(offer)))
    assert offer.policy_template
    offer.policy_template.definition = parse_policy("1:100").to_json()
    assert shop.at("2026-11-20 12:00").quote(booking).quote.fee == 10200
