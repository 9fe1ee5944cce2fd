"""The one way to write: `with atomic():`. Only services (and jobs) open it; nesting is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import event
from sqlalchemy.orm import Session

from booking.persistence.db import db


class NestedTransaction(Exception):
    """A service opened a transaction inside another one."""


@dataclass
class Commits:
    """How many transactions this process has committed."""

    seen: int = 0


commits: Final = Commits()
_after_commit: list[Callable[[], None]] = []


def after_commit(action: Callable[[], None]) -> None:
    """Registers `action` to run after each commit that posted something to the outbox. It gets no rows on purpose."""
    _after_commit.append(action)


@event.listens_for(db.session, "after_commit")
def _count(_session: Session) -> None:
    commits.seen += 1


def wake_after_commit() -> None:
    """Marks the open transaction: once it is committed, the registered actions run."""
    db.session.info["wake"] = True


def in_transaction() -> bool:
    """Whether the current session is inside `atomic()`; adapters assert it is not before they call the network."""
    return bool(db.session.info.get("atomic"))


@contextmanager
def atomic(rehearsal: bool = False) -> Iterator[Session]:
    """One write transaction: commits at the end, rolls back on any exception, then wakes the job runner.

    The read snapshot is dropped first, so that nothing read before the lock is trusted after it. A `rehearsal` is
    rolled back at its end: it shows what an act would do by doing it (persistence/outcomes.py).
    """
    session = db.session()
    if session.info.get("atomic"):
        raise NestedTransaction
    session.rollback()
    session.info["atomic"] = True
    try:
        session.connection(execution_options={"write": True})
        yield session
        if rehearsal:
            session.rollback()
            session.info.pop("wake", None)
        else:
            session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("wake", None)
        raise
    finally:
        session.info.pop("atomic", None)
    if session.info.pop("wake", False):
        for action in _after_commit:
            action()
