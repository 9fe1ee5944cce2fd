"""Mails to people of the desk, as rows of the transaction that causes them. Links in them are made when they are
written: no row of the outbox opens anything."""

from __future__ import annotations

from datetime import datetime

from booking.persistence import outbox


def post(kind: str, organiser_id: int, now: datetime, **facts: int | str) -> None:
    """A mail to that person; once per kind, facts and second."""
    which = "".join(f"-{name}{value}" for name, value in sorted(facts.items()))
    moment = int(now.timestamp())
    payload = {"kind": kind, "to": "person", "organiser_id": organiser_id, "at": moment, **facts}
    outbox.post("mail", f"mail-{kind}-person-{organiser_id}{which}-{moment}", now, payload)
