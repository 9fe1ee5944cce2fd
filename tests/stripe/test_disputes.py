"""The payer asks her bank for the money: refunds wait, and what the bank took is not given back again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.booking import BookingState
from booking.services import dispute, refund
from tests.stripe.stripe_site import StripeSite
from tests.stripe.test_refunds import BACK, REFUNDS, cancelled, paid, rows, sent_back


def test_while_a_dispute_runs_refunds_wait(site: StripeSite) -> None:
    booking = paid(site)
    disputed = site.fake.dispute(site.money(booking))
    assert set(site.webhooks(order=reversed, repeat=2)) == {200}
    assert (booking.state, site.letters(booking)[2:]) == (BookingState.CONFIRMED, ["dispute_open organiser"])
    site.at("2026-11-20 12:00").cancel(booking)
    site.drain()
    assert (rows(site, booking), site.fake.calls(REFUNDS)) == ([("stripe", "requested", BACK)], [])
    site.fake.close_dispute(disputed["id"], won=True)
    site.webhooks(order=reversed, repeat=2)
    site.drain()
    assert (rows(site, booking), sent_back(site)) == ([("stripe", "succeeded", BACK)], [BACK])
    assert site.letters(booking).count("dispute_won organiser") == 1


def test_a_refund_that_stripe_refused_before_anybody_told_why(site: StripeSite) -> None:
    """What Stripe once answered to a key it repeats for a day, also when the dispute is won by then."""
    booking = cancelled(site)
    disputed = site.fake.dispute(site.money(booking))
    site.drain()
    site.fake.close_dispute(disputed["id"], won=True)
    site.webhooks()
    for _ in range(26):
        site.now += timedelta(hours=1)
        site.drain()
    assert (rows(site, booking), sent_back(site)) == ([("stripe", "succeeded", BACK)], [BACK])


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
def test_a_dispute_that_is_lost_takes_the_refund_s_place(site: StripeSite, told: bool) -> None:
    """The bank has taken all 340.00: of the fee of 102.00 nothing is left to us."""
    booking = cancelled(site)
    disputed = site.fake.dispute(site.money(booking))
    if told:
        site.webhooks()
    site.drain()
    assert rows(site, booking) == [("stripe", "requested", BACK)]
    site.fake.close_dispute(disputed["id"])
    site.sweep()
    site.drain()
    assert rows(site, booking) == [("stripe", "withdrawn", BACK), ("stripe", "succeeded", 34000)]
    assert (site.balance(booking), sent_back(site)) == (10200, [])


def test_a_dispute_lost_while_a_bank_transfer_waits(site: StripeSite) -> None:
    site.fake.refunds_become = "failed"
    booking = cancelled(site)
    site.drain()
    site.fake.close_dispute(site.fake.dispute(site.money(booking))["id"])
    site.webhooks(repeat=2)
    assert (rows(site, booking)[1], refund.tasks()) == (("transfer", "withdrawn", BACK), [])
    assert site.balance(booking) == 10200


def test_what_a_lost_dispute_left_goes_by_bank(site: StripeSite) -> None:
    """100.00 were lost; Stripe makes no refund of this payment any more."""
    booking = paid(site)
    site.fake.close_dispute(site.fake.dispute(site.money(booking), 10000)["id"])
    site.webhooks(repeat=2)
    assert (booking.state, site.balance(booking)) == (BookingState.CONFIRMED, 10000)
    site.at("2026-11-20 12:00").cancel(booking)
    site.drain()
    assert rows(site, booking)[1:] == [("stripe", "failed", BACK - 10000), ("transfer", "needs_iban", BACK - 10000)]


def test_a_lost_dispute_keeps_the_seat(site: StripeSite) -> None:
    booking = paid(site)
    site.fake.close_dispute(site.fake.dispute(site.money(booking))["id"])
    site.sweep()
    assert (booking.state, site.left(booking.edition), site.balance(booking)) == (BookingState.CONFIRMED, 9, 34000)
    assert site.letters(booking)[2:] == ["dispute_lost organiser"]


def test_a_dispute_about_nothing_that_we_know_is_nothing(site: StripeSite) -> None:
    booking = paid(site)
    dispute.follow(site.attempts(booking)[0].id, site.now, site.ports)
    assert site.attempts(booking)[0].dispute is None
