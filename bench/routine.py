"""What the people at the desk of the invented school do besides: messages, attendance, certificates, files."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bench.rows import Rows, Run
from booking.domain.attendance import Presence
from booking.domain.bilingual import Bilingual
from booking.domain.certificates import CertificateContent
from booking.domain.export import ExportFormat, ExportKind
from booking.domain.message import Audience, RecipientState
from booking.persistence.attendance import Attendance
from booking.persistence.certificates import Certificate
from booking.persistence.exports import Export
from booking.persistence.masterclasses import Topic
from booking.persistence.messages import Message, MessageRecipient, message_editions
from booking.persistence.sign_ins import SignIn

PRESENT: Final = 30  # how many of the last dates have their attendance kept; for two of them certificates were issued


def write(rows: Rows, runs: list[Run]) -> None:
    """After all bookings: `rows.seats` knows who booked what."""
    for number in range(8):
        rows.add(Topic, slug=f"topic-{number}", title=Bilingual(f"Sujet {number}", f"Topic {number}"))
    for run in runs:
        _message(rows, run)
    over = [run for run in runs if run.starts_at < rows.now - timedelta(days=1)][-PRESENT:]
    for run in over:
        _attendance(rows, run)
    for run in over[-2:]:
        _certificates(rows, run)
    for number in range(30):
        asked = rows.now - timedelta(days=number)
        facts = {"kind": ExportKind.DOCUMENTS, "format": ExportFormat.CSV, "locale": "fr", "headings": [], "words": {}}
        rows.add(Export, organiser_id=1, asked_at=asked, done_at=asked, rows_done=1, content=b"x", **facts)
    for number in range(300):
        at = rows.now - timedelta(hours=7 * number)
        facts = {"device": "Firefox, Android", "created_at": at, "seen_at": at, "ended_at": at if number else None}
        rows.add(SignIn, organiser_id=1 + number % 3, digest=f"{number:064d}", **facts)


def _message(rows: Rows, run: Run) -> None:
    at = min(run.starts_at - timedelta(days=2), rows.now - timedelta(hours=1))
    words = {"subject": Bilingual("À bientôt", "See you soon"), "text": Bilingual("Bonjour {name}", "Hello {name}")}
    facts = {"audience": Audience.ALL, "created_at": at, "sent_at": at, "organiser_id": 1, **words}
    message_id = rows.add(Message, **facts)
    rows.link(message_editions, message_id=message_id, edition_id=run.id)
    for booking_id, _seats in rows.seats[run.id]:
        sent = {"locale": "fr", "state": RecipientState.SENT, "settled_at": at, "attendee_id": None}
        rows.add(MessageRecipient, message_id=message_id, booking_id=booking_id, **sent)


def _attendance(rows: Rows, run: Run) -> None:
    for _booking_id, seats in rows.seats[run.id]:
        for seat in seats:
            presence = Presence.PRESENT if rows.chance.random() < 0.95 else Presence.ABSENT
            meeting = {"meeting_id": run.id, "at": run.starts_at}  # one a date, made with it
            rows.add(Attendance, attendee_id=seat, presence=presence, **meeting)


def _certificates(rows: Rows, run: Run) -> None:
    for _booking_id, seats in rows.seats[run.id]:
        for seat in seats:
            number = f"ATT-{rows.count('certificate'):05d}"
            content = CertificateContent(
                number=number,
                locale="fr",
                issued_on=rows.now.date(),
                text="{name}",
                name="Ada Exemple",
                title=run.title,
                days=(run.starts_at.date(),),
                minutes=480,
                place="Lausanne",
                trainers=("Ada Exemple",),
                organiser="Atelier du Lac",
                town="Morges",
                contact="contact@example.org",
                accent="#7a1f3d",
            )
            named = {"attendee_id": seat, "edition_id": run.id, "issued_at": rows.now, "replaces_id": None}
            rows.add(Certificate, number=number, content=content.to_json(), **named)
