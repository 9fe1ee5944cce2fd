"""What must happen after a commit, as rows of that commit. The table is the truth; the job runner only drains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence import transaction
from booking.persistence.db import Model, db, insert_all_once, insert_once

LEASE = timedelta(minutes=5)  # longer than any job; a killed worker's job is taken up again after it
ALARM_AFTER = 8  # failures, some nine minutes: then a person is told, and trying goes on
LONGEST_WAIT = timedelta(hours=1)


class OutboxJob(Model):
    """`topic` names the handler, `payload` holds ids and plain values; `key` makes posting idempotent. What is `bulk`
    comes last: a confirmation does not wait behind a message to two thousand people."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "done_at", "run_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str] = mapped_column(unique=True)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    bulk: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True)
class Claimed:
    """A job taken for one try. `attempts` fences the settling: only the latest claimant may settle."""

    id: int
    topic: str
    payload: dict[str, Any]
    key: str
    attempts: int


def post(
    topic: str, key: str, now: datetime, payload: dict[str, Any], run_at: datetime | None = None, bulk: bool = False
) -> None:
    """Writes the job into the open transaction. A second post with the same key is nothing."""
    db.session.flush()  # rows that the payload names come before it
    insert_once(OutboxJob, topic=topic, key=key, payload=payload, run_at=run_at or now, bulk=bulk)
    transaction.wake_after_commit()


def post_all(topic: str, jobs: Mapping[str, dict[str, Any]], now: datetime) -> None:
    """As `post`, for what goes to many: payloads by key. They are `bulk`."""
    db.session.flush()
    facts = {"topic": topic, "run_at": now, "bulk": True, "attempts": 0, "error": ""}
    insert_all_once(OutboxJob, [{"key": key, "payload": payload, **facts} for key, payload in jobs.items()])
    transaction.wake_after_commit()


def claim(now: datetime) -> Claimed | None:
    """Takes one due job for this worker, inside the caller's transaction; None when nothing is due."""
    due = (
        select(OutboxJob.id)
        .where(OutboxJob.done_at.is_(None), OutboxJob.run_at <= now)
        .where(or_(OutboxJob.leased_until.is_(None), OutboxJob.leased_until < now))
        # Money does not queue behind mail, nor a person's own mail behind one to many.
        .order_by(OutboxJob.topic == "mail", OutboxJob.bulk, OutboxJob.run_at, OutboxJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = db.session.execute(
        update(OutboxJob)
        .where(OutboxJob.id.in_(due))
        .values(leased_until=now + LEASE, attempts=OutboxJob.attempts + 1)
        .returning(OutboxJob.id, OutboxJob.topic, OutboxJob.payload, OutboxJob.key, OutboxJob.attempts)
        .execution_options(synchronize_session=False)
    ).first()
    return Claimed(*taken) if taken else None


def settle(job: Claimed, now: datetime, error: str = "") -> None:
    """Done, or to be tried again after 2^attempts seconds, at most an hour.

    Fenced: a worker that lost its lease changes nothing.
    """
    values: dict[str, Any] = {"leased_until": None, "error": error[:500]}
    if error:
        values["run_at"] = now + min(timedelta(seconds=2 ** min(job.attempts, 12)), LONGEST_WAIT)
    else:
        values["done_at"] = now
    db.session.execute(
        update(OutboxJob)
        .where(OutboxJob.id == job.id, OutboxJob.attempts == job.attempts, OutboxJob.done_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def undelivered() -> list[OutboxJob]:
    """Jobs that failed so often that a person must look; they are still tried every hour."""
    query = select(OutboxJob).where(OutboxJob.done_at.is_(None), OutboxJob.attempts >= ALARM_AFTER)
    return list(db.session.scalars(query.order_by(OutboxJob.id)))
