"""Colours that can be read, a logo made anew, the words of the front page."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader
from werkzeug.test import TestResponse

from booking.domain import accent
from booking.persistence.documents import Document
from tests.web.desk.organiser import Desk
from tests.web.inspection import Page
from tests.web.participant import errors_of, value_of

COLOURS, LOGO, FRONT = 0, 1, 2  # the forms of the page
GREEN, YELLOW = "#00553f", "#ffcc00"


def send(desk: Desk, button: str, form: int, **values: object) -> TestResponse:
    prefix = ("colours-", "logo-", "front-")[form]
    return desk.submit(
        desk.get("settings/look"), button, form, **{prefix + name: value for name, value in values.items()}
    )


def stylesheets(page: TestResponse) -> list[str]:
    links = [link.attributes for link in Page.of(page.text).all("link")]
    return [link["href"] for link in links if link.get("rel") == "stylesheet"]


def test_the_house_needs_no_stylesheet_of_its_own(desk: Desk) -> None:
    assert not any("site-theme" in address for address in stylesheets(desk.browser.get("/en/")))


def test_the_site_wears_the_colour_under_an_address_that_is_kept_for_ever(desk: Desk) -> None:
    assert "Saved." in send(desk, "action=save", COLOURS, light=GREEN).text
    [address] = [found for found in stylesheets(desk.browser.get("/en/")) if "site-theme" in found]
    sheet = desk.browser.get(address)
    assert (sheet.mimetype, sheet.cache_control.immutable) == ("text/css", True)
    assert f"--accent:light-dark({GREEN},{accent.theme(GREEN).dark.accent})" in sheet.text
    assert "Set-Cookie" not in sheet.headers
    assert not desk.browser.get("/site-theme/0000.css").cache_control.immutable


def test_mails_and_documents_wear_it_too(desk: Desk) -> None:
    send(desk, "action=save", COLOURS, light=GREEN)
    desk.book(desk.edition())
    desk.run_jobs()
    mails = [path.read_text() for path in (desk.app.extensions["settings"].data_dir / "mail").iterdir()]
    assert mails
    assert all(GREEN in mail and accent.HOUSE.light.accent not in mail for mail in mails)
    with desk.rows() as session:
        assert [paper.content["accent"] for paper in session.query(Document)] == [GREEN]


def test_a_faint_colour_is_refused_and_the_nearest_taken(desk: Desk) -> None:
    page = send(desk, "action=save", COLOURS, light=YELLOW)
    assert errors_of(page) == ["colours-light"]
    nearest = accent.nearest(YELLOW, "light")
    assert f"Take the nearest that can be read: {nearest}" in " ".join(page.text.split())
    assert "Saved." in desk.submit(page, f"action=light:{nearest}", COLOURS).text
    assert any("site-theme" in address for address in stylesheets(desk.browser.get("/en/")))


def test_a_dark_colour_of_ones_own(desk: Desk) -> None:
    page = send(desk, "action=save", COLOURS, light=GREEN, own_dark="y", dark="#222222")
    assert errors_of(page) == ["colours-dark"]
    assert "Saved." in send(desk, "action=save", COLOURS, light=GREEN, own_dark="y", dark="#9be7c4").text
    assert 'value="#9be7c4"' in desk.get("settings/look").text


def test_checking_saves_nothing_and_the_house_comes_back(desk: Desk) -> None:
    page = send(desk, "action=check", COLOURS, light=GREEN)
    assert "Easy to read" in page.text
    assert not any("site-theme" in address for address in stylesheets(page))
    send(desk, "action=save", COLOURS, light=GREEN)
    send(desk, "action=house", COLOURS)
    assert not any("site-theme" in address for address in stylesheets(desk.browser.get("/en/")))


@pytest.mark.parametrize("typed", ["", "red", "url(x)", "#fff"])
def test_what_is_no_colour(desk: Desk, typed: str) -> None:
    assert errors_of(send(desk, "action=save", COLOURS, light=typed)) == ["colours-light"]


def test_a_colour_is_drawn_while_it_is_chosen(desk: Desk) -> None:
    seat = desk.app.test_client()
    desk.person("owner")
    desk.get("settings/look")
    seat = desk.seat
    answer = super(type(seat), seat).open("/en/desk/settings/look/contrast?colours-light=%23ffcc00")
    assert accent.nearest(YELLOW, "light") in answer.text
    assert "Too faint" in answer.text
    assert "<html" not in answer.text
    assert super(type(seat), seat).open("/en/desk/settings/look/contrast?colours-light=red").status_code == 200


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), mode: str = "RGBA") -> BytesIO:
    file = BytesIO()
    image = Image.new(mode, size, "#336699")
    exif = Image.Exif()
    exif[0x010F] = "camera of somebody"
    image.save(file, kind, exif=exif)
    file.seek(0)
    return file


def test_a_logo_is_made_anew_and_stands_at_the_head_of_every_page(desk: Desk) -> None:
    page = send(desk, "action=save", LOGO, logo=(picture(), "my logo.png"))
    assert "Your logo stands at the head" in page.text
    logo = next(image.attributes for image in Page.of(desk.browser.get("/en/").text).all("img"))
    assert (logo["width"], logo["height"], logo["alt"]) == ("576", "192", "")
    file = desk.browser.get(logo["src"])
    assert (file.mimetype, file.cache_control.immutable) == ("image/webp", True)
    assert b"somebody" not in file.data
    assert Image.open(BytesIO(file.data)).size == (576, 192)


def test_papers_are_drawn_with_the_logo_of_today(desk: Desk) -> None:
    slug = desk.edition()
    page = desk.book_and_pay(slug)
    paid = [link.attributes["href"] for link in Page.of(page.text).all("a")]
    receipt = next(address for address in paid if "/documents/REC" in address)

    def pictures() -> list[int]:
        specimen, sheet = (desk.get(f"editions/{slug}/{name}.pdf") for name in ("certificates/specimen", "attendance"))
        papers = (desk.browser.get(receipt), specimen, sheet)
        return [len(PdfReader(BytesIO(paper.data)).pages[0].images) for paper in papers]

    assert pictures() == [0, 0, 0]
    send(desk, "action=save", LOGO, logo=(picture(), "logo.png"))
    assert pictures() == [1, 1, 1]


def test_a_logo_may_carry_the_name_alone(desk: Desk) -> None:
    send(desk, "action=save", LOGO, logo=(picture(), "logo.png"))
    send(desk, "action=save", LOGO, alone="y")
    page = Page.of(desk.browser.get("/en/").text)
    assert page.all("img")[0].attributes["alt"] == "Atelier du Lac"
    assert "wordmark-name" not in desk.browser.get("/en/").text
    send(desk, "action=remove", LOGO)
    assert not Page.of(desk.browser.get("/en/").text).all("img")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (
            BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
            "not a JPEG, PNG or WebP",
        ),
        (BytesIO(b"GIF89a..."), "not a JPEG, PNG or WebP"),
        (BytesIO(picture().getvalue()[:400]), "damaged"),
        (picture(size=(300, 10)), "too small"),
    ],
    ids=["svg", "gif", "cut", "thin"],
)
def test_what_is_no_logo(desk: Desk, file: BytesIO, said: str) -> None:
    page = send(desk, "action=save", LOGO, logo=(file, "logo.png"))
    assert errors_of(page) == ["logo-logo"]
    assert said in page.text
    assert not Page.of(desk.browser.get("/en/").text).all("img")


def test_the_front_page_opens_with_their_words(desk: Desk) -> None:
    page = send(desk, "", FRONT, heading_en="Paint <b>outside</b>", lead_fr="Au bord du lac.")
    assert "Saved." in page.text
    english, french = desk.browser.get("/en/").text, desk.browser.get("/fr/").text
    assert "Paint &lt;b&gt;outside&lt;/b&gt;" in english
    assert '<span lang="fr">Au bord du lac.</span>' in english
    assert "Au bord du lac." in french
    send(desk, "", FRONT, heading_en="", lead_fr="")
    assert "Learning around one table" in desk.browser.get("/en/").text


def test_a_logo_that_is_too_heavy_is_told_so_and_one_of_some_megabytes_is_not(desk: Desk) -> None:
    page = desk.get("settings/look")
    token, shown = (value_of(page, name) or "" for name in ("csrf_token", "front-shown"))
    answers = {}
    for megabytes in (2, 22):
        frame = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        fields = [(b"csrf_token", b"", token.encode()), (b"logo-shown", b"", shown.encode()),
                  (b"logo-logo", b'; filename="x.png"', bytes(megabytes * 1024 * 1024))]  # fmt: skip
        body = b"".join(frame % field for field in fields) + b"--x--\r\n"
        kind = "multipart/form-data; boundary=x"
        answers[megabytes] = desk.seat.post("/en/desk/settings/look/logo", data=body, content_type=kind)
    assert "not a JPEG, PNG or WebP" in answers[2].text
    assert (answers[22].status_code, "larger than 20 MB" in answers[22].text) == (413, True)
