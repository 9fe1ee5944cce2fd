"""A fake Stripe for each test, with a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from booking import create_app
from booking.adapters import clock as clock_adapter
from booking.config import Settings, StripeSettings
from booking.persistence.db import db
from booking.services import check
from tests.conftest import Refill, close, settings
from tests.stripe.stripe_client import Clock, asked, client
from tests.stripe.stripe_fake import KEY, SECRET, FakeStripe
from tests.stripe.stripe_site import StripeSite


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> Iterator[FakeStripe]:
    with FakeStripe(now=clock) as fake:
        yield fake


@pytest.fixture
def api(fake: FakeStripe) -> Any:
    return client(fake)


@pytest.fixture
def opened(api: Any, clock: Clock) -> Any:
    return api.checkout.sessions.create(params=asked(clock))


@pytest.fixture
def paid(api: Any, fake: FakeStripe, opened: Any) -> Any:
    fake.pay(opened.id)
    return api.checkout.sessions.retrieve(opened.id)


@pytest.fixture(scope="session")
def stripe_app(refill: Refill, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application with Stripe per engine: making it costs more than most tests here."""
    changes = {"stripe": StripeSettings(KEY, f"whsec_old, {SECRET}"), "base_url": "http://localhost"}
    app = create_app(Settings(**settings(refill(), tmp_path_factory.mktemp("data")) | changes))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False  # what goes wrong is answered, as on a real site
    yield app
    close(app)


@pytest.fixture
def site(stripe_app: Flask, refill: Refill, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeSite]:
    """The application with Stripe, inside its context; in the end seats, money, papers and mails must agree."""
    close(stripe_app)
    refill()
    with stripe_app.app_context():
        site = StripeSite(stripe_app)
        monkeypatch.setattr(clock_adapter, "now", lambda: site.now)
        yield site
        db.session.rollback()
        assert check.findings(site.now) == []
        assert len(site.mails) == len(set(site.mails)), "a mail went twice"
        site.fake.close()
    close(stripe_app)
