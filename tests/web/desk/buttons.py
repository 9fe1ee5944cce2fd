"""Buttons that are a form of their own, as lists of the desk have many."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.web.desk.organiser import Desk
from tests.web.inspection import Page


def press(desk: Desk, page: TestResponse, address: str, **values: Any) -> TestResponse:
    """Sends the first form of the page whose address ends so."""
    forms = (form for form in Page.of(page.text).forms if form.method == "post")
    posted = [form for form in forms if not form.action.endswith("/sign-out")]  # as the browser counts them
    number = next(index for index, form in enumerate(posted) if form.action.endswith(address))
    return desk.submit(page, form=number, **values)
