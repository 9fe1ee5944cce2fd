"""The person at the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.web.conftest import at_home
from tests.web.desk.organiser import Desk


@pytest.fixture
def desk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The desk and its people. In the end seats, money, papers and mails must agree."""
    yield from at_home(Desk(), app, monkeypatch)
