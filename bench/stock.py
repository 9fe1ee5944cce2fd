"""Databases with something to read and to sell: the demonstration's catalogue, filled up to 50 coming editions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from booking import create_app
from booking.adapters import catalogue_file, clock
from booking.cli import seed
from booking.config import ROOT, Settings
from booking.persistence import counters, migrations
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass, Venue
from booking.persistence.transaction import atomic
from booking.services import publish
from tests import factories
from tests.databases import postgres_database

EDITIONS = 50
SALES = 100  # editions for the booking programs, so that buyers do not all want the same row…
SEATS = 60  # …with as many seats each
DURABLE = ("max_connections=100",)  # as an installation runs, unlike the tests' server


@contextmanager
def application(url: str, folder: Path) -> Iterator[Flask]:
    """The application inside this process, in its context."""
    app = create_app(Settings(database_url=url, data_dir=folder, demo=True, jobs="external"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """Address of an empty database of this version."""
    folder.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'atelier.db'}"
        _migrate(url)
        yield url
    else:
        with postgres_database(_migrate, DURABLE) as server:
            yield server.fresh()


def fill(url: str, folder: Path) -> str:
    """The catalogue with its invented bookings; gives the slug of a class that can be booked."""
    now = clock.now()
    with application(url, folder):
        text = (ROOT / "content" / "demo.toml").read_text(encoding="utf-8")
        publish.import_catalogue(catalogue_file.read(text, publish.first_day(now)), now)
        seed.book_invented_people(now)
        coming = db.session.scalar(select(func.count(Edition.id)).where(Edition.starts_at > now)) or 0
        classes = list(db.session.scalars(select(MasterClass).where(MasterClass.state == "published")))
        venue = db.session.scalars(select(Venue)).first()
        for number, master_class in enumerate(islice(cycle(classes), EDITIONS - coming)):
            facts = {"slug": f"extra-{number}", "venue": venue, "capacity": 6 + number % 7}
            factories.make_edition(master_class, _day(20 + 3 * number), **facts)
        return classes[0].slug


def put_on_sale(url: str, folder: Path, editions: int = SALES, seats: int = SEATS) -> list[str]:
    """Editions of one class that can be paid by transfer; gives their slugs."""
    slugs = [f"sale-{number}" for number in range(editions)]
    with application(url, folder):
        master_class, venue = factories.make_class(), factories.make_venue()
        for number, slug in enumerate(slugs):
            factories.make_edition(master_class, _day(40 + number), slug=slug, venue=venue, capacity=seats)
        with atomic():
            counters.catalogue_changed()
    return slugs


def _day(days: int) -> list[tuple[str, str]]:
    day = date.today() + timedelta(days=days)  # noqa: DTZ011  any coming day will do
    return [(f"{day} 09:00", f"{day} 17:00")]


def _migrate(url: str) -> None:
    app = create_app(Settings(database_url=url, demo=True, jobs="external"))
    with app.app_context():
        migrations.migrate()
        db.session.remove()
        db.engine.dispose()
