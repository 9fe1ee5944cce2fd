"""Runs what commits left to be done: claimed in one transaction, run outside of any, settled in another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from booking.persistence import outbox
from booking.persistence.db import db
from booking.persistence.outbox import Claimed
from booking.persistence.transaction import atomic

logger = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any], datetime], None]  # takes the payload, with the job's own key as "key", and `now`


class JobFailed(Exception):
    """A job's work was refused for a reason that is no defect. The message is stored: it names nobody."""


def drain(handlers: Mapping[str, Handler], clock: Callable[[], datetime], limit: int = 1000) -> int:
    """Runs due jobs until none is left or `limit` were tried; gives how many were tried.

    A failing job is tried again later and never stops the others. At least once: a worker killed before settling
    leaves a lease behind, after which the job runs again, so handlers must bear repetition.
    """
    for tried in range(limit):
        with atomic():
            job = outbox.claim(clock())
        if job is None:
            return tried
        error = _run(handlers, job, clock())
        with atomic():
            outbox.settle(job, clock(), error)
    return limit


def _run(handlers: Mapping[str, Handler], job: Claimed, now: datetime) -> str:
    """'' when done, else what to store: a sentence that names nobody, or only the kind of a defect."""
    try:
        handlers[job.topic]({**job.payload, "key": job.key}, now)
    except JobFailed as failure:
        logger.warning("job %d (%s) failed at try %d: %s", job.id, job.topic, job.attempts, failure)
        return str(failure) or type(failure).__name__
    except Exception as defect:
        logger.exception("job %d (%s) failed at try %d", job.id, job.topic, job.attempts)
        return type(defect).__name__
    finally:
        db.session.rollback()  # whatever the handler read is not held open, nor carried into the next job
    return ""
