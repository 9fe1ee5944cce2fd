"""Several people save one class at the same moment, and take from it while somebody books."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from flask import Flask

from booking.domain.actor import ORGANISER
from booking.domain.errors import ChangedMeanwhile, SlugRefused, StillBooked
from booking.domain.marks import marks
from booking.domain.publication import Publication
from booking.persistence.db import db
from booking.persistence.editions import spec_of
from booking.persistence.masterclasses import MasterClass
from booking.services import book, classes, editions
from tests.factories import NOW, make_class, make_edition
from tests.services.shop import Shop

WRITERS = 8


def together(app: Flask, works: list[Callable[[], str]]) -> list[str]:
    """What each came to, all begun at once in threads of their own."""
    outcomes: list[str] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], str]) -> None:
        with app.app_context():
            start.wait()
            outcomes.append(work())

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.race
def test_of_many_who_save_at_once_one_is_first_and_the_others_are_told(app: Flask) -> None:
    offer = make_edition().master_class
    slug, opened = offer.slug, classes.values_of(offer)

    def save(number: int) -> str:
        try:
            classes.change(slug, opened | {"title_en": f"Title {number}"}, marks(opened), NOW, ORGANISER)
        except ChangedMeanwhile:
            return "told"
        return f"Title {number}"

    outcomes = together(app, [partial(save, number) for number in range(WRITERS)])
    assert Counter(outcomes)["told"] == WRITERS - 1
    db.session.rollback()
    stored = db.session.query(MasterClass).filter_by(slug=slug).one().title.en
    assert {stored, "told"} == set(outcomes)


@pytest.mark.race
@pytest.mark.parametrize("turn", range(5))
def test_a_class_is_never_put_away_under_somebody_who_books(app: Flask, shop: Shop, turn: int) -> None:
    edition = make_edition()
    slug, placed = edition.master_class.slug, shop.order(edition)

    def put_away() -> str:
        try:
            classes.move_to(slug, Publication.PUBLISHED, Publication.ARCHIVED, shop.now, ORGANISER)
        except StillBooked:
            return "kept"
        return "put away"

    def buy() -> str:
        try:
            book.place(placed, shop.now, shop.ports)
        except Exception as refusal:
            return type(refusal).__name__
        return "booked"

    outcomes = set(together(app, [put_away, buy]))
    assert outcomes in ({"kept", "booked"}, {"put away", "RegistrationNotOpen"})


@pytest.mark.race
def test_classes_that_want_one_name_at_once_are_each_given_another(app: Flask) -> None:
    offer = make_class(slug="blog", state=Publication.DRAFT)
    values = classes.values_of(offer)

    def write() -> str:
        return classes.write("blog", values, NOW, ORGANISER)

    def copy() -> str:
        return classes.copy("blog", NOW, ORGANISER)

    outcomes = together(app, [write, copy] * (WRITERS // 2))
    assert sorted(outcomes) == [f"blog-{number}" for number in range(2, WRITERS + 2)]


@pytest.mark.race
def test_of_many_who_rename_to_one_name_at_once_one_gets_it(app: Flask) -> None:
    opened = {}
    for number in range(WRITERS):
        offer = make_class(slug=f"blog-{number}", state=Publication.DRAFT)
        opened[offer.slug] = classes.values_of(offer)

    def rename(slug: str) -> str:
        try:
            classes.change(slug, opened[slug] | {"slug": "writing"}, marks(opened[slug]), NOW, ORGANISER)
        except SlugRefused as refusal:
            return refusal.reason
        return "renamed"

    assert Counter(together(app, [partial(rename, slug) for slug in opened])) == {"renamed": 1, "taken": WRITERS - 1}


@pytest.mark.race
def test_dates_written_at_once_are_each_given_a_name_of_their_own(app: Flask) -> None:
    edition = make_edition(make_class(slug="blog"), slug="blog-2026")
    spec = spec_of(edition)

    def write() -> str:
        return editions.create("blog", spec, Publication.DRAFT, NOW, ORGANISER)

    def repeat(day: int) -> str:
        return editions.repeat("blog-2026", [date(2026, 12, day)], Publication.DRAFT, NOW, ORGANISER)[0]

    works = [work for day in range(10, 10 + WRITERS // 2) for work in (write, partial(repeat, day))]
    assert sorted(together(app, works)) == [f"blog-2026-{number}" for number in range(2, WRITERS + 2)]
