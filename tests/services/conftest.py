"""Each test runs inside the application, as a job or a request would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from booking import create_app
from booking.config import Settings
from booking.persistence.db import db
from booking.services import check
from tests.conftest import Refill, close, settings
from tests.services.shop import Shop


@pytest.fixture(scope="session")
def lasting_app(refill: Refill, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application per engine: making it, and translating each query anew, costs more than most tests here."""
    app = create_app(Settings(**settings(refill(), tmp_path_factory.mktemp("data"))))
    app.testing = True
    yield app
    close(app)


@pytest.fixture
def app(lasting_app: Flask, refill: Refill) -> Iterator[Flask]:
    """The application on an empty database."""
    close(lasting_app)
    refill()
    yield lasting_app
    close(lasting_app)


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def shop(_inside: None) -> Iterator[Shop]:
    """A shop with a payment provider; when the test ends, seats, money, papers and mails must agree."""
    shop = Shop()
    yield shop
    db.session.rollback()
    assert check.findings(shop.now) == []
    assert len(shop.mails) == len(set(shop.mails)), "a mail went twice"
