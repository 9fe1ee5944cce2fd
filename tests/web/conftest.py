"""The browser that tests of pages use."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from booking.adapters import clock
from tests.web.client import Browser
from tests.web.participant import Participant


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser with form tokens, which inspects every page it fetches."""
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


@pytest.fixture
def participant(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Iterator[Participant]:
    """Somebody who books, at the time the test sets. In the end seats, money, papers and mails must agree."""
    person = Participant()
    monkeypatch.setattr(
        clock, "now", lambda: person.now
    )  # first: the demonstration gateway keeps the clock it is given
    person.app = make_app(base_url="http://localhost")
    person.app.test_client_class = Browser
    browser = person.app.test_client()
    assert isinstance(browser, Browser)
    person.browser = browser
    yield person
    assert person.disagreements() == []
