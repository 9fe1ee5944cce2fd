"""Paying from the pages: the provider's page, what happens when it does not answer, and changing the way of paying."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.domain.booking import Channel
from booking.persistence.payments import Payment
from tests.gateway_twin import FakeGateway
from tests.web.inspection import Page
from tests.web.participant import Participant


def words(page: TestResponse) -> str:
    return Page.of(page.text).text_of("main").replace("\xa0", " ")


def payments(participant: Participant) -> list[tuple[str, str]]:
    with participant.rows() as session:
        found = session.scalars(select(Payment).order_by(Payment.id))
        return [(payment.channel.value, payment.state.value) for payment in found]


@pytest.fixture
def gateway(participant: Participant) -> FakeGateway:
    """A provider that does what the test wants, in the place of the demonstration's."""
    twin = FakeGateway(lambda: participant.now)
    participant.app.extensions["gateways"] = {Channel.DEMO: twin}
    return twin


def test_pay_decline_back(participant: Participant):
    checkout = participant.book(participant.edition(), "demo")
    declined = participant.browser.submit(checkout, "button=decline")
    assert "declined" in words(declined)
    own = participant.browser.submit(declined, "button=back")
    assert "Awaiting payment" in words(own)
    paying = participant.browser.submit(own, "channel=demo")
    assert paying.request.path == checkout.request.path
    assert "Your seat is confirmed" in words(participant.browser.submit(paying, "button=pay"))
    assert payments(participant) == [("demo", "paid")]


def test_paying_twice_takes_money_once(participant: Participant):
    checkout = participant.book(participant.edition(), "demo")
    for _ in range(2):
        participant.browser.submit(checkout, "button=pay")
    assert payments(participant) == [("demo", "paid")]
    assert "Balance CHF 0.00" in words(participant.browser.get(checkout.request.path, follow_redirects=True))


def test_changing_to_transfer_ends_the_open_page(participant: Participant):
    checkout = participant.book(participant.edition(), "demo")
    own = participant.browser.submit(checkout, "button=back")
    changed = participant.browser.submit(own, "channel=transfer")
    assert "Wednesday 11 November 2026" in words(changed)
    assert 'id="bill-reference"' in changed.text
    assert payments(participant) == [("demo", "over")]
    assert "Awaiting payment" in words(participant.browser.submit(checkout, "button=pay"))


def test_a_page_past_its_time_takes_no_money(participant: Participant):
    checkout = participant.book(participant.edition(), "demo")
    participant.at("2026-11-01 10:31:00")
    own = participant.browser.submit(checkout, "button=pay")
    assert "Awaiting payment" in words(own)
    participant.at("2026-11-01 10:32:00").run_jobs()
    assert participant.bookings() == [("expired", 1)]
    refused = participant.browser.submit(own, "channel=demo")
    assert refused.status_code == 409
    assert "The time to pay this booking is over" in words(refused)


def test_when_the_provider_does_not_answer_at_booking(participant: Participant, gateway: FakeGateway):
    gateway.down = {"start"}
    own = participant.book(participant.edition(), "demo")
    assert "Your seats stay reserved" in words(own)
    assert participant.bookings() == [("pending", 1)]
    still = participant.browser.submit(own, "channel=demo")
    assert "Your seats stay reserved" in words(still)
    gateway.down = set()
    response = participant.browser.post(
        f"{own.request.path}/payment", data={"csrf_token": token(still), "channel": "demo"}
    )
    assert response.location.startswith("https://pay.example.org/")
    assert payments(participant) == [("demo", "open")]
    gateway.pay(*(page.provider_id for page in gateway.pages.values()))
    assert "Your seat is confirmed" in words(participant.browser.get(own.request.path))


def test_when_the_provider_does_not_answer_at_coming_back(participant: Participant, gateway: FakeGateway):
    slug = participant.edition()
    page = participant.check(slug)
    fields = dict(Page.of(page.text).forms[-1].fields) | {"channel": "demo"}
    participant.browser.post(page.request.path, data=fields)
    gateway.pay(*(page.provider_id for page in gateway.pages.values()))
    gateway.down = {"look_up", "expire"}
    own = participant.browser.get(page.request.path, follow_redirects=True)
    assert "Paid a moment ago?" in words(own)
    changed = participant.browser.submit(own, "channel=transfer")
    assert "Your seats stay reserved" in words(changed)
    shown = participant.cancellation(own)
    refused = participant.browser.submit(shown)
    assert refused.status_code == 503
    assert participant.bookings() == [("pending", 1)]
    gateway.down = set()
    assert "Your seat is confirmed" in words(participant.browser.get(own.request.path))


@pytest.mark.parametrize("channel", ["free", "cheque", "", None])
def test_ways_of_paying_that_are_not_there(participant: Participant, channel: str | None):
    own = participant.book(participant.edition())
    assert participant.browser.submit(own, channel=channel).status_code == 409


def test_what_is_paid_is_not_paid_again(participant: Participant):
    own = participant.book_and_pay(participant.edition())
    form = participant.cancellation(own)
    for channel in ("demo", "transfer"):
        data = {"csrf_token": token(form), "channel": channel}
        refused = participant.browser.post(f"{own.request.path}/payment", data=data)
        assert refused.status_code == 409
        assert "Nothing is left to pay" in words(refused)


def test_transfer_cannot_be_chosen_shortly_before(participant: Participant):
    participant.at("2026-11-24 12:00")
    own = participant.browser.submit(participant.book(participant.edition(), "demo"), "button=back")
    assert 'value="transfer"' not in own.text
    refused = participant.browser.submit(own, "channel=transfer")
    assert refused.status_code == 409
    assert participant.bookings() == [("pending", 1)]


def test_unknown_checkouts(participant: Participant):
    assert participant.browser.get("/en/demo/pay/nothing").status_code == 404


def token(page: TestResponse) -> str:
    return dict(Page.of(page.text).forms[-1].fields)["csrf_token"]
