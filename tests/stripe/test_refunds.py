"""Money on its way back through Stripe: ours, the dashboard's and the payer's bank's, and never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from booking.domain.booking import BookingState
from booking.domain.payment import LedgerKind
from booking.persistence import ledger
from booking.persistence.bookings import Booking
from booking.persistence.outbox import LONGEST_WAIT
from booking.services import refund
from tests.factories import make_edition
from tests.services.shop import PAYER_IBAN
from tests.stripe.stripe_site import StripeSite

REFUNDS = "POST /v1/refunds"
BACK = 23800  # of 34000, after the cancellation fee of 30 %


def paid(site: StripeSite, method: str = "card", seats: int = 1) -> Booking:
    booking = site.book(make_edition(), seats=seats)
    site.fake.pay(site.open_page(booking), method)
    site.settle(booking)
    return booking


def cancelled(site: StripeSite, method: str = "card") -> Booking:
    """238.00 are to go back; nobody has asked Stripe yet."""
    booking = paid(site, method)
    assert site.at("2026-11-20 12:00").cancel(booking).refund == BACK
    return booking


def rows(site: StripeSite, booking: Booking) -> list[tuple[str, str, int]]:
    return [(row.channel.value, row.state.value, row.amount) for row in site.refunds(booking)]


def sent_back(site: StripeSite) -> list[int]:
    """What Stripe has really given back, or is about to."""
    return [one["amount"] for one in site.fake.all("refund") if one["status"] in ("pending", "succeeded")]


def written_off(booking: Booking) -> int:
    return -ledger.totals(booking.id).get(LedgerKind.WRITE_OFF, 0)


def pay_by_bank(site: StripeSite, booking: Booking) -> None:
    [task] = [row for row in site.refunds(booking) if row.state.value in ("needs_iban", "to_pay")]
    refund.supply_iban(task.id, PAYER_IBAN, "Ada Exemple", site.now)
    refund.mark_refunded(task.id, site.now)


# Ours


def test_the_row_comes_first_then_the_call_with_its_key(site: StripeSite) -> None:
    booking = cancelled(site)
    assert (rows(site, booking), site.fake.calls(REFUNDS)) == ([("stripe", "requested", BACK)], [])
    for _ in range(2):
        site.drain()
    [call], [back] = site.fake.calls(REFUNDS), site.refunds(booking)
    assert (call.key, call.params["amount"]) == (f"refund-{back.public_id}", BACK)
    assert (back.state.value, site.balance(booking)) == ("succeeded", 0)
    site.webhooks(repeat=2)
    assert rows(site, booking) == [("stripe", "succeeded", BACK)]
    assert site.letters(booking).count("refunded booker") == 1


def test_several_partial_refunds(site: StripeSite) -> None:
    booking = paid(site, seats=3)
    site.at("2026-11-20 12:00")
    for _ in range(3):
        site.cancel(booking, seats=1)
        site.drain()
        site.webhooks()
    assert (sent_back(site), rows(site, booking)) == ([BACK] * 3, [("stripe", "succeeded", BACK)] * 3)
    assert (booking.state, site.balance(booking)) == (BookingState.CANCELLED, 0)


@pytest.mark.parametrize("trouble", ["fail_next", "cut_before", "cut_after"])
def test_a_call_without_an_answer_is_repeated(site: StripeSite, trouble: str) -> None:
    booking = cancelled(site)
    getattr(site.fake, trouble)(REFUNDS)
    site.drain()
    assert rows(site, booking) == [("stripe", "requested", BACK)]
    site.now += timedelta(seconds=3)
    site.drain()
    assert (sent_back(site), rows(site, booking)) == ([BACK], [("stripe", "succeeded", BACK)])


@pytest.mark.parametrize("told_first", [True, False])
def test_an_answer_lost_for_days_is_found_again(site: StripeSite, told_first: bool) -> None:
    """Stripe has forgotten the key; another partial refund would go through."""
    booking = cancelled(site)
    site.fake.cut_after(REFUNDS)
    site.drain()
    site.now += timedelta(days=3)
    if told_first:
        site.webhooks("refund.created")
        assert rows(site, booking) == [("stripe", "succeeded", BACK)]
    site.drain()
    assert (sent_back(site), rows(site, booking)) == ([BACK], [("stripe", "succeeded", BACK)])


def test_a_failure_that_stripe_keeps_ends_with_its_key(site: StripeSite) -> None:
    booking = cancelled(site)
    site.fake.fail_next(REFUNDS, kept=True)
    for _ in range(3):
        site.drain()
        site.now += LONGEST_WAIT
    assert rows(site, booking) == [("stripe", "requested", BACK)]
    site.now += timedelta(days=1)
    site.drain()
    assert (sent_back(site), rows(site, booking)) == ([BACK], [("stripe", "succeeded", BACK)])


# Pending, failed


@pytest.mark.parametrize("how", ["told", "found by the sweep"])
@pytest.mark.parametrize("outcome", ["succeeded", "failed", "canceled"])
def test_a_refund_under_way(site: StripeSite, outcome: Any, how: str) -> None:
    site.fake.refunds_become = "pending"
    booking = cancelled(site)
    site.drain()
    assert (rows(site, booking), site.balance(booking)) == ([("stripe", "pending", BACK)], -BACK)
    [made] = site.fake.all("refund")
    site.fake.turn_refund(made["id"], outcome)
    for _ in range(2):
        if how == "told":
            site.webhooks("refund.updated", "refund.failed")
        else:
            site.sweep()
    if outcome == "succeeded":
        assert (rows(site, booking), site.balance(booking)) == ([("stripe", "succeeded", BACK)], 0)
    else:
        assert rows(site, booking) == [("stripe", "failed", BACK), ("transfer", "needs_iban", BACK)]


def test_succeeded_then_failed_goes_by_bank_and_never_both(site: StripeSite) -> None:
    booking = cancelled(site)
    site.drain()
    assert site.balance(booking) == 0
    site.fake.turn_refund(site.fake.all("refund")[0]["id"], "failed")
    site.webhooks(order=reversed, repeat=2)
    assert (rows(site, booking)[0][1], site.balance(booking)) == ("failed", -BACK)
    pay_by_bank(site, booking)
    site.webhooks(repeat=2)
    site.sweep()
    site.drain()
    assert rows(site, booking) == [("stripe", "failed", BACK), ("transfer", "succeeded", BACK)]
    assert (sent_back(site), site.balance(booking)) == ([], 0)


def test_only_the_acquirer_s_reference(site: StripeSite) -> None:
    booking = cancelled(site)
    site.drain()
    site.fake.reference_refund(site.fake.all("refund")[0]["id"])
    site.webhooks(repeat=2)
    assert (rows(site, booking), site.balance(booking)) == ([("stripe", "succeeded", BACK)], 0)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("card", [("stripe", "pending", BACK)]),
        ("twint", [("stripe", "failed", BACK), ("transfer", "needs_iban", BACK)]),
    ],
)
def test_without_balance_cards_wait_and_twint_goes_by_bank(
    site: StripeSite, method: str, expected: list[tuple[str, str, int]]
) -> None:
    site.fake.balance = 100
    booking = cancelled(site, method)
    site.drain()
    site.webhooks()
    assert rows(site, booking) == expected


def test_twint_after_half_a_year_goes_by_bank(site: StripeSite) -> None:
    booking = site.book(make_edition(meetings=[("2027-07-05 09:00", "2027-07-05 17:00")]))
    site.fake.pay(site.open_page(booking), "twint")
    site.settle(booking)
    site.now += timedelta(days=190)
    site.cancel(booking)
    site.drain()
    [failed, by_bank] = rows(site, booking)
    assert (failed[:2], by_bank[:2], sent_back(site)) == (("stripe", "failed"), ("transfer", "needs_iban"), [])
    pay_by_bank(site, booking)
    assert site.balance(booking) == 0


# Made in the dashboard


@pytest.mark.parametrize("told", [True, False], ids=["told first", "not told"])
def test_the_organiser_was_quicker(site: StripeSite, told: bool) -> None:
    """The same sum, made by hand: adopted. Our own call is refused as nothing is left, and nothing is paid twice."""
    booking = cancelled(site)
    site.fake.refund_in_dashboard(site.money(booking), BACK)
    if told:
        site.webhooks("refund.created")
        assert rows(site, booking) == [("stripe", "succeeded", BACK)]
    for _ in range(2):
        site.drain()
        site.webhooks()
    assert (sent_back(site), rows(site, booking)) == ([BACK], [("stripe", "succeeded", BACK)])
    assert (site.balance(booking), written_off(booking)) == (0, 0)


def test_all_was_given_back_by_hand(site: StripeSite) -> None:
    """340.00 instead of 238.00: charge_already_refunded is no reason for a bank transfer; the rest is a gift."""
    booking = cancelled(site)
    site.fake.refund_in_dashboard(site.money(booking))
    site.drain()
    assert rows(site, booking) == [("stripe", "withdrawn", BACK), ("stripe", "succeeded", 34000)]
    assert (sent_back(site), site.balance(booking), written_off(booking)) == ([34000], 0, 10200)
    assert "dashboard_refund organiser" in site.letters(booking)


def test_a_part_was_given_back_by_hand(site: StripeSite) -> None:
    """200.00 by hand leave 38.00 of the 238.00 promised."""
    booking = cancelled(site)
    site.fake.refund_in_dashboard(site.money(booking), 20000)
    site.drain()
    site.drain()
    assert sent_back(site) == [20000, 3800]
    assert rows(site, booking) == [
        ("stripe", "withdrawn", BACK),
        ("stripe", "succeeded", 20000),
        ("stripe", "succeeded", 3800),
    ]
    assert (site.balance(booking), written_off(booking)) == (0, 0)


def test_a_part_was_given_back_by_hand_and_a_bank_transfer_waits(site: StripeSite) -> None:
    site.fake.refunds_become = "failed"
    booking = cancelled(site)
    site.drain()
    site.fake.refunds_become = "succeeded"
    site.fake.refund_in_dashboard(site.money(booking), BACK)
    site.webhooks(repeat=2)
    assert rows(site, booking) == [
        ("stripe", "failed", BACK),
        ("transfer", "withdrawn", BACK),
        ("stripe", "succeeded", BACK),
    ]
    assert (site.balance(booking), refund.tasks()) == (0, [])


@pytest.mark.parametrize("amount", [34000, 4000])
def test_a_gift_from_the_dashboard_keeps_the_booking(site: StripeSite, amount: int) -> None:
    booking = paid(site)
    site.fake.refund_in_dashboard(site.money(booking), amount)
    site.webhooks(order=reversed, repeat=2)
    assert rows(site, booking) == [("stripe", "succeeded", amount)]
    assert (booking.state, site.balance(booking), written_off(booking)) == (BookingState.CONFIRMED, 0, amount)
    assert site.letters(booking)[2:] == ["dashboard_refund organiser", "refunded booker"]


def test_a_gift_never_gives_back_more_than_was_paid(site: StripeSite) -> None:
    """200.00 were a gift: of the 238.00 of the cancellation, 140.00 are left to give back. Should the gift fail, it
    is owed after all, as far as it counted."""
    booking = paid(site)
    gift = site.fake.refund_in_dashboard(site.money(booking), 20000)
    site.webhooks()
    assert site.at("2026-11-20 12:00").cancel(booking).refund == 14000
    site.drain()
    assert (sent_back(site), site.balance(booking), written_off(booking)) == ([20000, 14000], 0, 10200)
    site.fake.turn_refund(gift["id"], "failed")
    site.webhooks()
    assert rows(site, booking)[-1] == ("transfer", "needs_iban", 9800)


@pytest.mark.parametrize("order", [iter, reversed])
def test_a_gift_while_ours_is_under_way(site: StripeSite, order: Any) -> None:
    """What is moving already is not counted a second time as owed."""
    site.fake.refunds_become = "pending"
    booking = cancelled(site)
    site.drain()
    site.fake.refund_in_dashboard(site.money(booking), 10200)
    site.webhooks(order=order)
    assert (rows(site, booking), written_off(booking)) == (
        [("stripe", "pending", BACK), ("stripe", "pending", 10200)],
        10200,
    )
    for made in site.fake.all("refund"):
        site.fake.turn_refund(made["id"], "succeeded")
    site.webhooks(order=order)
    assert site.balance(booking) == 0


def test_ours_was_on_its_way_when_it_was_withdrawn(site: StripeSite) -> None:
    """The answer to our call was lost, and before it was found the organiser's refund took its place."""
    booking = cancelled(site)
    site.fake.cut_after(REFUNDS)
    site.drain()
    site.fake.alter(site.fake.all("refund")[0]["id"], metadata={})  # not to be seen yet
    site.fake.refund_in_dashboard(site.money(booking), 10200)
    site.webhooks()
    [ours, *_] = site.refunds(booking)
    site.fake.alter(site.fake.all("refund")[0]["id"], metadata={"refund": ours.public_id})
    site.now += timedelta(days=2)
    site.drain()
    site.webhooks()
    assert (sum(sent_back(site)), site.balance(booking)) == (34000, 0)
    assert sum(row.amount for row in site.refunds(booking) if row.state.value == "succeeded") == 34000


@pytest.mark.parametrize("owed", [True, False], ids=["owed", "a gift"])
def test_a_refund_from_the_dashboard_fails(site: StripeSite, owed: bool) -> None:
    booking = cancelled(site) if owed else paid(site)
    made = site.fake.refund_in_dashboard(site.money(booking), 5000)
    site.webhooks()
    site.fake.turn_refund(made["id"], "failed")
    site.webhooks(repeat=2)
    site.drain()
    assert written_off(booking) == 0
    if owed:
        assert sorted(rows(site, booking))[-1] == ("transfer", "needs_iban", 5000)
    else:
        assert (rows(site, booking), site.balance(booking)) == ([("stripe", "failed", 5000)], 0)


def test_one_that_failed_at_once_is_nothing(site: StripeSite) -> None:
    site.fake.refunds_become = "failed"
    booking = paid(site)
    site.fake.refund_in_dashboard(site.money(booking), 5000)
    site.webhooks()
    assert (rows(site, booking), site.balance(booking)) == ([], 0)
