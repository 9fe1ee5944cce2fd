"""The job runner inside the web process: woken by a commit, minutely by itself, and silent about signals."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from booking import jobs
from booking.adapters import clock
from booking.persistence import outbox, transaction
from booking.persistence.db import db
from booking.persistence.outbox import OutboxJob
from booking.persistence.transaction import atomic

PATIENCE = 5  # seconds


class Runner:
    """An application whose only job is to remember."""

    def __init__(self, app: Flask) -> None:
        self.app, self.given, self.sweeps = app, list[Any](), list[datetime]()
        jobs.init_app(app, {"test": self._take}, self._fail, self.sweeps.append)

    def _take(self, payload: dict[str, Any], now: datetime) -> None:
        self.given.append(payload["number"])

    def _fail(self, now: datetime) -> None:
        raise RuntimeError("a sweep with a defect")

    def post(self, number: int) -> None:
        with self.app.app_context(), atomic():
            outbox.post("test", f"test-{number}", clock.now(), {"number": number})

    def waits_for(self, condition: Callable[[], bool]) -> bool:
        end = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < end:
            time.sleep(0.02)
        return condition()


@pytest.fixture
def runner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    monkeypatch.setattr(transaction, "_after_commit", [])
    yield Runner(app)
    jobs.stop(app)


def test_what_was_left_is_done_at_the_start_and_every_sweep_runs(runner: Runner):
    runner.post(1)
    jobs.start(runner.app)
    assert runner.waits_for(lambda: runner.given == [1])
    assert len(runner.sweeps) == 1, "a failing sweep does not stop the next"


def test_a_commit_wakes_the_runner(runner: Runner):
    jobs.start(runner.app)
    assert runner.waits_for(lambda: len(runner.sweeps) == 1)
    for number in range(5):
        runner.post(number)
    assert runner.waits_for(lambda: len(runner.given) == 5)
    assert runner.given == [0, 1, 2, 3, 4]


def test_sweeps_go_on_while_a_job_hangs(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    release = threading.Event()
    monkeypatch.setitem(current(runner).handlers, "test", lambda payload, now: release.wait(PATIENCE))
    runner.post(1)
    jobs.start(runner.app)
    assert runner.waits_for(lambda: current(runner).is_draining)
    swept = len(runner.sweeps)
    current(runner).sweep()
    assert len(runner.sweeps) == swept + 1, "the sweep did not wait for the job"
    release.set()


def current(runner: Runner) -> jobs.Jobs:
    return runner.app.extensions["jobs"]


def test_signals_stay_with_the_web_server(runner: Runner):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    jobs.start(runner.app)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_without_a_start_nothing_runs(runner: Runner):
    runner.post(1)
    assert runner.given == []


def test_the_external_process_looks_by_itself_and_ends_when_told(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    handlers: dict[int, Callable[..., Any]] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(jobs, "POLL", 0.01)
    runner.post(1)

    def end(payload: dict[str, Any], now: datetime) -> None:
        runner.given.append(payload["number"])
        handlers[signal.SIGTERM]()

    jobs.init_app(runner.app, {"test": end})
    jobs.run_forever(runner.app)
    assert runner.given == [1]
    with runner.app.app_context():
        assert db.session.scalars(select(OutboxJob.done_at)).one() > clock.now() - timedelta(minutes=1)
