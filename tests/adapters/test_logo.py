"""The organiser's logo in mails and on papers; without one, everything is as it was."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from pypdf import PdfReader

from booking.adapters import certificates, mail, pdf, pictures, sheets
from booking.adapters.gateways import current_ports
from booking.adapters.mail import compose, kept, mailbox, preview
from booking.config import current
from booking.domain.actor import ORGANISER
from booking.domain.letters import Words
from booking.persistence import attendance, site
from booking.persistence.site import Logo
from booking.services import settings
from tests.adapters.letters import BOOKER, confirmed, received
from tests.adapters.test_documents import INVOICE
from tests.adapters.test_sheets import BY, content, edition_with
from tests.factories import NOW

NAME = "Atelier du Lac"


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def drawn(alone: bool = False, size: tuple[int, int] = (900, 300), ground: str | None = None) -> Logo:
    """A dark ring, on nothing or on a ground."""
    picture = Image.new("RGBA" if ground is None else "RGB", size, ground or (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((10, 10, size[1] - 10, size[1] - 10), outline="#1c1c1c", width=20)
    file = io.BytesIO()
    picture.save(file, "PNG")
    body, width, height = pictures.prepare_logo(file.getvalue())
    return Logo(body, "image/webp", width, height, alone)


def show(logo: Logo | None) -> None:
    settings.show_logo(logo, settings.fingerprint(site.LOGO), NOW, ORGANISER)


def message(name: str = "confirmed", to: str = "booker") -> EmailMessage:
    written = compose.compose({"to": to, "key": "mail-1"} | BOOKER[name]("en"), current(), NOW)
    assert written
    return message_from_bytes(written.as_bytes(), _class=EmailMessage, policy=default)


def html_of(letter: EmailMessage) -> str:
    return str(letter.get_body(("html",)).get_content())


def images(paper: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(paper)).pages)


class TestMails:
    @pytest.mark.parametrize("to", ["booker", "organiser"])
    def test_it_is_a_part_of_the_message_that_the_html_names(self, to: str) -> None:
        show(drawn())
        letter = message(to=to)
        [part] = [part for part in letter.walk() if part.get_content_type() == "image/png"]
        [tag] = re.findall(r"<img [^>]*>", html_of(letter))
        assert f'src="cid:{part["Content-ID"].strip("<>")}"' in tag
        assert part.get_content_disposition() == "inline"
        assert 'alt=""' in tag, "the name is written beside it"
        assert (Image.open(io.BytesIO(part.get_content())).height, 'height="48"' in tag) == (112, True)
        kinds = [found.get_content_type() for found in letter.iter_attachments()]
        assert "image/png" not in kinds
        assert ("application/pdf" in kinds or "text/calendar" in kinds) == (to == "booker")
        assert letter.get_body(("plain",)).get_content().startswith(NAME)

    def test_without_one_there_is_no_picture(self) -> None:
        letter = message()
        assert "<img" not in html_of(letter)
        assert {part.get_content_type() for part in letter.walk()} & {"image/png", "multipart/related"} == set()

    def test_one_that_says_the_name_has_it_for_those_who_see_no_pictures(self) -> None:
        show(drawn(alone=True))
        head = html_of(message()).partition('class="card"')[0].partition("<body")[2]
        assert f'alt="{NAME}"' in head
        assert head.count(NAME) == 1

    def test_it_can_be_read_on_a_dark_page_and_weighs_little(self) -> None:
        for logo in (drawn(), drawn(ground="#ffffff"), drawn(size=(60, 40)), drawn(size=(3000, 100))):
            body, width, height = pictures.logo_in_mail(logo.body)
            picture = Image.open(io.BytesIO(body))
            assert not picture.has_transparency_data
            assert picture.convert("L").getextrema()[1] > 230, "a light ground"
            assert len(body) < 8_000
            assert width <= 208
            assert height <= 48
        noise = Image.effect_noise((1200, 400), 90).convert("RGB")
        file = io.BytesIO()
        noise.save(file, "JPEG")
        heavy = pictures.prepare_logo(file.getvalue())[0]
        assert len(pictures.logo_in_mail(heavy)[0]) < 32_000
        assert len(pictures.logo_on_paper(heavy)) < 80_000

    def test_the_copy_for_the_desk_keeps_its_words_only(self) -> None:
        show(drawn(alone=True))
        payload = {"to": "booker", "key": "mail-1"} | received("en")
        copy = kept.copy_of(compose.compose(payload, current(), NOW), payload)
        assert b"cid:" not in copy.message
        assert b"<img" not in copy.message
        assert NAME in html_of(message_from_bytes(copy.message, _class=EmailMessage, policy=default))
        assert "logo.png" not in copy.attachments

    def test_the_samples_and_the_demonstration_show_it(self) -> None:
        show(drawn())
        sample = preview.of_kind("paid", "fr", Words(), current_ports().issuer, current(), NOW)
        mail.send({"to": "booker", "key": "mail-1"} | confirmed("en"), NOW)
        [letter] = mailbox.letters(current().data_dir)
        for html in (sample.html, letter.html):
            assert 'src="data:image/png;base64,' in html
            assert "cid:" not in html


class TestPapers:
    def test_it_stands_on_each_of_them_once(self) -> None:
        edition, logo = edition_with("Bea Muster"), drawn()
        seats, marks = attendance.seats(edition.id, NOW), attendance.marks(edition.id)
        for shown, number in ((logo, 1), (None, 0)):
            assert images(pdf.render(INVOICE, shown)) == number
            assert images(certificates.render(content(), shown)) == number
            assert images(sheets.attendance(edition, seats, marks, replace(BY, logo=shown))) == number

    def test_the_issuer_stays_written_beside_a_logo_that_says_it(self) -> None:
        text = PdfReader(io.BytesIO(pdf.render(INVOICE, drawn(alone=True)))).pages[0].extract_text()
        assert text.count(INVOICE.creditor.name) == 3, "at the head, and twice in the payment part"

    def test_the_address_stays_in_the_window_of_the_envelope(self) -> None:
        assert debtor_at(pdf.render(INVOICE, drawn())) == debtor_at(pdf.render(INVOICE))

    def test_the_same_content_and_logo_give_the_same_bytes(self) -> None:
        assert pdf.render(INVOICE, drawn()) == pdf.render(INVOICE, drawn())

    @pytest.mark.parametrize("name", ["confirmed", "reminder", "certificate"])
    def test_mails_bring_papers_with_it(self, name: str) -> None:
        show(drawn())
        papers = [part.get_content() for part in message(name).iter_attachments() if "pdf" in part.get_content_type()]
        assert [images(paper) for paper in papers] == [1]


def debtor_at(paper: bytes) -> tuple[float, float]:
    """Where the recipient's name is first written, in points."""
    places: list[tuple[float, float]] = []

    def look(text: str, page: list[float], line: list[float], *_rest: object) -> None:
        if INVOICE.debtor and INVOICE.debtor.name in text:
            places.append((round(page[4] + line[4], 1), round(page[5] - line[5], 1)))

    PdfReader(io.BytesIO(paper)).pages[0].extract_text(visitor_text=look)
    return places[0]
