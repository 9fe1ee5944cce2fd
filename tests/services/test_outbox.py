"""The outbox: what a commit leaves to do is done at least once, later if need be, and never for a rolled-back one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.persistence import outbox, transaction
from booking.persistence.db import db
from booking.persistence.outbox import OutboxJob
from booking.persistence.transaction import atomic
from booking.services.outbox import JobFailed, drain
from tests.factories import NOW


class Worker:
    """A handler that remembers what it was given and fails the first `failures` times."""

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.given: list[dict[str, Any]] = []
        self.failures, self.error = failures, error or JobFailed("the server answered 451")

    def __call__(self, payload: dict[str, Any], now: datetime) -> None:
        assert not transaction.in_transaction()
        self.given.append(payload)
        if len(self.given) <= self.failures:
            raise self.error

    def drain(self, after: timedelta = timedelta()) -> int:
        return drain({"mail": self}, lambda: NOW + after)


def post(key: str = "mail:1", **options: Any) -> None:
    with atomic():
        outbox.post("mail", key, NOW, {"booking_id": 7}, **options)


def job() -> OutboxJob:
    db.session.rollback()
    return db.session.query(OutboxJob).one()


def test_a_posted_job_is_run_once_with_its_key():
    worker = Worker()
    post()
    assert worker.drain() == 1
    assert worker.drain() == 0
    assert worker.given == [{"booking_id": 7, "key": "mail:1"}]
    assert job().done_at == NOW


def test_posting_a_key_twice_is_posting_it_once():
    worker = Worker()
    post()
    post()
    worker.drain()
    assert len(worker.given) == 1


def test_a_rolled_back_post_is_nothing():
    worker = Worker()

    def post_and_fail() -> None:
        with atomic():
            outbox.post("mail", "mail:1", NOW, {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        post_and_fail()
    assert worker.drain() == 0


def test_a_later_job_waits_for_its_time():
    worker = Worker()
    post(run_at=NOW + timedelta(hours=1))
    assert worker.drain() == 0
    assert worker.drain(timedelta(hours=1)) == 1


def test_failures_back_off_and_then_recover():
    worker = Worker(failures=2)
    post()
    worker.drain()
    assert job().error == "the server answered 451"
    assert worker.drain(timedelta(seconds=1.9)) == 0
    assert worker.drain(timedelta(seconds=2)) == 1
    assert worker.drain(timedelta(seconds=5.9)) == 0
    assert worker.drain(timedelta(seconds=6)) == 1
    assert (job().done_at, job().error) == (NOW + timedelta(seconds=6), "")


def test_after_eight_failures_a_person_is_told_and_trying_goes_on_every_hour():
    worker = Worker(failures=12)
    post()
    for hour in range(12):
        assert bool(outbox.undelivered()) == (hour >= 8)
        worker.drain(timedelta(hours=hour))
    assert [job.key for job in outbox.undelivered()] == ["mail:1"]
    assert worker.drain(timedelta(hours=11, minutes=59)) == 0
    assert worker.drain(timedelta(hours=12)) == 1
    assert outbox.undelivered() == []


def test_a_defect_is_stored_by_its_kind_alone():
    """Its message may hold what somebody typed."""
    worker = Worker(failures=1, error=ValueError("bea@example.org is no address"))
    post()
    worker.drain()
    assert job().error == "ValueError"


def test_one_failing_job_does_not_stop_the_next():
    worker = Worker(failures=1)
    post("mail:1")
    post("mail:2")
    worker.drain()
    assert [payload["key"] for payload in worker.given] == ["mail:1", "mail:2"]


def test_an_unknown_topic_is_kept_as_a_failure():
    post()
    drain({}, lambda: NOW)
    assert job().error == "KeyError"


def test_a_worker_killed_before_settling_is_followed_by_another_after_its_lease():
    worker = Worker()
    post()
    with atomic():
        lost = outbox.claim(NOW)
    assert lost
    assert worker.drain(outbox.LEASE) == 0
    assert worker.drain(outbox.LEASE + timedelta(seconds=1)) == 1
    with atomic():
        outbox.settle(lost, NOW, "woke up late")
    assert job().error == ""


def test_the_next_job_sees_the_world_as_it_is():
    """What one handler read must not be what the next one sees."""
    seen = []

    def handler(payload: dict[str, Any], now: datetime) -> None:
        seen.append(db.session.query(OutboxJob).count())
        if len(seen) == 1:
            db.session.add(OutboxJob(topic="x", payload={}, key="never kept", run_at=NOW))

    post("mail:1")
    post("mail:2")
    drain({"mail": handler}, lambda: NOW)
    assert seen == [2, 2]
