"""Paying through Stripe: whatever is lost, late, doubled or reordered, a booking is paid and confirmed once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from booking.adapters.stripe_gateway import StripeGateway
from booking.domain.booking import BookingState, Channel
from booking.domain.errors import GatewayUnavailable, NotPayable, QuoteChanged
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.services import pay
from booking.services.ports import Checkout, CheckoutRequest
from tests.factories import make_booking, make_edition
from tests.services.shop import states
from tests.stripe.stripe_site import StripeSite

SESSIONS = "POST /v1/checkout/sessions"
PAGE = timedelta(minutes=32)  # after it, no page is open any more

STEPS: dict[str, Callable[[StripeSite, Booking], Any]] = {
    "webhook": lambda site, _: site.webhooks(repeat=2),
    "return": lambda site, booking: site.look(booking),
    "sweep": lambda site, _: site.sweep(),
    "late sweep": lambda site, _: (setattr(site, "now", site.now + PAGE), site.sweep()),
}


def revived(site: StripeSite, session_id: str) -> None:
    """Paid although it had ended: the money was on its way."""
    site.fake.alter(session_id, status="open", expires_at=site.fake.time + 60)
    site.fake.pay(session_id)


@pytest.fixture
def booking(site: StripeSite) -> Booking:
    return site.book(make_edition())


# Paid once


@pytest.mark.parametrize("steps", [*permutations(STEPS, 3), ("return",) * 3], ids=" ".join)
def test_paid_and_confirmed_once(site: StripeSite, booking: Booking, steps: tuple[str, ...]) -> None:
    site.fake.pay(site.open_page(booking))
    for step in steps:
        STEPS[step](site, booking)
        assert (booking.state, site.balance(booking)) == (BookingState.CONFIRMED, 0)
    assert site.letters(booking) == ["confirmed booker", "confirmed organiser"]
    assert [paper[0] for paper in site.papers(booking)] == ["receipt", "invoice"]
    assert (states(site.attempts(booking)), booking.channel) == (["paid"], Channel.STRIPE)


def test_the_page_one_comes_back_to(site: StripeSite, booking: Booking) -> None:
    """Nothing is believed because of the address; being checked, it renews itself; confirmed, it stays."""
    page = site.open_page(booking)
    checking = site.look(booking)
    assert (checking.headers["Refresh"], booking.state) == ("5", BookingState.PENDING)
    assert "Refresh" not in site.look(booking, returned=False).headers
    site.fake.pay(page)
    confirmed = site.look(booking)
    assert ("Refresh" in confirmed.headers, booking.state) == (False, BookingState.CONFIRMED)


def test_stripe_down_on_the_way_back(site: StripeSite, booking: Booking) -> None:
    site.fake.pay(site.open_page(booking))
    site.fake.fail_next(times=3)
    checking = site.look(booking)
    assert (checking.status_code, checking.headers["Refresh"], booking.state) == (200, "5", BookingState.PENDING)
    site.fake.heal()
    site.look(booking)
    assert booking.state is BookingState.CONFIRMED


def test_events_before_we_know_what_they_are_about(site: StripeSite, booking: Booking) -> None:
    """Everything in the wrong order: the refund is told before the payment; the sweep fetches what was no use."""
    site.fake.refund_in_dashboard(site.fake.pay(site.open_page(booking))["payment_intent"])
    assert set(site.webhooks(order=reversed)) == {200}
    site.sweep()
    assert (booking.state, states(site.refunds(booking))) == (BookingState.CONFIRMED, ["succeeded"])


# Not as asked


@pytest.mark.parametrize(
    "says",
    [
        {"amount_total": 33999},
        {"amount_total": 34001},
        {"currency": "eur"},
        {"livemode": True},
        {"client_reference_id": "somebody else's"},
        {"client_reference_id": None},
    ],
    ids=["too little", "too much", "euros", "other mode", "another's", "nobody's"],
)
def test_money_that_is_not_what_was_asked(site: StripeSite, booking: Booking, says: dict[str, Any]) -> None:
    page = site.open_page(booking)
    site.fake.pay(page)
    site.fake.alter(page, **says)
    assert site.webhooks("checkout.session.completed", repeat=2) == [200, 200]
    for step in STEPS:
        STEPS[step](site, booking)
    assert (booking.state, site.balance(booking), site.left(booking.edition)) == (BookingState.EXPIRED, 0, 10)
    assert site.letters(booking) == ["payment_mismatch organiser", "expired booker"]


# Methods whose money comes later


def test_a_delayed_payment_is_waited_for(site: StripeSite, booking: Booking) -> None:
    page = site.open_page(booking)
    site.fake.pay(page, delayed=True)
    for step in STEPS:
        STEPS[step](site, booking)
    assert (booking.state, site.left(booking.edition), site.letters(booking)) == (BookingState.PENDING, 9, [])
    site.fake.finish(page)
    assert site.webhooks("checkout.session.async_payment_succeeded", repeat=2) == [200, 200]
    assert site.letters(booking) == ["confirmed booker", "confirmed organiser"]


@pytest.mark.parametrize("told", [True, False], ids=["told", "found by the sweep"])
def test_a_delayed_payment_that_fails_lets_pay_again(site: StripeSite, booking: Booking, told: bool) -> None:
    page = site.open_page(booking)
    site.fake.pay(page, delayed=True)
    site.webhooks()
    site.fake.finish(page, succeeded=False)
    if told:
        site.webhooks("checkout.session.async_payment_failed")
    else:
        site.sweep()
    assert (booking.state, states(site.attempts(booking))) == (BookingState.PENDING, ["over"])
    site.pay(booking)
    assert (booking.state, states(site.attempts(booking))) == (BookingState.CONFIRMED, ["over", "paid"])


def test_a_delayed_payment_that_fails_frees_the_seat(site: StripeSite, booking: Booking) -> None:
    page = site.open_page(booking)
    site.fake.pay(page, delayed=True)
    site.now += PAGE
    site.sweep()
    assert booking.state is BookingState.PENDING
    site.fake.finish(page, succeeded=False)
    site.sweep()
    assert (booking.state, site.left(booking.edition)) == (BookingState.EXPIRED, 10)


# The end of a page


def test_a_page_that_ended_frees_the_seat_with_its_time(site: StripeSite, booking: Booking) -> None:
    site.fake.expire(site.open_page(booking))
    site.webhooks("checkout.session.expired", repeat=2)
    assert (booking.state, states(site.attempts(booking))) == (BookingState.PENDING, ["over"])
    site.now += PAGE
    site.sweep()
    assert (booking.state, site.letters(booking)) == (BookingState.EXPIRED, ["expired booker"])


@pytest.mark.parametrize("trouble", ["fail_next", "cut_before", "cut_after"])
def test_the_seat_is_kept_until_stripe_says_that_it_is_over(site: StripeSite, booking: Booking, trouble: str) -> None:
    site.open_page(booking)
    site.now += timedelta(minutes=31)
    getattr(site.fake, trouble)("*sessions/*", times=9)
    site.sweep()
    assert (booking.state, site.left(booking.edition)) == (BookingState.PENDING, 9)
    site.fake.heal()
    site.sweep()
    assert (booking.state, site.left(booking.edition)) == (BookingState.EXPIRED, 10)


def test_a_page_that_was_paid_in_its_last_second(site: StripeSite, booking: Booking) -> None:
    """Ending it is refused: it is complete."""
    page = site.open_page(booking)
    site.now += timedelta(minutes=30, seconds=59)
    site.fake.pay(page)
    site.now += timedelta(seconds=1)
    site.sweep()
    assert [call.status for call in site.fake.calls("POST *expire")] == [400]
    assert (booking.state, site.left(booking.edition)) == (BookingState.CONFIRMED, 9)


def test_the_page_of_a_booking_whose_session_stripe_forgot(site: StripeSite, booking: Booking) -> None:
    page = site.open_page(booking)
    del site.fake.things[page]
    site.look(booking)
    assert (booking.state, states(site.attempts(booking))) == (BookingState.PENDING, ["over"])
    assert site.pay(booking).state is BookingState.CONFIRMED


# Late, surplus, twice


def test_late_money_confirms_while_the_seat_is_free(site: StripeSite, booking: Booking) -> None:
    page = site.open_page(booking)
    site.now += PAGE
    site.sweep()
    revived(site, page)
    site.webhooks("checkout.session.completed")
    assert (booking.state, site.refunds(booking)) == (BookingState.CONFIRMED, [])


@pytest.mark.parametrize("why", ["full", "called off"])
def test_late_money_goes_back_once(site: StripeSite, booking: Booking, why: str) -> None:
    page, edition = site.open_page(booking), booking.edition
    site.now += PAGE
    site.sweep()
    if why == "full":
        make_booking(edition, state=BookingState.CONFIRMED, names=[f"Person {number}" for number in range(10)])
    else:
        edition.called_off_at = site.now
        db.session.commit()
    revived(site, page)
    site.webhooks("checkout.session.completed", repeat=2)
    for _ in range(2):
        site.drain()
    [back] = site.refunds(booking)
    assert [(call.key, call.params["amount"]) for call in site.fake.calls("POST /v1/refunds")] == [
        (f"refund-{back.public_id}", 34000)
    ]
    assert (booking.state, back.reason, back.state, site.balance(booking)) == ("expired", "late", "succeeded", 0)
    assert [letter for letter in site.letters(booking) if "refund" in letter] == [
        "late_refund booker",
        "late_refund organiser",
        "refunded booker",
    ]


def test_two_pages_paid_for_one_booking(site: StripeSite, booking: Booking) -> None:
    first = site.open_page(booking)
    site.fake.expire(first)
    second = site.open_page(booking)
    assert first != second
    site.fake.pay(second)
    revived(site, first)
    site.webhooks(order=reversed, repeat=2)
    site.drain()
    [back] = site.refunds(booking)
    assert (booking.state, back.reason, back.state) == (BookingState.CONFIRMED, "surplus", "succeeded")
    assert (states(site.attempts(booking)), len(site.fake.all("refund"))) == (["paid", "paid"], 1)
    assert site.letters(booking).count("confirmed booker") == 1


# Again, otherwise, in another tab


def test_reopening_leads_to_the_same_page(site: StripeSite, booking: Booking) -> None:
    pages = {site.open_page(booking) for _ in range(3)}
    assert (len(pages), len(site.fake.calls(SESSIONS))) == (1, 1)


def start_meanwhile(site: StripeSite, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> list[Any]:
    """Something happens while Stripe opens a page, once."""
    gateway = site.ports.gateways[Channel.STRIPE]
    start, happened = StripeGateway.start, []

    def slow(request: CheckoutRequest) -> Checkout:
        checkout = start(gateway, request)  # type: ignore[arg-type]
        if not happened:
            happened.append(None)
            happened[0] = act()
            db.session.rollback()
        return checkout

    monkeypatch.setattr(gateway, "start", slow)
    return happened


def test_two_tabs_share_a_page(site: StripeSite, booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    other = start_meanwhile(site, monkeypatch, lambda: site.open_page(booking))
    page = site.open_page(booking)
    assert (other, site.fake.session(page)["status"]) == ([page], "open")
    site.fake.pay(page)
    site.look(booking)
    assert (booking.state, len(site.fake.all("checkout.session"))) == (BookingState.CONFIRMED, 1)


def test_paid_in_the_other_tab_at_once(site: StripeSite, booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    start_meanwhile(site, monkeypatch, lambda: site.pay(booking))
    with pytest.raises(NotPayable):
        site.open_page(booking)
    assert (booking.state, site.charged()) == (BookingState.CONFIRMED, 34000)


def test_cancelled_in_the_other_tab(site: StripeSite, booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    start_meanwhile(site, monkeypatch, lambda: site.cancel(booking))
    with pytest.raises(NotPayable):
        site.open_page(booking)
    assert [session["status"] for session in site.fake.all("checkout.session")] == ["expired"]
    assert booking.state is BookingState.CANCELLED


def test_a_changed_amount_ends_the_page_first(site: StripeSite) -> None:
    booking = site.book(make_edition(), channel=Channel.TRANSFER)
    first = site.open_page(booking)
    site.transfer(booking, 30000)
    second = site.open_page(booking)
    assert (site.fake.session(first)["status"], site.fake.session(second)["amount_total"]) == ("expired", 4000)
    asked = [call.path.rpartition("/")[2] for call in site.fake.calls("POST *")]
    assert asked == ["sessions", "expire", "sessions"]


def test_a_changed_amount_that_was_paid_already(site: StripeSite) -> None:
    booking = site.book(make_edition(), channel=Channel.TRANSFER)
    site.fake.pay(site.open_page(booking))
    site.transfer(booking, 30000)
    with pytest.raises(NotPayable):
        site.open_page(booking)
    assert (booking.state, sum(row.amount for row in site.refunds(booking))) == (BookingState.CONFIRMED, 30000)
    site.drain()


def test_no_other_page_while_the_first_cannot_be_ended(site: StripeSite) -> None:
    booking = site.book(make_edition(), channel=Channel.TRANSFER)
    site.open_page(booking)
    site.transfer(booking, 30000)
    site.fake.fail_next("*expire", times=2)
    with pytest.raises(GatewayUnavailable):
        site.open_page(booking)
    assert len(site.fake.all("checkout.session")) == 1


def test_cancelled_while_the_page_is_open(site: StripeSite, booking: Booking) -> None:
    page = site.open_page(booking)
    site.cancel(booking)
    assert (site.fake.session(page)["status"], booking.state) == ("expired", BookingState.CANCELLED)
    site.webhooks(repeat=2)
    assert site.letters(booking) == ["cancelled booker", "cancelled organiser"]


def test_paid_while_the_cancellation_is_confirmed(site: StripeSite, booking: Booking) -> None:
    """The fee shown is the fee charged: what was shown is no longer true, and shown anew."""
    page, shown = site.open_page(booking), site.quote(booking)
    site.fake.pay(page)
    with pytest.raises(QuoteChanged):
        site.cancel(booking, shown)
    assert booking.state is BookingState.CONFIRMED
    assert site.cancel(booking).refund == 23800
    site.drain()
    assert [refund["amount"] for refund in site.fake.all("refund")] == [23800]


def test_not_cancelled_while_stripe_cannot_be_asked(site: StripeSite, booking: Booking) -> None:
    site.open_page(booking)
    site.fake.silence("*", seconds=0, times=9, works=False)
    with pytest.raises(GatewayUnavailable):
        site.cancel(booking)
    assert booking.state is BookingState.PENDING


def test_from_the_page_to_a_transfer(site: StripeSite, booking: Booking) -> None:
    page = site.open_page(booking)
    pay.pay_by_transfer(booking.id, site.now, site.ports)
    assert (site.fake.session(page)["status"], booking.channel) == ("expired", Channel.TRANSFER)
