"""The signed link: opens one booking, tells nothing when it is wrong, and ends when a fresh one is sent."""

from __future__ import annotations

import re

import pytest

from booking.adapters import links
from tests.web.inspection import Page
from tests.web.participant import Participant


def letters(participant: Participant) -> list[str]:
    participant.run_jobs()
    files = sorted((participant.app.extensions["settings"].data_dir / "mail").iterdir())
    return [file.read_text(errors="replace") for file in files]


def tampered(token: str) -> list[str]:
    swapped = token[:-1] + ("A" if token[-1] != "A" else "B")
    return [swapped, token[:-3], token.upper(), f"{token}x", "abc", "WzEsMV0", "a.b.c", "é", "..", "a" * 3000]


def test_a_wrong_link_tells_nothing(participant: Participant):
    page = participant.book(participant.edition())
    token = page.request.path.rpartition("/")[2]
    with participant.rows():
        forged = [links._signer().dumps(value) for value in (1, "1", [1], [99, 1], [1, 2], [None, None], [1, 1, 1], {})]
    bodies = set()
    for wrong in [*tampered(token), *forged]:
        for rest in ("", "/attendees", "/cancellation", "/calendar.ics", "/documents/INV-00001.pdf"):
            answer = participant.browser.get(f"/en/my/{wrong}{rest}")
            assert answer.status_code == 404, (wrong, rest)
            assert "Ada" not in answer.text
            if 'id="email"' in answer.text:
                bodies.add(re.sub(r'value="[^"]*"|https?://[^"]*|href="/[^"]*"', "", answer.text))
    assert len(bodies) == 1  # the same page for what never was and for what was


def test_posts_to_a_wrong_link_are_refused(participant: Participant):
    page = participant.book(participant.edition())
    form = participant.cancellation(page)
    token = dict(Page.of(form.text).forms[-1].fields)["csrf_token"]
    for rest in ("cancellation", "payment", "attendees"):
        assert participant.browser.post(f"/en/my/abc/{rest}", data={"csrf_token": token}).status_code == 404
    assert participant.bookings() == [("pending", 1)]


def test_a_fresh_link_ends_the_old_one(participant: Participant):
    page = participant.book(participant.edition())
    sent = participant.browser.submit(participant.browser.get("/en/link"), email="ADA@example.org ")
    assert "on its way" in sent.text
    assert participant.browser.get(page.request.path).status_code == 404
    text = re.sub(r"=\r?\n", "", "".join(letters(participant)))
    fresh = [path for path in re.findall(r"/en/my/[\w.-]+", text) if path != page.request.path]
    assert participant.browser.get(fresh[-1]).status_code == 200


def test_asking_for_a_link_tells_nothing(participant: Participant):
    participant.book(participant.edition())
    known = participant.browser.submit(participant.browser.get("/en/link"), email="ada@example.org")
    unknown = participant.browser.submit(participant.browser.get("/en/link"), email="who@example.org")
    assert known.text.replace("ada@", "") == unknown.text.replace("who@", "")
    assert (known.status_code, unknown.status_code) == (200, 200)
    before = len(letters(participant))
    participant.browser.submit(participant.browser.get("/en/link"), email="who@example.org")
    assert len(letters(participant)) == before


@pytest.mark.parametrize("email", ["", "ada", "ada@", "ada@example.org\nBcc: x@example.org", "<script>"])
def test_an_address_is_needed(participant: Participant, email: str):
    refused = participant.browser.submit(participant.browser.get("/en/link"), email=email)
    assert refused.status_code == 422
    assert 'href="#email"' in refused.text
    assert "<script>" not in refused.text.partition("<main")[2].partition("</main")[0]


def test_links_are_not_asked_for_without_end(participant: Participant):
    page = participant.browser.get("/en/link")
    answers = [participant.browser.submit(page, email="ada@example.org").status_code for _ in range(22)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_the_link_works_in_both_languages(participant: Participant):
    page = participant.book(participant.edition())
    french = participant.browser.get(page.request.path.replace("/en/", "/fr/"))
    assert french.status_code == 200
    assert 'lang="fr"' in french.text
