"""Forms of the library commit by themselves. Beside people who book, in two processes, none of them ever finds the
database locked."""

from __future__ import annotations

import re
import threading
from collections import Counter

import pytest
from flask import Flask

from booking.persistence import counters
from booking.persistence.transaction import atomic
from booking.web.security import limiter
from tests.services import processes
from tests.web.desk.organiser import PASSWORD, Desk

TIMES, AT_ONCE = 2, 4


def sign_in_and_out(app: Flask, email: str) -> list[int]:
    """What each form was answered with."""
    answers = []
    for _ in range(TIMES):
        client = app.test_client()
        for path, typed in (
            ("sign-in", {"email": email, "password": PASSWORD}),
            ("sign-in", {"email": email, "password": "wrong wrong wrong"}),
            ("password", {"email": email}),
            ("sign-out", {}),
        ):
            page = client.get("/en/desk/account/address" if path == "sign-out" else f"/en/desk/{path}")
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
            data = {"csrf_token": token[1] if token else "", **typed}
            answers.append(client.post(f"/en/desk/{path}", data=data).status_code)
    return answers


def write(app: Flask) -> list[int]:
    """What bookings do, in short."""
    for _ in range(TIMES * 20):
        with app.app_context(), atomic():
            counters.increase("race")
    return []


def busy(app: Flask, email: str) -> list[int]:
    answers: list[int] = []
    works = [sign_in_and_out, *[lambda app, _email: write(app)] * AT_ONCE, sign_in_and_out]
    threads = [threading.Thread(target=lambda work=work: answers.extend(work(app, email))) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.race
def test_nobody_waits_in_vain(desk: Desk) -> None:
    emails = [desk.person("owner"), desk.person("staff")]
    limiter.enabled = False
    try:
        with desk.app.app_context():
            children = [processes.forked(lambda email=email: busy(desk.app, email)) for email in emails]
        found = Counter(status for child in children for status in processes.result(*child))
    finally:
        limiter.enabled = True
    assert set(found) <= {200, 302, 400}
    assert found.total() == 2 * 2 * TIMES * 4
    assert found[302] >= 2 * 2 * TIMES * 2
