"""The organiser's own words: in every mail to participants, in both readings of it, filled for its reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask

from booking.adapters.gateways import current_ports
from booking.adapters.mail import letters, preview, samples
from booking.config import current
from booking.domain.letters import OF_A_SEAT, PLACEHOLDERS, WORDED_OTHERWISE, Words
from booking.persistence import site
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from tests.adapters.letters import BOOKER
from tests.factories import NOW

WORDED = [name for name in BOOKER if not name.startswith("message")]


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_every_mail_to_participants_can_carry_own_words_or_says_why_not() -> None:
    assert set(letters.KINDS) == set(PLACEHOLDERS) | set(WORDED_OTHERWISE)
    assert not set(PLACEHOLDERS) & set(WORDED_OTHERWISE)
    assert list(samples.STORIES) == list(PLACEHOLDERS)


@pytest.mark.parametrize("name", WORDED)
def test_they_stand_in_each_kind_and_variant_first_and_last(name: str) -> None:
    payload = {"to": "booker", "key": "mail-1"} | BOOKER[name]("en")
    braces = " ".join(f"{{{word}}}" for word in PLACEHOLDERS[payload["kind"]])
    words = Words("About {organiser}", f"First «{braces}».", "Last for {name}.")
    written = preview.of(payload, words, current(), NOW)
    assert written.subject == f"About {site.current().organiser.name}"
    for reading in (unescape(written.html).partition("<body")[2], written.text):
        flat = " ".join(reading.split())
        opening = flat.partition("First «")[2].partition("».")[0]
        assert opening.startswith(reader_of(payload))
        assert "{" not in opening
        assert [flat.count(mark) for mark in ("First «", f"Last for {reader_of(payload)}.")] == [1, 1]
        assert flat.index("First «") < flat.index("Last for")
        said = re.sub(r"<[^>]+>|\s", " ", flat.partition("».")[2]).strip()
        assert not said.startswith(f"{reader_of(payload)}, "), "greeted a second time"
        assert not said[0].islower()


def reader_of(payload: dict[str, Any]) -> str:
    booking = db.session.get_one(Booking, payload["booking_id"])
    seats = [seat for seat in booking.attendees if seat.id == payload.get("attendee_id") and seat.email]
    to_a_seat = payload["kind"] in ("joining", "certificate")
    return seats[0].name if to_a_seat and seats else booking.name


def test_who_only_attends_is_told_nothing_of_the_account() -> None:
    for kind in ("joining", "certificate"):
        assert not {"reference", "amount", "amount_owed"} & set(PLACEHOLDERS[kind])
    assert "reference" not in OF_A_SEAT


def test_each_amount_is_that_of_its_letter() -> None:
    words = Words(opening="«{amount}»", closing="«{amount_owed}»")
    for kind, amount, owed in (
        ("paid", "40.00", "300.00"),
        ("waived", "40.00", "300.00"),
        ("corrected", "340.00", "340.00"),
    ):
        text = sampled(kind, words).text
        assert f"«CHF\xa0{amount}»" in text, kind
        assert f"«CHF\xa0{owed}»" in text, kind
    assert "«CHF\xa0238.00»" in sampled("refunded", Words(opening="«{amount}»")).text


def sampled(kind: str, words: Words, language: str = "en") -> preview.Preview:
    return preview.of_kind(kind, language, words, current_ports().issuer, current(), NOW)


def test_a_subject_of_which_nothing_is_left_gives_way_to_that_of_the_site() -> None:
    payload = {"to": "booker", "key": "mail-1"} | BOOKER["confirmed"]("en")
    booking = db.session.get_one(Booking, payload["booking_id"])
    booking.edition.master_class.trainers = []
    written = preview.of(payload, Words("{trainer} {trainer}"), current(), NOW)
    assert written.subject == preview.of(payload, Words(), current(), NOW).subject != ""
