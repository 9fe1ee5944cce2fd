"""Documents and the QR-bill: the code is read back from the printed page, the text from the PDF."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
import typst
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from booking.adapters import characters, pdf, qr_bill, wording
from booking.domain.documents import DocumentContent, Line, Party
from booking.domain.payment import DocumentKind
from booking.domain.vat import Vat

CREDITOR = Party("Atelier du Grand-Pont", "Rue du Grand-Pont", "12", "1003", "Lausanne", email="bonjour@example.ch")
DEBTOR = Party("Camille Rochat", "Chemin des Vignes", "8b", "1095", "Lutry")
INVOICE = DocumentContent(
    kind=DocumentKind.INVOICE,
    number="2026-0042",
    locale="fr",
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 11),
    creditor=CREDITOR,
    debtor=DEBTOR,
    iban="CH44 3199 9123 0008 8901 2",
    reference="210000000003139471430009017",
    booking_ref="K7PQ-2M",
    title="Écrire la nature : carnet de terrain et récit",
    days=(date(2026, 12, 5),),
    place="Lausanne",
    lines=(Line("Place\nCamille Rochat", 1, 123450, 123450),),
    total=123450,
    note=("Le paiement confirme l’inscription.",),
)
FEE = replace(
    INVOICE,
    kind=DocumentKind.FEE_INVOICE,
    number="F-2026-0003",
    locale="en",
    iban="CH93 0076 2011 6238 5295 7",
    reference="RF18539007547034",
    cites="2026-0042",
)
CREDIT_NOTE = replace(INVOICE, kind=DocumentKind.CREDIT_NOTE, iban=None, reference=None, cites="2026-0041")
RECEIPT = replace(INVOICE, kind=DocumentKind.RECEIPT, iban=None, reference=None, paid=123450)


def text_of(content: DocumentContent) -> str:
    pages = PdfReader(io.BytesIO(pdf.render(content))).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


def pictures(content: DocumentContent) -> list[Image.Image]:
    pages = pdf.typeset(content, format="png", ppi=150)
    return [Image.open(io.BytesIO(page)) for page in (pages if isinstance(pages, list) else [pages])]


def code_on(page: Image.Image) -> Any:
    (code,) = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    return code


def test_payload_holds_the_fields_in_the_order_of_the_guidelines() -> None:
    creditor = ["S", "Atelier du Grand-Pont", "Rue du Grand-Pont", "12", "1003", "Lausanne", "CH"]
    debtor = ["S", "Camille Rochat", "Chemin des Vignes", "8b", "1095", "Lutry", "CH"]
    expected = [
        *("SPC", "0200", "1", "CH4431999123000889012"),
        *creditor,
        *[""] * 7,  # the ultimate creditor, reserved
        *("1234.50", "CHF"),
        *debtor,
        *("QRR", "210000000003139471430009017", "2026-0042, K7PQ-2M", "EPD"),
    ]
    assert qr_bill.payload(INVOICE).split("\r\n") == expected


def test_an_ordinary_iban_takes_a_creditor_reference() -> None:
    lines = qr_bill.payload(FEE).split("\r\n")
    assert lines[3] == "CH9300762011623852957"
    assert lines[27:29] == ["SCOR", "RF18539007547034"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(replace(INVOICE, iban=FEE.iban), id="QRR on an ordinary IBAN"),
        pytest.param(replace(INVOICE, reference=FEE.reference), id="SCOR on a QR-IBAN"),
        pytest.param(replace(INVOICE, reference="210000000003139471430009018"), id="a wrong check digit"),
    ],
)
def test_a_reference_that_does_not_suit_the_account_is_refused(content: DocumentContent) -> None:
    with pytest.raises(ValueError, match=r"reference"):
        qr_bill.payload(content)


def test_only_what_is_still_due_is_asked_for() -> None:
    content = replace(INVOICE, paid=100000)
    assert qr_bill.payload(content).split("\r\n")[18] == "234.50"
    assert "234.50" in text_of(content)
    assert not replace(INVOICE, paid=123450).asks_for_transfer


@pytest.mark.parametrize(
    "debtor",
    [None, replace(DEBTOR, town=""), replace(DEBTOR, postcode=" "), replace(DEBTOR, country="ZZ")],
    ids=["none", "no town", "no postcode", "no country known"],
)
def test_without_a_full_address_the_debtor_is_left_blank(debtor: Party | None) -> None:
    content = replace(INVOICE, debtor=debtor)
    assert qr_bill.payload(content).split("\r\n")[20:27] == [""] * 7
    assert "(nom/adresse)" in text_of(content)


def test_fields_are_cut_to_their_limits() -> None:
    long = Party("N" * 300, "S" * 300, "1" * 300, "9" * 300, "T" * 300, "CH")
    fields = qr_bill.payload(replace(INVOICE, debtor=long)).split("\r\n")[21:26]
    assert [len(field) for field in fields] == [70, 70, 16, 16, 35]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("L’Atelier – d’été…", "L'Atelier - d'été..."),
        ("E\u0301lise 🎨\u200d Œuvre", "Élise Œuvre"),
        ("Ștefan\u00a0Ţepeş\n€", "Ștefan Ţepeş €"),
        ("Мария Ωμέγα", "Mariia Omega"),
    ],
)
def test_characters_outside_the_permitted_set_are_spelled_in_it(typed: str, printed: str) -> None:
    assert characters.on_qr_bill(typed) == printed


@pytest.mark.parametrize("content", [INVOICE, FEE, replace(INVOICE, debtor=None)], ids=["QRR", "SCOR", "no debtor"])
def test_the_code_on_the_page_is_the_payload_and_stands_where_it_must(content: DocumentContent) -> None:
    page = pictures(content)[-1]
    code = code_on(page)
    assert code.text == qr_bill.payload(content)
    millimetre = page.width / 210
    corner, opposite = code.position.top_left, code.position.bottom_right
    assert corner.x / millimetre == pytest.approx(67, abs=0.5)
    assert corner.y / millimetre == pytest.approx(297 - 105 + 17, abs=0.5)
    assert (opposite.x - corner.x) / millimetre == pytest.approx(46, abs=0.7)


def test_the_code_for_the_screen_stands_on_white_and_has_no_style() -> None:
    svg = qr_bill.screen_svg(INVOICE, 'Code "QR"')
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == 'Code "QR"'
    assert "style" not in svg
    picture = _drawn(svg)
    assert code_on(picture).text == qr_bill.payload(INVOICE)
    assert picture.getpixel((2, 2)) == (255, 255, 255)


def _drawn(svg: str) -> Image.Image:
    source = (
        b"#set page(width: 56mm, height: 56mm, margin: 0mm, fill: black)\n#image(bytes(sys.inputs.svg), width: 56mm)"
    )
    return Image.open(io.BytesIO(typst.compile(source, format="png", ppi=200, sys_inputs={"svg": svg}))).convert("RGB")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (INVOICE, ("Facture 2026-0042", "Section paiement", "Récépissé", "mercredi 11 novembre 2026")),
        (INVOICE, ("dimanche 1er novembre 2026", "CHF 1’234.50", "21 00000 00003 13947 14300 09017")),
        (FEE, ("Fee invoice F-2026-0003", "Payment part", "RF18 5390 0754 7034", "Sunday 1 November 2026")),
        (CREDIT_NOTE, ("Note de crédit", "Corrige", "2026-0041", "Total crédité")),
        (RECEIPT, ("Reçu", "Montant reçu", "CHF 1’234.50")),
        (replace(RECEIPT, locale="en", debtor=replace(DEBTOR, country="FR")), ("Amount received", "France")),
    ],
)
def test_the_text_can_be_read(content: DocumentContent, words: tuple[str, ...]) -> None:
    text = text_of(content)
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("content", [CREDIT_NOTE, RECEIPT, replace(INVOICE, paid=123450)])
def test_nothing_asks_to_pay_what_is_not_owed(content: DocumentContent) -> None:
    assert "Section paiement" not in text_of(content)


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_tax_is_named_only_where_it_is_charged(locale: str) -> None:
    creditor = replace(CREDITOR, vat_number="CHE-123.456.789")
    plain = replace(INVOICE, locale=locale, creditor=creditor)
    assert not any(word in text_of(plain) for word in ("TVA", "VAT", "CHE-"))
    taxed = text_of(replace(plain, vat=Vat(810, 9250)))
    wanted = {"fr": ("dont TVA 8,1 %", "N° TVA CHE-"), "en": ("including VAT at 8.1%", "VAT no. CHE-")}[locale]
    assert all(word in taxed for word in (*wanted, "CHF 92.50", "CHF 1’142.00"))


def test_the_bill_is_made_out_to_the_holder_of_the_account() -> None:
    content = replace(INVOICE, account_holder="Grand-Pont Formation Sàrl")
    assert "Grand-Pont Formation Sàrl" in qr_bill.payload(content)
    assert "Atelier du Grand-Pont" not in qr_bill.payload(content)
    assert all(name in text_of(content) for name in ("Atelier du Grand-Pont", "Grand-Pont Formation Sàrl"))


def test_the_colour_is_that_of_the_day_of_issue() -> None:
    assert pdf.render(INVOICE) != pdf.render(replace(INVOICE, accent="#00553f"))
    old = {key: value for key, value in INVOICE.to_json().items() if key not in ("accent", "account_holder")}
    assert pdf.render(DocumentContent.from_json(old)) == pdf.render(INVOICE)


def test_a_pdf_for_the_archive_and_for_screen_readers_always_the_same() -> None:
    data = pdf.render(INVOICE)
    assert data == pdf.render(INVOICE)
    reader = PdfReader(io.BytesIO(data))
    assert reader.root_object["/Lang"] == "fr-CH"
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Facture 2026-0042"
    xmp = reader.root_object["/Metadata"].get_data()
    assert b"pdfaid:part>2<" in xmp
    assert b"pdfuaid:part>1<" in xmp
    assert {"LiberationSans", "LiberationSans-Bold"} <= fonts_of(reader)


def fonts_of(reader: PdfReader) -> set[str]:
    fonts = [font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    return {font.partition("+")[2] for font in fonts}


@pytest.mark.parametrize(
    "hostile",
    [
        '#import "/etc/passwd"',
        "#read(\"payment.typ\") $x^2$ *b* _i_ `c` @label <script>alert('x')</script> \\ // /* %(rate)s {0}",
        "🎨🧘🏽‍♀️ 日本 \x00\x07\ufffe\U0010ffff \u202e\ud7ff مرحبا",
        "W" * 300,
        "Ww-" * 100,
        "\n" * 20,
    ],
)
def test_hostile_text_is_only_text(hostile: str) -> None:
    party = Party(hostile, hostile, hostile, hostile, hostile, "CH", (hostile,), hostile, hostile, hostile)
    content = replace(
        INVOICE,
        creditor=replace(CREDITOR, email=hostile, extra=(hostile,)),
        debtor=party,
        title=hostile,
        place=hostile,
        note=(hostile,),
        lines=(Line(hostile, 2, 1, 2),),
    )
    assert pdf.render(content).startswith(b"%PDF")
    assert code_on(pictures(content)[-1]).text == qr_bill.payload(content)
    if hostile.isascii() and hostile.isprintable() and " " in hostile:
        assert hostile.split()[0] in text_of(content)


def test_every_character_that_may_be_printed_has_a_shape() -> None:
    drawable = "".join(one for one in map(chr, range(0x2FFF)) if characters.on_paper(one) == one)
    assert len(drawable) > 500
    assert pdf.render(replace(INVOICE, title=drawable, note=(drawable,))).startswith(b"%PDF")


def test_many_lines_leave_the_payment_part_at_the_foot_of_the_last_page() -> None:
    lines = tuple(Line(f"Place {n}\nCamille Rochat", 1, 34000, 34000) for n in range(40))
    content = replace(INVOICE, lines=lines, total=40 * 34000)
    *others, last = pictures(content)
    assert len(others) >= 2
    assert code_on(last).position.top_left.y / last.height == pytest.approx((297 - 88) / 297, abs=0.003)
    assert not any(zxingcpp.read_barcodes(page) for page in others)
    assert "Page 3/3" in text_of(content)


def test_eight_threads_print_at_once() -> None:
    contents = [replace(INVOICE, number=f"2026-{n:04d}") for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        printed = list(pool.map(pdf.render, contents))
    assert printed == [pdf.render(content) for content in contents]


@pytest.mark.parametrize("content", [INVOICE, FEE, replace(RECEIPT, debtor=None, due_on=None, vat=Vat(810, 9250))])
def test_content_survives_the_database(content: DocumentContent) -> None:
    assert DocumentContent.from_json(json.loads(json.dumps(content.to_json()))) == content


def test_sums_and_days_as_printed() -> None:
    assert wording.chf(123450) == "CHF\u00a01’234.50"
    assert wording.chf(-5) == "CHF\u00a0−0.05"
    assert wording.full_date(date(2011, 12, 3), "fr") == "samedi 3 décembre 2011"
    assert wording.full_date(date(2011, 3, 1), "fr") == "mardi 1er mars 2011"
    assert wording.full_date(date(2011, 12, 3), "en") == "Saturday 3 December 2011"
