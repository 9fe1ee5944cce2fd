"""The mailbox page of the demonstration: what it shows, and what it must never do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.adapters import mail
from tests.adapters.letters import confirmed
from tests.factories import NOW


@pytest.fixture
def letter(app: Flask) -> str:
    """The address of the only mail in the box."""
    with app.app_context():
        mail.send({"to": "booker", "key": "mail-1"} | confirmed("fr"), NOW)
        (file,) = (app.extensions["settings"].data_dir / "mail").iterdir()
    return f"/en/demo/mailbox/{file.stem}"


def test_an_empty_box_says_what_fills_it(client: FlaskClient):
    assert "Book a seat" in client.get("/en/demo/mailbox").text


def test_the_short_address_leads_there(client: FlaskClient):
    assert client.get("/demo/mailbox").location in ("/fr/demo/mailbox", "/en/demo/mailbox")


def test_mails_are_listed_and_shown_with_their_parts(client: FlaskClient, letter: str):
    assert letter in client.get("/en/demo/mailbox").text
    page = client.get(letter).text
    for shown in ("bea@example.org", "REC-00001.pdf", f'src="{letter}/letter"', "Tenir un blog"):
        assert shown in page


def test_the_letter_is_shown_where_it_can_do_nothing(client: FlaskClient, letter: str):
    response = client.get(f"{letter}/letter")
    policy = response.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "sandbox", "frame-ancestors 'self'"):
        assert rule in policy
    assert "script-src" not in policy
    assert 'lang="fr"' in response.text


def test_attachments_are_downloads(client: FlaskClient, letter: str):
    response = client.get(f"{letter}/attachments/1")
    assert response.data.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == "attachment; filename=REC-00001.pdf"
    assert client.get(f"{letter}/attachments/9").status_code == 404
    assert client.get(f"{letter}.eml").data.startswith(b"Subject: ")


@pytest.mark.parametrize("name", ["..%2F..%2Fatelier", "20261101T090000-zz", "x.eml"])
def test_no_other_file_is_opened(client: FlaskClient, name: str):
    assert client.get(f"/en/demo/mailbox/{name}").status_code == 404


def test_the_box_is_closed_where_mails_are_sent(make_app: Callable[..., Flask]):
    assert make_app(smtp_url="smtp://127.0.0.1:9").test_client().get("/en/demo/mailbox").status_code == 404
    earnest = make_app(demo=False, secret_key="x" * 40)
    assert earnest.test_client().get("/en/demo/mailbox").status_code == 404
