"""A browser for tests that looks at every page it is given, and fills in forms the way a person does.

    def test_something(browser: Browser) -> None:
        page = browser.get("/fr/")
        done = browser.submit(page, email="ada@example.org")

A page that breaks a rule of `tests.web.inspection` fails the test that fetched it, whatever the test was about.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.inspection import Form, Page, problems


class Browser(FlaskClient):
    """Remembers cookies, sends forms with their hidden fields, and refuses pages that are not well made."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        page = response.mimetype == "text/html" and response.status_code not in range(300, 400) and response.data
        framed = "sandbox" in response.headers.get("Content-Security-Policy", "")  # a letter: mail has other rules
        if page and not framed:
            found = problems(Page.of(response.text), response.request.path)
            assert not found, f"{response.request.path}: " + "; ".join(found)
        return response

    def submit(self, page: TestResponse, button: str | None = None, form: int = -1, **values: Any) -> TestResponse:
        """Sends a form of `page`, by default its last POST form (else its last), changed by `values`.

        A list stands for several fields of one name; None leaves the field out, as an unticked box. `button` is the
        'name=value' of the button pressed, for forms with several.
        """
        chosen = _chosen(Page.of(page.text).forms, form)
        data: dict[str, Any] = {}
        for name, value in chosen.fields:
            data.setdefault(name, []).append(value)
        data.update(values)
        if button:
            name, _, value = button.partition("=")
            data[name] = value
        data = {name: value for name, value in data.items() if value is not None}
        address = chosen.action or page.request.full_path
        if chosen.method == "get":
            return self.get(address, query_string=data, follow_redirects=True)
        return self.post(address, data=data, follow_redirects=True)


def browser_of(app: Flask) -> Browser:
    """A new browser of an application."""
    return Browser(app, app.response_class)


def _chosen(forms: list[Form], number: int) -> Form:
    forms = [form for form in forms if not form.action.endswith("/sign-out")] or forms  # is on every page of the desk
    posted = [form for form in forms if form.method == "post"]
    return (posted or forms)[number]
