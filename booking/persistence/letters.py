"""Mails as rows of the transaction that causes them; the job runner writes and sends them afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking.domain.message import MessageKind
from booking.persistence import messages, outbox
from booking.persistence.bookings import Attendee
from booking.persistence.messages import MessageRecipient

TO_BOOKER: Final = re.compile(r"mail-(?P<kind>[a-z_]+)-booker-\d+(?P<ids>(?:-[a-z_]+\d+)*)")
ID: Final = re.compile(r"-([a-z_]+)(\d+)")


def to_booker(kind: str, booking_id: int, now: datetime, bulk: bool = False, **ids: int) -> None:
    """A mail to the person who booked; once per kind, booking and ids. What goes to all of a date is `bulk`."""
    _post(kind, "booker", booking_id, now, ids, bulk)


def to_bookers(kind: str, booking_ids: Sequence[int], now: datetime, **ids: int) -> None:
    """The same mail about a date to everybody who booked it."""
    jobs = {
        _key(kind, "booker", booking_id, ids): {"kind": kind, "to": "booker", "booking_id": booking_id, **ids}
        for booking_id in booking_ids
    }
    outbox.post_all("mail", jobs, now)


def to_organiser(kind: str, booking_id: int, now: datetime, **ids: int) -> None:
    """The organiser's copy, in the organiser's language."""
    _post(kind, "organiser", booking_id, now, ids)


def to_attendee(kind: str, booking_id: int, attendee_id: int, now: datetime) -> None:
    """A mail to somebody who attends; at most once in a second."""
    payload = {"kind": kind, "to": "attendee", "booking_id": booking_id, "attendee_id": attendee_id}
    outbox.post("mail", f"mail-{kind}-attendee-{attendee_id}-{int(now.timestamp())}", now, payload)


def again(kind: str, booking_id: int, now: datetime, **ids: int) -> None:
    """The mail to the booker once more; at most once in a second."""
    _post(kind, "booker", booking_id, now, ids, mark=f"-again{int(now.timestamp())}")


def told_by(key: str) -> tuple[str, dict[str, int]] | None:
    """(kind, ids) of the mail to a booker whose outbox row had this key, to post it `again`; None for other mails."""
    found = TO_BOOKER.fullmatch(key)
    if found is None:
        return None
    ids = {name: int(number) for name, number in ID.findall(found["ids"]) if name != "again"}
    return found["kind"], ids


def fresh_links(booking_ids: Sequence[int], link_version: int, now: datetime) -> None:
    """One mail with the links of all bookings of an address, in the language of the latest, the last of `booking_ids`;
    once per `link_version` of that one."""
    latest = booking_ids[-1]
    payload = {"kind": "link", "to": "booker", "booking_id": latest, "booking_ids": list(booking_ids)}
    outbox.post("mail", f"mail-link-{latest}-{link_version}", now, payload)


def to_recipient(kind: MessageKind, recipient: MessageRecipient, now: datetime) -> None:
    """One mail of a message to many; it goes after everybody's own."""
    to = "attendee" if recipient.attendee_id else "booker"
    payload = {"kind": kind, "to": to, "booking_id": recipient.booking_id, "recipient_id": recipient.id}
    outbox.post("mail", messages.job_key(kind, recipient.id), now, payload, bulk=True)


def certificates(certificate_ids: Sequence[int], attendee: Attendee, now: datetime) -> None:
    """One mail with certificates to the attendee, or to the booker when the attendee has no address; each only once."""
    to = "attendee" if attendee.email else "booker"
    payload = {"kind": "certificate", "to": to, "booking_id": attendee.booking_id, "attendee_id": attendee.id}
    ids = {"certificate_ids": list(certificate_ids)}
    outbox.post("mail", f"mail-certificate-{certificate_ids[0]}", now, payload | ids, bulk=True)


def about_minimum(edition_id: int, decision_at: datetime, now: datetime) -> None:
    """To the organiser: a date is below its minimum, and its day of decision has come. Once per date and day."""
    payload = {"kind": "minimum", "to": "organiser", "edition_id": edition_id}
    outbox.post("mail", f"mail-minimum-organiser-{edition_id}-{decision_at:%Y%m%d%H%M}", now, payload)


def _post(
    kind: str, to: str, booking_id: int, now: datetime, ids: dict[str, int], bulk: bool = False, mark: str = ""
) -> None:
    payload = {"kind": kind, "to": to, "booking_id": booking_id, **ids}
    outbox.post("mail", _key(kind, to, booking_id, ids) + mark, now, payload, bulk=bulk)


def _key(kind: str, to: str, booking_id: int, ids: dict[str, int]) -> str:
    which = "".join(f"-{name}{value}" for name, value in sorted(ids.items()))
    return f"mail-{kind}-{to}-{booking_id}{which}"
