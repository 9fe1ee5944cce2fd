"""The person at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from booking.adapters import clock
from tests.web.client import Browser
from tests.web.desk.organiser import Desk


@pytest.fixture
def desk(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The desk and its people. In the end seats, money, papers and mails must agree."""
    person = Desk()
    monkeypatch.setattr(clock, "now", lambda: person.now)
    person.app = make_app(base_url="http://localhost")
    person.app.test_client_class = Browser
    browser = person.app.test_client()
    assert isinstance(browser, Browser)
    person.browser = browser
    yield person
    assert person.disagreements() == []
