"""Letters: every one in every language, safe whatever was typed, and handed over at least once."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from booking.adapters import mail
from booking.adapters.mail import compose, transport
from booking.adapters.mail.headers import POLICY
from booking.config import OrganiserIdentity, current
from booking.domain.booking import BookingState
from booking.domain.money import plain
from booking.persistence import letters, outbox, site
from booking.persistence.db import db
from booking.persistence.outbox import OutboxJob
from booking.persistence.transaction import atomic
from booking.services.outbox import JobFailed, drain
from tests import factories
from tests.adapters.letters import BOOKER, ORGANISER, confirmed, received
from tests.factories import NOW

HOSTILE = "Eve\r\nBcc: all@example.org\x00 <script>alert(1)</script> O'Hara & Fils"
EXAMPLES = [
    pytest.param("booker", name, locale, id=f"{name}-{locale}") for name in BOOKER for locale in ("fr", "en")
] + [pytest.param("organiser", name, "en", id=f"organiser-{name}") for name in ORGANISER]


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def written(payload: dict[str, Any], to: str = "booker", key: str = "mail-1") -> EmailMessage:
    """The message as its reader's program parses it."""
    message = compose.compose({"to": to, "key": key} | payload, current(), NOW)
    return message_from_bytes(message.as_bytes(), _class=EmailMessage, policy=default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def attached(message: EmailMessage) -> list[str]:
    return [str(part.get_content_type()) for part in message.iter_attachments()]


class Page(HTMLParser):
    """Tags with their attributes, and the text outside the stylesheet."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize(("to", "name", "locale"), EXAMPLES)
def test_every_letter_is_whole(to: str, name: str, locale: str):
    message = written((ORGANISER if to == "organiser" else BOOKER)[name](locale), to)
    text, html = body(message, "plain"), body(message, "html")
    lang = "fr" if to == "organiser" else locale
    page = Page(html)
    assert message["Content-Language"] == page.all("html")[0]["lang"] == lang
    assert len(page.all("h1")) == 1
    assert "\n" not in message["Subject"]
    assert message["Subject"].strip()
    for part in (text, html):
        assert not re.search(r"%\(\w+\)|\{\{|\{%|\bNone\b|Undefined", part)
    for link in page.all("a"):
        assert re.match(r"(https?://|mailto:|tel:)", link["href"] or ""), link
    assert not page.all("script") + page.all("link")
    assert "prefers-color-scheme" in html
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= compose.WIDTH
    assert "Rue de la Gare 12, 1110 Morges" in text


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_text_and_html_tell_the_same(locale: str):
    """Every sum of the HTML stands in the text too."""
    for name, write in BOOKER.items():
        message = written(write(locale))
        sums = [set(re.findall(r"CHF\s[\d’]+\.\d\d", unescape(body(message, kind)))) for kind in ("html", "plain")]
        assert sums[0] == sums[1], name


def test_headers():
    message = written(received("fr"))
    organiser = site.current().organiser
    assert message["From"] == message["Reply-To"] == f"{organiser.name} <{organiser.email}>"
    assert message["To"] == "Bea Muster <bea@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[0-9a-f]{32}@localhost>", message["Message-ID"])
    assert message["Message-ID"] == written(confirmed("en"))["Message-ID"], "it depends on the row's key alone"


def test_no_blank_of_a_subject_is_lost():
    """Lines break at every place in turn; a reader joins the encoded words."""
    for filling in range(60):
        subject = f"Inscription confirmée – {'x' * filling} Participante, Écrire pour être lu en ligne, 12 décembre"
        message = EmailMessage(policy=POLICY)
        message["Subject"] = subject
        source = message.as_bytes()
        assert max(map(len, source.split(b"\r\n"))) <= 78
        assert message_from_bytes(source, policy=default)["Subject"] == subject


def test_the_received_letter_brings_the_bill():
    message = written(received("en"))
    assert attached(message) == ["application/pdf"]
    text = body(message, "plain")
    for fact in ("CHF\u00a0340.00", "CH44 3199 9123 0008 8901 2", "21 00000 00003 13947 14300 09017", "20 November"):
        assert fact in text


def test_the_confirmation_brings_receipt_and_calendar():
    message = written(confirmed("en"))
    assert attached(message) == ["application/pdf", "text/calendar"]
    calendar = list(message.iter_attachments())[-1]
    assert calendar.get_param("method") == "PUBLISH"
    assert b"STATUS:CONFIRMED" in (calendar.get_payload(decode=True) or b"")


def test_a_cancellation_takes_the_entry_out_of_the_calendar_and_brings_its_papers():
    message = written(BOOKER["cancelled-with-a-bill"]("en"))
    assert attached(message) == ["application/pdf", "application/pdf", "text/calendar"]
    assert b"STATUS:CANCELLED" in (list(message.iter_attachments())[-1].get_payload(decode=True) or b"")


def test_a_cancellation_in_part_leaves_the_calendar_alone():
    message = written(BOOKER["cancelled-in-part"]("en"))
    assert attached(message) == ["application/pdf"]
    assert "2 seats stay booked: Carl Muster, Dora Muster." in body(message, "plain")


@pytest.mark.parametrize("percent_and_sums", [("30", 10200, 23800), ("50", 17000, 17000), ("80", 27200, 6800)])
def test_fee_and_refund_are_named(percent_and_sums: tuple[str, int, int]):
    percent, fee, refund = percent_and_sums
    booking = factories.make_booking(state=BookingState.CONFIRMED, locale="en")
    row = factories.make_cancellation(booking, percent=percent, fee=fee, refund=refund, channel="transfer")
    text = body(written({"kind": "cancelled", "booking_id": booking.id, "cancellation_id": row.id}), "plain")
    assert f"Cancellation fee ({percent}%): CHF\u00a0{plain(fee)}" in text
    assert f"Paid back: CHF\u00a0{plain(refund)}" in text


def test_a_free_evening_has_no_word_of_money():
    text = body(written(BOOKER["confirmed-for-free"]("en")), "plain")
    assert "CHF" not in text
    assert "cancel" not in text
    assert "https://meet.example.org/abc" in text


def test_the_online_address_is_not_in_the_letter_of_a_hold():
    edition = factories.make_edition(online_url="https://meet.example.org/abc")
    booking = factories.make_booking(edition)
    factories.make_document(booking, factories.DocumentKind.INVOICE, 34000)
    assert "meet.example.org" not in written({"kind": "received", "booking_id": booking.id}).as_string()


def test_the_organisers_copy_answers_the_booker_and_brings_nothing():
    message = written(ORGANISER["confirmed"]("en"), "organiser")
    assert message["To"].addresses[0].addr_spec == site.current().organiser.email
    assert message["Reply-To"] == "Bea Muster <bea@example.org>"
    assert attached(message) == []
    assert "/my/" not in message.as_string(), "the participant's key is the participant's"


def test_the_organisers_copy_of_a_booking_without_an_address_leaves_all_the_same():
    booking = factories.make_booking(state=BookingState.CONFIRMED, email="")
    message = written({"kind": "confirmed", "booking_id": booking.id}, "organiser")
    assert message["To"].addresses[0].addr_spec == site.current().organiser.email
    assert message["Reply-To"] is None


@pytest.mark.parametrize(("to", "name"), [("booker", "confirmed"), ("organiser", "confirmed")])
def test_a_hostile_name_stays_a_name(to: str, name: str):
    booking = factories.make_booking(state=BookingState.CONFIRMED, names=[HOSTILE], name=HOSTILE)
    message = written({"kind": name, "booking_id": booking.id}, to)
    assert message["Bcc"] is None
    assert message.defects == []
    html, text = body(message, "html"), body(message, "plain")
    assert not Page(html).all("script")
    assert "<script>" in text
    assert "O'Hara & Fils" in text, "plain text is not escaped"


def test_an_organisers_name_with_signs_is_quoted(make_app: Callable[..., Flask]):
    identity = OrganiserIdentity(name='Müller, "Fils" & Cie')
    with make_app(initial_organiser=identity).app_context():
        message = written(received("fr"))
    assert message["From"].addresses[0].display_name == identity.name


def test_an_address_that_is_none_is_refused():
    booking = factories.make_booking(state=BookingState.EXPIRED, email="nobody")
    with pytest.raises(ValueError, match=r"."):
        written({"kind": "expired", "booking_id": booking.id})


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no letter of kind 'advertising'"):
        written({"kind": "advertising", "booking_id": 1})


# --- the way out


class Server:
    """An SMTP server that keeps what it is given, or answers `reply` instead."""

    def __init__(self, reply: str = "") -> None:
        self.reply, self.kept = reply, list[EmailMessage]()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if not self.reply:
            self.kept.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
        return self.reply or "250 kept"


@pytest.fixture
def smtp() -> Iterator[tuple[Server, str]]:
    server = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, f"smtp://127.0.0.1:{port}"
    controller.stop()


def post_confirmation() -> None:
    booking = factories.make_booking(state=BookingState.CONFIRMED)
    with atomic():
        letters.to_booker("confirmed", booking.id, NOW)


def run(after: timedelta = timedelta()) -> int:
    return drain({"mail": mail.send}, lambda: NOW + after)


def test_a_failing_server_is_tried_again_until_it_recovers(smtp: tuple[Server, str], make_app: Callable[..., Flask]):
    server, url = smtp
    server.reply = "451 try later"
    with make_app(smtp_url=url).app_context():
        post_confirmation()
        run()
        job = db.session.query(OutboxJob).one()
        assert (job.error, job.done_at) == ("the mail server answered 451", None)
        server.reply = ""
        assert run(timedelta(seconds=1)) == 0
        assert run(timedelta(seconds=2)) == 1
        assert len(server.kept) == 1
        assert server.kept[0]["Subject"].startswith(("Inscription", "Confirmed"))


def test_a_server_that_never_recovers_is_seen(make_app: Callable[..., Flask]):
    with make_app(smtp_url="smtp://127.0.0.1:9").app_context():
        post_confirmation()
        for hour in range(8):
            run(timedelta(hours=hour))
        assert [job.error for job in outbox.undelivered()] == ["the mail server cannot be used: ConnectionRefusedError"]


def test_a_refused_recipient_is_stored_without_the_address(smtp: tuple[Server, str], make_app: Callable[..., Flask]):
    server, url = smtp

    async def refuse(_server: Any, _session: Any, _envelope: Any, address: str, _options: Any) -> str:
        return f"550 {address} unknown"

    server.handle_RCPT = refuse  # type: ignore[attr-defined]
    with make_app(smtp_url=url).app_context():
        with pytest.raises(JobFailed) as failure:
            transport.of(current()).deliver(written(confirmed("fr")))
        assert str(failure.value) == "the mail server refused the recipient: 550"


def test_killed_between_the_servers_250_and_settling_the_same_letter_goes_twice(
    smtp: tuple[Server, str], make_app: Callable[..., Flask]
):
    server, url = smtp
    with make_app(smtp_url=url).app_context():
        post_confirmation()
        with atomic():
            job = outbox.claim(NOW)
        assert job
        mail.send({**job.payload, "key": job.key}, NOW)  # and here the worker dies
        run(outbox.LEASE + timedelta(seconds=1))
        first, second = server.kept
        assert first["Message-ID"] == second["Message-ID"]


def test_a_rolled_back_booking_sends_nothing(app: Flask):
    booking = factories.make_booking(state=BookingState.CONFIRMED)

    def post_and_fail() -> None:
        with atomic():
            letters.to_booker("confirmed", booking.id, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        post_and_fail()
    assert run() == 0
    assert not (current().data_dir / "mail").exists()


def test_without_a_server_letters_are_files_and_a_repetition_is_no_second_one():
    payload = {"to": "booker", "key": "mail-1"} | confirmed("fr")
    for minute in range(2):
        mail.send(payload, NOW + timedelta(minutes=minute))
    folder = transport.Folder(current().data_dir / "mail")
    (file,) = folder.path.iterdir()
    assert re.fullmatch(r"20261101T090000-[0-9a-f]{32}\.eml", file.name)
    assert message_from_bytes(file.read_bytes(), policy=default)["To"] == "Bea Muster <bea@example.org>"


def test_a_half_written_file_is_never_a_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    message = compose.compose({"to": "booker", "key": "k"} | confirmed("fr"), current(), NOW)

    def fail(*_arguments: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        transport.Folder(tmp_path / "mail").deliver(message)
    assert list((tmp_path / "mail").iterdir()) == []


def test_both_ways_can_be_tried_without_sending(smtp: tuple[Server, str], tmp_path: Path):
    server, url = smtp
    transport.Server(url).check()
    transport.Folder(tmp_path / "mail").check()
    assert server.kept == list((tmp_path / "mail").iterdir()) == []


def test_lines_of_plain_text_are_folded_under_their_indent():
    assert compose.plain("\n  - " + "word " * 20).splitlines()[1].startswith("    word")
    assert compose.plain("a\n\n\n\nb\n-- \nme") == "a\n\nb\n-- \nme\n"
