"""200 people press the button for the last 10 seats at the same moment."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select

from bench import stock
from bench.buyers import Buyer, Unexpected
from bench.figures import Figure
from bench.sales import NAMES
from bench.site import Site, serving
from booking.persistence.bookings import Attendee
from booking.persistence.db import db

AREA = "Race"
BUYERS = 200
SEATS = 10


def measure(folder: Path) -> Iterator[Figure]:
    """On both engines: exactly SEATS sold, all others refused politely."""
    for engine, name in NAMES.items():
        with stock.database(engine, folder / engine) as url:
            (slug,) = stock.put_on_sale(url, folder / engine, editions=1, seats=SEATS)
            with serving(url, folder / engine) as site:
                outcomes, seconds = _race(site, slug)
            with stock.application(url, folder / engine):
                rows = db.session.scalar(select(func.count(Attendee.id)))
        sold, refused, errors = outcomes[True], outcomes[False], BUYERS - outcomes[True] - outcomes[False]
        fine = sold == rows == SEATS and refused == BUYERS - SEATS
        value = f"{sold} sold ({rows} rows), {refused} refused, {errors} errors in {seconds:.1f} s"
        aim = f"{SEATS} sold, {BUYERS - SEATS} refused"
        yield Figure(AREA, f"{name}, {BUYERS} buyers for {SEATS} seats", value, aim, fine)


def _race(site: Site, slug: str) -> tuple[Counter[bool | str], float]:
    """How often each outcome; seconds from the first click to the last answer."""
    with ThreadPoolExecutor(16) as pool:
        buyers = [Buyer(site.port, str(number)) for number in range(BUYERS)]
        forms = list(pool.map(lambda buyer: _ready(buyer, slug), buyers))
    start = threading.Barrier(BUYERS)
    clicked: list[float] = []

    def click(buyer: Buyer, path: str, form: dict[str, str]) -> bool | str:
        start.wait()
        clicked.append(time.monotonic())
        try:
            return buyer.oblige(path, form)
        except (Unexpected, OSError) as problem:
            return str(problem)

    with ThreadPoolExecutor(BUYERS) as pool:
        outcomes = Counter(pool.map(lambda args: click(args[0], *args[1]), zip(buyers, forms, strict=True)))
    return outcomes, time.monotonic() - min(clicked)


def _ready(buyer: Buyer, slug: str) -> tuple[str, dict[str, str]]:
    """At the check page, the connection given back: the server closes what is idle."""
    form = buyer.choose(slug)
    buyer.connection.close()
    return form
