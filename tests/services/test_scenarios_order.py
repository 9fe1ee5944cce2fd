"""Placing orders: once each, at the price shown, with vouchers as often as they may be used; papers without a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import (
    AlreadyBooked,
    ChannelRefused,
    EditionFull,
    NotFound,
    PriceChanged,
    RegistrationNotOpen,
    VoucherRefused,
)
from booking.domain.payment import DocumentKind
from booking.domain.publication import Publication
from booking.persistence import documents
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Edition, Question, QuestionKind, lock_edition
from booking.persistence.terms import TermsVersion
from booking.persistence.transaction import atomic
from booking.services import drafts
from tests.factories import at, make_booking, make_class, make_edition
from tests.services.shop import Shop, at_once

# Once


def test_the_same_draft_placed_twice_is_one_booking(shop: Shop) -> None:
    order = shop.order(make_edition())
    first = shop.place(order)
    assert shop.place(order).id == first.id
    shop.now += timedelta(days=60)  # long after: still the first one's result
    assert shop.place(order).id == first.id
    assert db.session.query(Booking).count() == 1
    shop.sweep()


def test_the_same_draft_placed_twice_at_once_is_one_booking(shop: Shop, app: Flask) -> None:
    order = shop.order(make_edition(), channel=Channel.TRANSFER)
    assert len(set(at_once(app, shop, [order] * 6))) == 1
    assert (db.session.query(Booking).count(), db.session.query(Document).count()) == (1, 1)


def test_a_draft_that_became_a_booking_keeps_what_was_typed(shop: Shop) -> None:
    order = shop.order(make_edition())
    drafts.keep(order.edition_id, {"name": "Ada"}, shop.now, order.draft_token)
    shop.place(order)
    drafts.keep(order.edition_id, {"name": "Changed"}, shop.now, order.draft_token)
    assert drafts.find(order.draft_token).data == {"name": "Ada"}


def test_an_order_without_draft_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.place(replace(shop.order(make_edition()), draft_token="guessed"))


def test_terms_accepted_for_the_first_time_by_several_at_once(shop: Shop, app: Flask) -> None:
    """Different dates have nothing else in common: no lock keeps them apart."""
    orders = [shop.order(make_edition(), channel=Channel.TRANSFER) for _ in range(6)]
    assert all(isinstance(outcome, int) for outcome in at_once(app, shop, orders))
    assert db.session.query(TermsVersion).count() == 1
    assert sorted(paper.serial for paper in db.session.query(Document)) == [1, 2, 3, 4, 5, 6]


def test_a_second_identical_booking_is_asked_about(shop: Shop) -> None:
    edition = make_edition()
    first = shop.book(edition)
    order = shop.order(edition, once_more=False)
    with pytest.raises(AlreadyBooked) as refused:
        shop.place(order)
    assert refused.value.reference == first.reference
    shop.place(replace(order, once_more=True))
    assert shop.left(edition) == 8


# At the price and on the terms shown


def test_the_price_shown_is_the_price_charged(shop: Shop) -> None:
    edition = make_edition(early_price=29000, early_until=at("2026-11-05 23:59:59"))
    order = shop.at("2026-11-05 23:59:59").order(edition)
    assert order.shown_total == 29000
    with pytest.raises(PriceChanged) as refused:
        shop.at("2026-11-06 00:00:00").place(order)
    assert (refused.value.shown, refused.value.current) == (29000, 34000)
    assert shop.left(edition) == 10


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"called_off_at": at("2026-10-30 12:00")}, RegistrationNotOpen, id="called off"),
        pytest.param({"registration_opens_at": at("2026-11-02 12:00")}, RegistrationNotOpen, id="not yet open"),
        pytest.param({"registration_closes_at": at("2026-10-31 12:00")}, RegistrationNotOpen, id="closed"),
        pytest.param({"minimum": 0, "capacity": 2}, EditionFull, id="too few seats"),
        pytest.param({"price": 35000}, PriceChanged, id="another price"),
    ],
)
def test_what_changed_since_the_check_page_is_found_under_the_lock(shop: Shop, changes: dict, refusal: type) -> None:
    edition = make_edition()
    order = shop.order(edition, seats=3)
    with atomic():
        for name, value in changes.items():
            setattr(lock_edition(edition.id), name, value)
    with pytest.raises(refusal):
        shop.place(order)
    assert db.session.query(Booking).count() == 0


def test_an_answer_to_a_question_that_is_gone_is_left_out(shop: Shop) -> None:
    question = Question(key="level", position=0, kind=QuestionKind.TEXT, label=Bilingual("Niveau"), hint=Bilingual())
    edition = make_edition(make_class(questions=[question]))
    order = shop.order(edition)
    seat = replace(order.seats[0], answers={question.id: "some", question.id + 1: "gone", question.id + 2: ""})
    [attendee] = shop.place(replace(order, seats=(seat,))).attendees
    assert [(answer.question_id, answer.value) for answer in attendee.answers] == [(question.id, "some")]


def test_a_class_taken_out_of_the_catalogue_is_not_sold(shop: Shop) -> None:
    edition = make_edition()
    order = shop.order(edition)
    with atomic():
        lock_edition(edition.id).master_class.state = Publication.DRAFT
    with pytest.raises(RegistrationNotOpen):
        shop.place(order)


@pytest.mark.parametrize("channel", [Channel.FREE, Channel.TRANSFER])
def test_only_ways_of_paying_on_offer_are_taken(shop: Shop, channel: Channel) -> None:
    edition = make_edition()
    shop.at("2026-11-30 12:00")
    with pytest.raises(ChannelRefused):
        shop.book(edition, channel=channel)


def test_on_account_is_paid_by_transfer_and_holds_nothing_back(shop: Shop) -> None:
    edition = make_edition(confirmation=Confirmation.ON_BOOKING)
    booking = shop.at("2026-11-30 12:00").book(edition)
    [invoice] = documents.of_booking(booking.id)
    assert (booking.state, booking.channel, booking.hold_until) == (BookingState.CONFIRMED, Channel.TRANSFER, None)
    assert invoice.due_at == shop.day_after(30)


# Vouchers


def test_a_voucher_is_used_as_often_as_it_may_be(shop: Shop, app: Flask) -> None:
    shop.voucher("THREE", "amount", "4000", max_uses=3)
    orders = [shop.order(make_edition(), voucher_code="three") for _ in range(8)]
    outcomes = at_once(app, shop, orders)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 3
    assert outcomes.count(VoucherRefused("used_up")) == 5


def test_a_use_comes_back_with_the_seat(shop: Shop) -> None:
    shop.voucher("ONCE", "percent", "10", max_uses=1)
    edition = make_edition()
    booking = shop.book(edition, voucher_code="ONCE")
    with pytest.raises(VoucherRefused):
        shop.order(edition, voucher_code="ONCE")
    shop.cancel(booking)
    assert shop.book(edition, voucher_code="ONCE").active[0].net_price == 30600


def test_a_voucher_for_everything_confirms_at_once(shop: Shop) -> None:
    shop.voucher("GIFT", "percent", "100")
    booking = shop.book(make_edition(), voucher_code="GIFT", seats=2)
    assert (booking.state, booking.channel, booking.policy) == (BookingState.CONFIRMED, Channel.FREE, None)
    assert (shop.papers(booking), shop.balance(booking)) == ([], 0)
    assert shop.cancel(booking).fee == 0


def test_a_sum_is_shared_among_the_seats_and_each_is_cancelled_at_its_own_price(shop: Shop) -> None:
    shop.voucher("HUNDRED", "amount", "10000")
    booking = shop.pay(shop.book(make_edition(), voucher_code="HUNDRED", seats=3))
    assert [seat.net_price for seat in booking.active] == [30666, 30667, 30667]
    done = shop.at("2026-11-20 12:00").cancel(booking)
    assert (done.credit, done.fee, done.refund) == (92000, 27600, 64400)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"valid_until": at("2026-10-31 23:59:59")}, "over"),
        ({"valid_from": at("2026-11-02 00:00")}, "too_early"),
        ({"max_uses": 0}, "used_up"),
    ],
)
def test_a_voucher_out_of_its_limits(shop: Shop, limits: dict, reason: str) -> None:
    shop.voucher("CODE", "percent", "10", **limits)
    for code, why in (("code", reason), ("other", "unknown")):
        with pytest.raises(VoucherRefused) as refused:
            shop.order(make_edition(), voucher_code=code)
        assert refused.value.reason == why


# Papers


def test_a_number_that_was_rolled_back_is_given_to_the_next(shop: Shop) -> None:
    edition = make_edition()
    first = shop.book(edition, channel=Channel.TRANSFER)

    def number_and_fail() -> None:
        with atomic():
            assert documents.next_number(DocumentKind.INVOICE) == (2, "INV-00002")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        number_and_fail()
    second = shop.book(edition, channel=Channel.TRANSFER)
    papers = documents.of_booking(first.id) + documents.of_booking(second.id)
    assert [paper.number for paper in papers] == ["INV-00001", "INV-00002"]


def test_every_correction_cites_what_it_corrects(shop: Shop) -> None:
    booking = shop.pay(shop.book(make_edition(), seats=2))
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    shop.cancel(booking)
    invoice = documents.latest_invoice(booking.id)
    assert invoice
    corrections = [paper for paper in documents.of_booking(booking.id) if paper.kind in ("credit_note", "fee_invoice")]
    assert len(corrections) == 4
    assert {(paper.cites_id, paper.frozen.cites) for paper in corrections} == {(invoice.id, invoice.number)}


def test_papers_are_frozen_as_they_were_written(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    booking.name = "Somebody Else"
    [invoice] = documents.of_booking(booking.id)
    assert invoice.frozen.debtor
    assert invoice.frozen.debtor.name == "Ada Exemple"


def test_seats_held_by_others_are_not_for_sale(shop: Shop) -> None:
    edition: Edition = make_edition()
    make_booking(edition, seats=4, now=shop.now)
    with pytest.raises(EditionFull) as refused:
        shop.book(edition, seats=7)
    assert refused.value.left == 6
