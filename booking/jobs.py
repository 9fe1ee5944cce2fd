"""Jobs: the outbox is drained and the sweeps run, inside the web process or in one of their own.

Embedded (the default), a Huey consumer with an in-memory queue lives in two threads of each web process: a commit that
posted something nudges it, and every minute, the first included, it looks by itself. The table stays the truth: what a
killed process leaves is found by the next. External, web processes run no jobs, and `run_forever` polls the table in a
process of its own, so that no second broker is needed. Several of either kind may run at once.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask import Flask, current_app
from huey import MemoryHuey, crontab
from huey.consumer import Consumer

from booking.adapters import clock
from booking.persistence import transaction
from booking.services import outbox
from booking.services.outbox import Handler

POLL: Final = 2  # seconds between two looks of the external process: how long a mail may wait there
MINUTE: Final = 60

Sweep = Callable[[datetime], Any]

logger = logging.getLogger(__name__)


class EmbeddedConsumer(Consumer):
    """A consumer that leaves signals to the web server around it."""

    def _set_signal_handlers(self) -> None:
        pass


@dataclass
class Jobs:
    """What there is to do, and the consumer that does it once it was started."""

    app: Flask
    handlers: Mapping[str, Handler]
    sweeps: tuple[Sweep, ...]
    consumer: EmbeddedConsumer | None = None
    _draining: threading.Lock = field(default_factory=threading.Lock)
    _wanted: threading.Event = field(default_factory=threading.Event)

    def drain(self) -> int:
        """Runs the due rows of the outbox; gives how many were tried.

        One thread at a time: while it waits for a slow mail server, the other stays free for the sweeps. Whoever
        comes meanwhile leaves the wish behind.
        """
        self._wanted.set()
        if not self._draining.acquire(blocking=False):
            return 0
        try:
            tried = 0
            while self._wanted.is_set():
                self._wanted.clear()
                with self.app.app_context():
                    tried += outbox.drain(self.handlers, clock.now)
            return tried
        finally:
            self._draining.release()

    @property
    def is_draining(self) -> bool:
        """Whether a thread of this process is at it."""
        return self._draining.locked()

    def sweep(self) -> None:
        """Runs every sweep, then what they posted. One that fails does not stop the others."""
        for sweep in self.sweeps:
            with self.app.app_context():
                try:
                    sweep(clock.now())
                except Exception:
                    logger.exception("the sweep %s failed", getattr(sweep, "__name__", sweep))
        self.drain()


def init_app(app: Flask, handlers: Mapping[str, Handler], *sweeps: Sweep) -> None:
    """Keeps what is to be run; `handlers` by outbox topic. Nothing starts here: processes may still fork."""
    app.extensions["jobs"] = Jobs(app, handlers, sweeps)


def current_jobs() -> Jobs:
    """The jobs of the running application."""
    jobs: Jobs = current_app.extensions["jobs"]
    return jobs


def start(app: Flask) -> None:
    """Starts the embedded consumer; call it once in each process that serves, after the fork."""
    jobs: Jobs = app.extensions["jobs"]
    huey = MemoryHuey("atelier", results=False)
    drain = huey.task()(jobs.drain)
    huey.periodic_task(crontab())(jobs.sweep)  # its first run is at once

    def nudge() -> None:
        if not huey.pending_count():  # one look finds everything that is due
            drain()

    jobs.consumer = EmbeddedConsumer(huey, workers=2, max_delay=0.5)
    jobs.consumer.start()
    transaction.after_commit(nudge)


def stop(app: Flask) -> None:
    """Ends the embedded consumer after the job in hand; for tests and orderly ends. Being killed is fine too."""
    jobs: Jobs = app.extensions["jobs"]
    if jobs.consumer:
        jobs.consumer.stop(graceful=True)
        jobs.consumer = None


def run_forever(app: Flask) -> None:
    """The external process: looks every POLL seconds, sweeps every minute, ends at SIGINT or SIGTERM."""
    jobs: Jobs = app.extensions["jobs"]
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    looks = 0
    while not ended.is_set():
        try:
            jobs.drain() if looks % (MINUTE // POLL) else jobs.sweep()
        except Exception:
            logger.exception("the outbox could not be read; trying again")  # the database may be restarting
        looks += 1
        ended.wait(POLL)
