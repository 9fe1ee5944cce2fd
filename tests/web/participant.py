"""A person who books, pays and cancels on the pages, at a time that the test sets. Pages are in English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking import jobs
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, Question, QuestionKind
from booking.persistence.transaction import atomic
from booking.persistence.vouchers import Voucher
from booking.services.check import findings
from tests.factories import NOW, at, make_class, make_edition
from tests.web.client import Browser
from tests.web.inspection import Page

TYPED = {"name": "Ada Exemple", "email": "ada@example.org", "terms": "y"}
PAYER_IBAN = "CH93 0076 2011 6238 5295 7"


class Participant:
    """`now` is everybody's clock, in UTC; `at` sets it in local time."""

    app: Flask
    browser: Browser
    now: datetime = NOW

    def at(self, local: str) -> Participant:
        self.now = at(local)
        return self

    @contextmanager
    def rows(self) -> Iterator[Any]:
        """A look into the database, or a hand in it."""
        with self.app.app_context():
            yield db.session

    def edition(self, **changes: Any) -> str:
        """The address part of a new edition; edition R of the rules unless changed."""
        changes["minimum"] = min(5, changes.get("capacity", 5))
        with self.rows():
            edition: Edition = make_edition(**changes)
            return edition.slug

    def edition_asking(self, **question: Any) -> str:
        """An edition whose class asks one question, a required text unless changed."""
        facts = {"key": "level", "kind": QuestionKind.TEXT, "required": True, "when": "booking", "choices": []}
        with self.rows():
            master_class = make_class()
            with atomic():
                asked = facts | question
                asked["label"] = asked["hint"] = type(master_class.title)("Niveau", "Level")
                db.session.add(Question(master_class_id=master_class.id, position=1, **asked))
            edition: Edition = make_edition(master_class)
            return edition.slug

    def voucher(self, code: str, kind: str = "percent", value: str = "10", **limits: Any) -> None:
        with self.rows(), atomic():
            db.session.add(Voucher(code=code, kind=kind, value=value, **limits))

    # On the pages

    def form(self, slug: str, lang: str = "en") -> TestResponse:
        """The details page as it opens."""
        return self.browser.get(f"/{lang}/editions/{slug}/booking", follow_redirects=True)

    def fill(self, slug: str, lang: str = "en", **typed: Any) -> TestResponse:
        """The page after the details were sent: the check page, or the form with what needs correcting."""
        return self.browser.submit(self.form(slug, lang), **{**TYPED, **typed})

    def check(self, slug: str, seats: int = 1, lang: str = "en", **typed: Any) -> TestResponse:
        """The check page for some seats."""
        page = self.form(slug, lang)
        for _ in range(seats - 1):
            page = self.browser.submit(page, "action=add", **{**TYPED, **typed})
        names = {f"seats-{number}-name": f"Person {number + 1}" for number in range(1, seats)}
        return self.browser.submit(page, **{**TYPED, **names, **typed})

    def book(self, slug: str, channel: str = "transfer", seats: int = 1, **typed: Any) -> TestResponse:
        """The page one comes to after the button that obliges."""
        page = self.check(slug, seats, **typed)
        return self.browser.submit(page, **({"channel": channel} if 'type="radio"' in page.text else {}))

    def book_and_pay(self, slug: str, seats: int = 1, refunds: str = "succeed", **typed: Any) -> TestResponse:
        """The page of a booking paid by card."""
        page = self.book(slug, "demo", seats, **typed)
        return self.browser.submit(page, "button=pay", refunds=refunds)

    def cancellation(self, page: TestResponse, query: str = "") -> TestResponse:
        """The page that shows what cancelling costs, from the page of the booking."""
        return self.browser.get(f"{page.request.path}/cancellation{query}")

    def run_jobs(self) -> None:
        with self.rows():
            jobs.current_jobs().sweep()

    # What came of it

    def bookings(self) -> list[tuple[str, int]]:
        """(state, active seats) of every booking."""
        with self.rows() as session:
            found = session.scalars(select(Booking).order_by(Booking.id))
            return [(booking.state.value, len(booking.active)) for booking in found]

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        with self.rows() as session:
            tables = db.metadata.sorted_tables
            return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}

    def disagreements(self) -> list[str]:
        with self.rows():
            return findings(self.now)


def value_of(page: TestResponse, field: str) -> str | None:
    """What a field of the page's last form would send."""
    return dict(Page.of(page.text).forms[-1].fields).get(field)


def errors_of(page: TestResponse) -> list[str]:
    """Ids of the fields that the summary on top names."""
    summary = page.text.partition('class="error-summary"')[2].partition("</div>")[0]
    return [part.partition('"')[0] for part in summary.split('href="#')[1:]]


def is_check(page: TestResponse) -> bool:
    return page.request.path.endswith("/check") and "obligation" in page.text
