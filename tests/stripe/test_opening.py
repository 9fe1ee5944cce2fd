"""A page that does not open: asked for again as it was, or left behind for another attempt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.booking import BookingState
from booking.domain.errors import GatewayUnavailable
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from tests.factories import make_edition
from tests.services.shop import states
from tests.stripe.stripe_site import StripeSite

SESSIONS = "POST /v1/checkout/sessions"


@pytest.fixture
def booking(site: StripeSite) -> Booking:
    return site.book(make_edition())


@pytest.mark.parametrize("trouble", ["fail_next", "cut_before", "cut_after"])
def test_a_page_that_did_not_open_is_asked_for_again(site: StripeSite, booking: Booking, trouble: str) -> None:
    """Under the same key and with the same end of time, though the clock has moved on."""
    getattr(site.fake, trouble)(SESSIONS)
    with pytest.raises(GatewayUnavailable):
        site.open_page(booking)
    assert (booking.state, site.left(booking.edition)) == (BookingState.PENDING, 9)
    site.now += timedelta(seconds=30)
    site.fake.pay(site.open_page(booking))
    site.look(booking)
    assert (booking.state, len(site.fake.all("checkout.session"))) == (BookingState.CONFIRMED, 1)
    assert len({call.key for call in site.fake.calls(SESSIONS)}) == 1


def test_a_failure_that_stripe_keeps_is_left_behind(site: StripeSite, booking: Booking) -> None:
    site.fake.fail_next(SESSIONS, kept=True)
    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            site.open_page(booking)
    site.now += timedelta(minutes=1)
    assert site.pay(booking).state is BookingState.CONFIRMED
    assert (states(site.attempts(booking)), len(site.fake.all("checkout.session"))) == (["over", "paid"], 1)


def test_too_late_for_the_first_try_s_time(site: StripeSite, booking: Booking) -> None:
    """Stripe's clock is ahead, and wants 30 minutes: the repetition is a new attempt, at once."""
    site.fake.cut_before(SESSIONS)
    with pytest.raises(GatewayUnavailable):
        site.open_page(booking)
    site.now += timedelta(seconds=55)
    site.fake.now = lambda: site.now + timedelta(seconds=10)
    assert site.pay(booking).state is BookingState.CONFIRMED
    assert states(site.attempts(booking)) == ["over", "paid"]


@pytest.mark.parametrize("later", [0, 30], ids=["at once", "later"])
def test_a_key_that_stripe_knows_otherwise(site: StripeSite, booking: Booking, later: int) -> None:
    site.fake.cut_after(SESSIONS)
    with pytest.raises(GatewayUnavailable):
        site.open_page(booking)
    [attempt] = site.attempts(booking)
    attempt.request = {**(attempt.request or {}), "title": "Otherwise"}
    db.session.commit()
    site.now += timedelta(seconds=later)
    if not later:
        with pytest.raises(GatewayUnavailable):
            site.open_page(booking)
    assert site.pay(booking).state is BookingState.CONFIRMED
    assert states(site.attempts(booking)) == ["over", "paid"]


def test_a_page_that_stripe_never_opens(site: StripeSite, booking: Booking) -> None:
    site.fake.rules.permissions = {}
    for _ in range(3):
        site.now += timedelta(minutes=5)
        with pytest.raises(GatewayUnavailable):
            site.open_page(booking)
    site.now += timedelta(minutes=32)
    site.sweep()
    assert (booking.state, site.left(booking.edition)) == (BookingState.EXPIRED, 10)
