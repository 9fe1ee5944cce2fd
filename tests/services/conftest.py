"""Each test runs inside the application, as a job or a request would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from booking.persistence.db import db
from booking.services import check
from tests.services.shop import Shop


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
