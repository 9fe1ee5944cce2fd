"""What comes in at the webhook, over HTTP: genuine, forged, repeated, reordered, renamed, late or unknown."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from stripe import WebhookSignature
from werkzeug.test import TestResponse

from booking.domain.booking import BookingState
from booking.persistence import letters, lifecycle
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.provider_events import ProviderEvent
from booking.services import pay
from tests.factories import make_edition
from tests.services.processes import die, killed
from tests.stripe.stripe_fake import SECRET
from tests.stripe.stripe_form import Json
from tests.stripe.stripe_site import WEBHOOK, StripeSite

COMPLETED = "checkout.session.completed"


@pytest.fixture
def booking(site: StripeSite) -> Booking:
    """Paid at Stripe; we do not know yet."""
    booking = site.book(make_edition())
    site.fake.pay(site.open_page(booking))
    return booking


@pytest.fixture
def event(site: StripeSite, booking: Booking) -> Json:
    [event] = site.fake.events(COMPLETED)
    return event


def post(site: StripeSite, body: bytes, secret: str = SECRET, at: int | None = None) -> TestResponse:
    """Signed, whatever it is."""
    signature = WebhookSignature.generate_signature_header(body.decode("latin-1"), secret, at)
    return site.post(body, {"Stripe-Signature": signature, "Content-Type": "application/json"})


def known(site: StripeSite) -> list[str]:
    """The events that were remembered."""
    db.session.rollback()
    return sorted(row.id for row in db.session.query(ProviderEvent))


# From Stripe or not


def test_a_genuine_event_is_acted_upon_and_remembered(site: StripeSite, booking: Booking, event: Json) -> None:
    answer = site.post(*site.fake.signed(event))
    assert (answer.status_code, answer.headers.get("Location"), answer.headers.get("Set-Cookie")) == (200, None, None)
    assert (booking.state, known(site)) == (BookingState.CONFIRMED, [event["id"]])


@pytest.mark.parametrize("secret", ["whsec_old", SECRET])
def test_while_a_secret_is_rolled_both_are_good(site: StripeSite, booking: Booking, event: Json, secret: str) -> None:
    assert site.post(*site.fake.signed(event, secret)).status_code == 200
    assert booking.state is BookingState.CONFIRMED


def test_several_signatures_of_which_one_is_ours(site: StripeSite, booking: Booking, event: Json) -> None:
    body, headers = site.fake.signed(event)
    headers["Stripe-Signature"] += ",v1=" + "0" * 64 + ",v0=" + "1" * 64
    assert site.post(body, headers).status_code == 200


@pytest.mark.parametrize(
    "signature",
    [None, "", "nonsense", "t=now,v1=0", "t=1", "t=,v1=", "v1=abc", "t=1795000000,v1=é", "t=1795000000,v0=abc"],
)
def test_without_a_signature_nothing_happens(
    site: StripeSite, booking: Booking, event: Json, signature: str | None
) -> None:
    body, _ = site.fake.signed(event)
    headers = {} if signature is None else {"Stripe-Signature": signature}
    assert site.post(body, headers).status_code == 400
    assert (booking.state, known(site)) == (BookingState.PENDING, [])


def test_forged_changed_or_old(site: StripeSite, booking: Booking, event: Json) -> None:
    assert site.post(*site.fake.signed(event, "whsec_forged")).status_code == 400
    assert site.post(*site.fake.signed(event, at=int(time.time()) - 310)).status_code == 400
    body, headers = site.fake.signed(event)
    assert site.post(body.replace(b"34000", b"34001"), headers).status_code == 400
    assert site.post(body + b" ", headers).status_code == 400
    assert (booking.state, known(site)) == (BookingState.PENDING, [])
    assert site.post(*site.fake.signed(event, at=int(time.time()) - 290)).status_code == 200


def test_letters_beyond_ascii_are_read_as_they_were_signed(site: StripeSite, booking: Booking, event: Json) -> None:
    event["data"]["object"]["metadata"]["title"] = "Été · 七"
    assert site.tell(event) == [200]
    assert booking.state is BookingState.CONFIRMED


# What it takes


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_only_post(site: StripeSite, method: str) -> None:
    answer = getattr(site.browser, method)(WEBHOOK)
    assert (answer.status_code, answer.headers.get("Location")) == (405, None)


def test_no_form_token_no_language_no_slash(site: StripeSite, event: Json) -> None:
    assert site.browser.application.config.get("WTF_CSRF_ENABLED", True)
    body, headers = site.fake.signed(event)
    headers |= {"Accept-Language": "en", "Content-Type": "application/x-www-form-urlencoded"}
    assert site.post(body, headers).status_code == 200
    assert site.browser.post(WEBHOOK + "/", data=body, headers=headers).status_code == 404


def test_too_large(site: StripeSite, event: Json) -> None:
    event["data"]["object"]["metadata"]["long"] = "x" * 300_000
    assert site.tell(event) == [413]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b'"text"', b"7", b"null", b"{}", b"\xff\xfe"),
        b'{"id": "evt_1", "type": "checkout.session.completed"}',
        b'{"id": "evt_1", "type": "checkout.session.completed", "data": {"object": "cs_1"}}',
        b'{"id": "evt_1", "type": "refund.created", "data": {"object": null}}',
        b'{"id": "evt_1", "object": "v2.core.event", "type": "v1.billing.meter.error", "related_object": {}}',
    ],
)
def test_signed_but_no_snapshot_event(site: StripeSite, body: bytes) -> None:
    assert post(site, body).status_code == 400


@pytest.mark.parametrize("kind", ["charge.succeeded", "payment_intent.succeeded", "customer.created", "not.yet.known"])
def test_kinds_that_we_do_not_use(site: StripeSite, booking: Booking, event: Json, kind: str) -> None:
    assert site.tell({**event, "type": kind}) == [200]
    assert (booking.state, known(site)) == (BookingState.PENDING, [])


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        (COMPLETED, {"id": "cs_test_of_another_site"}),
        ("refund.created", {"id": "re_1", "payment_intent": "pi_of_another_site"}),
        ("charge.refunded", {"id": "ch_1", "payment_intent": None}),
        ("charge.dispute.created", {"id": "du_1"}),
    ],
)
def test_what_is_not_ours(site: StripeSite, booking: Booking, kind: str, thing: Json) -> None:
    """The open attempt has no payment yet: an event without one is not about it."""
    assert site.tell({"id": "evt_other", "type": kind, "data": {"object": thing}}) == [200]
    assert (booking.state, known(site), len(site.fake.calls("GET *"))) == (BookingState.PENDING, [], 0)


# Again, in any order, under other names


def test_repeated_reordered_renamed(site: StripeSite, booking: Booking, event: Json) -> None:
    site.tell(event)
    site.fake.refund_in_dashboard(site.money(booking), 1000)
    events = site.fake.events()
    told = [*reversed(events), *events, site.fake.renamed(event), site.fake.renamed(events[-1])]
    assert set(site.tell(*told)) == {200}
    assert (booking.state, site.balance(booking)) == (BookingState.CONFIRMED, 0)
    assert [refund.amount for refund in site.refunds(booking)] == [1000]
    assert site.letters(booking).count("confirmed booker") == 1


def test_the_event_is_a_hint_only(site: StripeSite) -> None:
    """It says paid; Stripe, asked, says open."""
    booking = site.book(make_edition())
    page = site.open_page(booking)
    said = {**site.fake.session(page), "status": "complete", "payment_status": "paid"}
    event = {"id": "evt_1", "type": COMPLETED, "data": {"object": said}}
    assert site.tell(event) == [200]
    assert booking.state is BookingState.PENDING


# When our part fails


@pytest.mark.parametrize("trouble", ["fail_next", "cut_before", "cut_after"])
def test_stripe_cannot_be_asked(site: StripeSite, booking: Booking, event: Json, trouble: str) -> None:
    getattr(site.fake, trouble)("GET *")
    assert site.tell(event) == [503]
    assert (booking.state, known(site)) == (BookingState.PENDING, [])
    assert site.tell(event) == [200]
    assert (booking.state, known(site)) == (BookingState.CONFIRMED, [event["id"]])


@pytest.mark.parametrize("kind", ["refund.created", "charge.dispute.created"])
def test_stripe_cannot_be_asked_about_refunds_and_disputes(site: StripeSite, booking: Booking, kind: str) -> None:
    site.webhooks(COMPLETED)
    if kind == "refund.created":
        site.fake.refund_in_dashboard(site.money(booking), 100)
    else:
        site.fake.dispute(site.money(booking), 100)
    site.fake.fail_next("GET *")
    assert site.webhooks(kind, repeat=2) == [503, 200]
    assert len(known(site)) == 2


def test_a_defect_of_ours_leaves_nothing_behind(
    site: StripeSite, booking: Booking, event: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails after the event and the money were written: both are undone, and the repetition does all."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(letters, "to_organiser", fail)
        assert site.tell(event) == [500]
    assert (booking.state, known(site), site.balance(booking)) == (BookingState.PENDING, [], 34000)
    assert site.tell(event) == [200]
    assert (booking.state, known(site)) == (BookingState.CONFIRMED, [event["id"]])
    assert site.letters(booking) == ["confirmed booker", "confirmed organiser"]


def test_killed_between_the_event_and_its_effect(
    site: StripeSite, booking: Booking, event: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pay, "_apply", die)
        killed(lambda: site.tell(event))
    assert (booking.state, known(site)) == (BookingState.PENDING, [])
    assert site.tell(event) == [200]
    assert (booking.state, known(site)) == (BookingState.CONFIRMED, [event["id"]])


# Fast, and silent


def test_answers_at_once(site: StripeSite, booking: Booking, event: Json) -> None:
    """Mails and refunds are left to the jobs; Stripe is asked one thing."""
    site.tell({**event, "type": "not.used"})  # what the first request loads is no matter
    before = len(site.fake.calls())
    began = time.monotonic()
    assert site.tell(event) == [200]
    assert time.monotonic() - began < 1
    assert (len(site.fake.calls()) - before, site.mails) == (1, [])


def test_the_log_names_events_and_nobody(site: StripeSite, event: Json, caplog: pytest.LogCaptureFixture) -> None:
    site.fake.fail_next("GET *")
    site.tell(event)
    site.post(json.dumps(event).encode(), {"Stripe-Signature": "t=1,v1=2"})
    assert event["id"] in caplog.text
    for private in ("ada@example.org", "Ada", SECRET, "whsec_", "sk_test"):
        assert private not in caplog.text


# What never arrived


def test_missed_events_are_fetched(site: StripeSite, booking: Booking) -> None:
    site.sweep()
    assert (booking.state, len(known(site))) == (BookingState.CONFIRMED, 1)
    site.fake.refund_in_dashboard(site.money(booking), 1000)
    site.now += timedelta(minutes=5)
    site.sweep()
    asked = len(site.fake.calls())
    site.sweep()
    assert [refund.amount for refund in site.refunds(booking)] == [1000]
    assert len(site.fake.calls()) == asked + 1  # the list of events; nothing in it was new


@pytest.mark.parametrize("trouble", ["an outage", "a defect"])
def test_one_event_that_fails_does_not_keep_the_others_waiting(
    site: StripeSite, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    first, other = (site.book(make_edition()) for _ in range(2))
    pages = [site.open_page(booking) for booking in (first, other)]
    for page in pages:
        site.fake.pay(page)
    receive, broken = lifecycle.receive, first.id

    def failing(booking: Booking, *rest: Any) -> None:
        if booking.id == broken:
            raise RuntimeError("a defect")
        receive(booking, *rest)

    with monkeypatch.context() as patch:
        if trouble == "an outage":
            site.fake.fail_next(f"GET *{pages[0]}")
        else:
            patch.setattr(lifecycle, "receive", failing)
        site.sweep()
    assert (first.state, other.state) == (BookingState.PENDING, BookingState.CONFIRMED)
    site.sweep()
    assert first.state is BookingState.CONFIRMED


def test_stripe_down_while_events_are_fetched(site: StripeSite, booking: Booking) -> None:
    site.fake.fail_next("GET /v1/events")
    site.sweep()
    assert booking.state is BookingState.PENDING
    site.sweep()
    assert booking.state is BookingState.CONFIRMED
