"""Messages to many, reminders and certificates as their readers get them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from booking.adapters import mail
from booking.adapters.mail import compose
from booking.config import current
from booking.domain.bilingual import Bilingual
from booking.domain.message import Audience, Reach, RecipientState
from booking.domain.payment import LedgerKind, PaymentState
from booking.persistence import ledger
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.certificates import Certificate
from booking.persistence.db import db
from booking.persistence.messages import Message, MessageRecipient
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from tests import factories
from tests.adapters import message_letters as examples
from tests.adapters.test_mail import body, written
from tests.factories import NOW

Payload = dict[str, Any]


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def sent(payload: Payload) -> RecipientState:
    """What became of the recipient when the mail was due."""
    mail.send(payload | {"to": "booker", "key": "mail-1"}, NOW)
    return recipient(payload).state


def recipient(payload: Payload) -> MessageRecipient:
    return db.session.get_one(MessageRecipient, payload["recipient_id"], populate_existing=True)


def is_due(payload: Payload) -> bool:
    return compose.compose(payload | {"to": "booker", "key": "mail-1"}, current(), NOW) is not None


def pdf_text(message: EmailMessage) -> str:
    [part] = [part for part in message.iter_attachments() if part.get_content_type() == "application/pdf"]
    reader = PdfReader(io.BytesIO(part.get_payload(decode=True)))  # type: ignore[arg-type]
    return "\n".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ")


# In the organiser's words


def test_braces_are_filled_with_this_reader_s_facts() -> None:
    payload = examples.message("en", paid=False)
    message = written(payload)
    assert message["Subject"] == "Keeping a blog: the room"
    text = " ".join(body(message, "plain").split())
    for words in ("Hello Bea Muster,", "- your page (http", "Maison du Livre, Rue du Lac 4, 1003 Lausanne", "340.00"):
        assert words in text
    assert "/en/my/" in body(message, "html")


@pytest.mark.parametrize("name", ["*Eve* [x](https://evil.example)", "<script>", "https://evil.example"])
def test_a_name_is_never_obeyed(name: str) -> None:
    payload = examples.message("en", name=name)
    html = body(written(payload), "html")
    assert "<script" not in html
    assert "<em>Eve" not in html
    assert 'href="https://evil.example"' not in html


def test_who_only_attends_gets_no_key_to_the_booking() -> None:
    message = written(examples.message_to_attendee("en"))
    assert message["To"] == "Bea Muster <seat@example.org>"
    for part in ("plain", "html"):
        assert "/my/" not in body(message, part)


def test_a_test_comes_to_the_desk_and_opens_nothing() -> None:
    edition = factories.make_edition()
    person = factories.make_organiser()
    with atomic():
        text = Bilingual(examples.FRENCH, examples.ENGLISH)
        facts = {"subject": Bilingual("Objet", "Subject"), "text": text, "created_at": NOW, "editions": [edition]}
        kept = Message(audience=Audience.ALL, reach=Reach.BOOKERS, **facts)
        db.session.add(kept)
    for locale, subject in (("fr", "Objet"), ("en", "Subject")):
        ids = {"message_id": kept.id, "organiser_id": person.id}
        message = written({"kind": "message_test", "locale": locale, **ids}, "person")
        assert (message["To"], message["Subject"]) == (f"Dora Exemple <{person.email}>", subject)
        assert message["Content-Language"] == locale
        assert "/my/" not in body(message, "html")


@pytest.mark.parametrize("example", [examples.message, examples.reminder, examples.message_to_attendee])
def test_what_left_is_noted(example: Any) -> None:
    payload = example("fr")
    assert sent(payload) is RecipientState.SENT
    assert not is_due(payload), "killed before the row of the outbox was settled, it is not sent again"


def test_who_cancelled_meanwhile_is_skipped() -> None:
    payload = examples.message("fr")
    factories.make_cancellation(db.session.get_one(Booking, payload["booking_id"]))
    assert sent(payload) is RecipientState.SKIPPED


def test_whose_seat_was_given_up_is_skipped() -> None:
    payload = examples.message_to_attendee("fr")
    with atomic():
        db.session.get_one(Attendee, recipient(payload).attendee_id).cancelled_at = NOW
    assert sent(payload) is RecipientState.SKIPPED


def test_who_asked_to_be_forgotten_meanwhile_is_skipped() -> None:
    payload = examples.message("fr")
    with atomic():
        db.session.get_one(Booking, payload["booking_id"]).email = ""
    assert sent(payload) is RecipientState.SKIPPED


# Reminders


def pay(payload: Payload, amount: int) -> None:
    with atomic():
        booking = db.session.get_one(Booking, payload["booking_id"])
        facts = {"channel": booking.channel, "state": PaymentState.PAID, "created_at": NOW, "settled_at": NOW}
        payment = Payment(booking_id=booking.id, amount=amount, **facts)
        db.session.add(payment)
        db.session.flush()
        ledger.enter(booking.id, LedgerKind.PAYMENT, amount, NOW, payment_id=payment.id)


def test_who_paid_meanwhile_is_skipped() -> None:
    payload = examples.reminder("fr")
    pay(payload, 34000)
    assert sent(payload) is RecipientState.SKIPPED


def test_a_reminder_brings_its_bill() -> None:
    message = written(examples.reminder("en"))
    assert "340.00" in message["Subject"]
    assert "340.00" in pdf_text(message)
    assert "was to be paid by Thursday 22 October 2026" in " ".join(body(message, "plain").split())


def test_of_what_is_paid_in_part_only_the_rest_is_asked_for() -> None:
    payload = examples.reminder("en")
    pay(payload, 10000)
    message = written(payload)
    assert "240.00" in message["Subject"]
    text = pdf_text(message)
    assert "240.00" in text
    assert "Already paid" in text


def test_no_bill_over_another_sum_is_attached() -> None:
    message = written(examples.reminder_without_a_bill("en"))
    assert "680.00" in message["Subject"]
    assert not list(message.iter_attachments())
    assert "How to pay" not in body(message, "plain")


def test_a_fee_is_reminded_of_like_an_invoice() -> None:
    message = written(examples.reminder_of_a_fee("en"))
    assert "Fee invoice" in pdf_text(message)
    assert "cancellation fee" in body(message, "plain")


# Certificates


def test_each_certificate_is_attached() -> None:
    message = written(examples.certificates("en"))
    assert len(list(message.iter_attachments())) == 2
    assert message["Subject"].startswith("2 certificates of attendance")


def test_an_attendee_gets_the_own_one_at_the_own_address() -> None:
    message = written(examples.certificate_to_attendee("en"))
    assert message["To"] == "Bea Muster <seat@example.org>"
    assert "Certificate of attendance" in pdf_text(message)
    assert "/my/" not in body(message, "html")


def test_one_that_was_replaced_before_the_mail_left_does_not_go() -> None:
    payload = examples.certificate("en")
    assert is_due(payload)
    seat = db.session.get_one(Attendee, payload["attendee_id"])
    with atomic():
        old = db.session.get_one(Certificate, payload["certificate_ids"][0])
        facts = {"attendee_id": seat.id, "edition_id": old.edition_id, "issued_at": NOW + timedelta(hours=1)}
        db.session.add(Certificate(number="CERT-09999", content=old.content, replaces_id=old.id, **facts))
    assert not is_due(payload)
