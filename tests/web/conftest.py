"""The browser that tests of pages use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import pytest
from flask import Flask

from booking.adapters import clock
from tests.web.client import Browser, browser_of
from tests.web.participant import Participant

Someone = TypeVar("Someone", bound=Participant)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser with form tokens, which inspects every page it fetches."""
    return browser_of(app)


@pytest.fixture
def participant(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Participant]:
    """Somebody who books, at the time the test sets. In the end seats, money, papers and mails must agree."""
    yield from at_home(Participant(), app, monkeypatch)


def at_home(person: Someone, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Someone]:
    """`person` with a browser of the application."""
    monkeypatch.setattr(clock, "now", lambda: person.now)
    person.app = app
    person.browser = browser_of(app)
    yield person
    assert person.disagreements() == []
