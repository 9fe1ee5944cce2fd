"""Whole bookings per second: four requests each, paid by transfer, with and without the mails being written."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from pathlib import Path

from bench import stock
from bench.buyers import Buyer, Unexpected
from bench.figures import Figure, at_least
from bench.site import Site, serving

AREA = "Bookings"
CLIENTS = (1, 4, 8)
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
JOBS = {"external": "mails left for another process", "embedded": "mails and PDFs written meanwhile"}
SECONDS = 3.0
LEAST = 60  # the aim, for several clients and mails in another process

Result = tuple[int, int]  # bookings, errors


def measure(folder: Path) -> Iterator[Figure]:
    """On both engines, with the job runner in another process (that is, off) and in the web processes."""
    for engine in NAMES:
        with stock.database(engine, folder / engine) as url:
            slugs = stock.put_on_sale(url, folder / engine)
            for jobs in JOBS:
                with serving(url, folder / engine, jobs) as site:
                    best(site, slugs, 2, seconds=1.0, runs=1)
                    for clients in CLIENTS:
                        yield _figure(engine, jobs, clients, *best(site, slugs, clients))


def best(site: Site, slugs: list[str], clients: int, seconds: float = SECONDS, runs: int = 2) -> tuple[float, float]:
    """(bookings per second, CPU-ms of the workers per booking) of the fastest of several short runs."""
    return max(_run(site, slugs, clients, seconds) for _ in range(runs))


def _figure(engine: str, jobs: str, clients: int, rate: float, cpu: float) -> Figure:
    what = f"{NAMES[engine]}, {clients} client{'s' if clients > 1 else ''}, {JOBS[jobs]} ({cpu:.0f} CPU-ms each)"
    if jobs == "external" and clients > 1:
        return at_least(AREA, what, rate, LEAST, "a second")
    return Figure(AREA, what, f"{rate:.0f} a second")


def _run(site: Site, slugs: list[str], clients: int, seconds: float) -> tuple[float, float]:
    results: multiprocessing.SimpleQueue[Result] = multiprocessing.SimpleQueue()
    people = [
        multiprocessing.Process(target=_buy, args=(site.port, slugs, seconds, results), daemon=True)
        for _ in range(clients)
    ]
    before = site.cpu()
    for person in people:
        person.start()
    done = [results.get() for _ in people]
    for person in people:
        person.join()
    bookings, errors = sum(result[0] for result in done), sum(result[1] for result in done)
    if errors:
        raise Unexpected(f"{errors} bookings failed")
    return bookings / seconds, (site.cpu() - before) * 1000 / max(1, bookings)


def _buy(port: int, slugs: list[str], seconds: float, results: multiprocessing.SimpleQueue[Result]) -> None:
    """One client: a new person each time, over one connection."""
    chance = random.Random()
    bookings = errors = 0
    connection = None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        buyer = Buyer(port, f"{chance.getrandbits(60):x}")
        buyer.connection = connection or buyer.connection
        connection = buyer.connection
        try:
            bookings += buyer.book(chance.choice(slugs))
        except Unexpected as problem:
            errors += 1
            print(problem, flush=True)
    results.put((bookings, errors))
