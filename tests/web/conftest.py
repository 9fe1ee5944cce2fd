"""The browser that tests of pages use."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.client import Browser


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser with form tokens, which inspects every page it fetches."""
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    return client
