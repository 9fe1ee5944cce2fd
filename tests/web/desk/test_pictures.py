"""Pictures at the desk and on public pages: sent, refused, shown in the size that fits, kept for ever by browsers."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from booking.domain.bilingual import Bilingual
from booking.domain.pictures import MAX_BYTES
from booking.persistence.masterclasses import Trainer
from booking.persistence.pictures import Picture, PictureSize
from tests.factories import make_class, make_edition
from tests.web.client import Browser
from tests.web.desk.buttons import press
from tests.web.desk.organiser import Desk
from tests.web.inspection import Page
from tests.web.participant import errors_of

MEGABYTE = 1024 * 1024
WORDS = {"alt_fr": "Une table mise", "alt_en": "A laid table", "credit": "Ada Exemple"}


def photo(colour: str = "red", size: tuple[int, int] = (1400, 1050), kind: str = "JPEG") -> tuple[BytesIO, str]:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    file.seek(0)
    return file, "photo.exe"  # the name says nothing


@pytest.fixture
def slug(desk: Desk) -> str:
    """A published class with a date."""
    with desk.rows():
        return str(make_edition(make_class(slug="blog")).master_class.slug)


def send(desk: Desk, path: str = "classes/blog/picture", **values: Any) -> Any:
    return desk.submit(desk.get(path), form=0, **{**WORDS, **values})


def kept(desk: Desk) -> tuple[int, int]:
    with desk.rows() as session:
        counted = [session.scalar(select(func.count()).select_from(table)) for table in (Picture, PictureSize)]
    return counted[0], counted[1]


def image(html: str, css: str) -> dict[str, str]:
    return next(one.attributes for one in Page.of(html).all("img") if one.attributes.get("class") == css)


def test_a_picture_is_shown_in_the_size_that_fits_and_with_its_words(desk: Desk, slug: str) -> None:
    assert "The picture is saved." in send(desk, file=photo()).text
    page = desk.browser.get(f"/en/classes/{slug}")
    shown = image(page.text, "class-picture")
    assert (shown["width"], shown["height"], shown["alt"]) == ("1400", "1050", "A laid table")
    assert [part.split()[1] for part in shown["srcset"].split(", ")] == ["320w", "640w", "960w", "1280w", "1400w"]
    assert shown["src"].endswith("/960.webp")
    assert "Picture: Ada Exemple" in page.text
    listed = image(desk.browser.get("/en/").text, "invitation-picture")
    assert (listed["alt"], listed["loading"]) == ("", "lazy")
    shared = next(
        one.attributes["content"]
        for one in Page.of(page.text).all("meta")
        if one.attributes.get("property") == "og:image"
    )
    assert shared.startswith("http://localhost/pictures/")
    assert shared.endswith("/share.jpg")
    course = json.loads(page.text.partition('application/ld+json">')[2].partition("</script>")[0])
    assert course["image"] == shared


def test_its_files_are_kept_for_ever_and_nothing_else_is_there(desk: Desk, slug: str) -> None:
    send(desk, file=photo())
    shown = image(desk.browser.get(f"/fr/classes/{slug}").text, "class-picture")
    answer = desk.browser.get(shown["src"])
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/webp", "public, max-age=31536000, immutable")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(answer.data)).size == (960, 720)
    assert desk.browser.get(shown["src"].replace("960.webp", "share.jpg")).mimetype == "image/jpeg"
    for name in ("961.webp", "share.webp", "x"):
        assert desk.browser.get(shown["src"].replace("960.webp", name)).status_code == 404
    assert desk.browser.get("/pictures/nothing/960.webp").status_code == 404


def test_words_change_without_a_file_and_the_picture_with_one(desk: Desk, slug: str) -> None:
    send(desk, file=photo())
    send(desk, alt_en="A long table")
    page = desk.browser.get(f"/en/classes/{slug}").text
    assert image(page, "class-picture")["alt"] == "A long table"
    send(desk, file=photo("blue"))
    assert (
        image(desk.browser.get(f"/en/classes/{slug}").text, "class-picture")["src"]
        != image(page, "class-picture")["src"]
    )
    assert kept(desk)[0] == 1
    press(desk, desk.get("classes/blog/picture"), "/removal")
    assert "class-picture" not in desk.browser.get(f"/en/classes/{slug}").text
    assert kept(desk) == (0, 0)


def test_a_drawing_named_by_a_file_is_replaced_and_removed(desk: Desk) -> None:
    with desk.rows():
        make_edition(make_class(slug="blog", picture="img/lake.svg", picture_credit="Atelier"))
    assert image(desk.browser.get("/en/classes/blog").text, "class-picture")["src"].endswith("lake.svg")
    send(desk, file=photo())
    assert image(desk.browser.get("/en/classes/blog").text, "class-picture")["src"].endswith(".webp")
    press(desk, desk.get("classes/blog/picture"), "/removal")
    assert "class-picture" not in desk.browser.get("/en/classes/blog").text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ((BytesIO(b"<svg onload='alert(1)'/>"), "x.jpg"), "not a JPEG, PNG or WebP"),
        ((BytesIO(b""), "x.jpg"), "Choose the file of a picture."),
        (None, "Choose the file of a picture."),
        (photo(size=(100, 100)), "too small"),
        ((BytesIO(photo()[0].getvalue()[:9000]), "x.jpg"), "damaged or cut short"),
    ],
    ids=["svg", "empty", "none", "small", "cut"],
)
def test_what_cannot_be_a_picture_is_refused_in_words(desk: Desk, slug: str, file: Any, said: str) -> None:
    page = send(desk, file=file)
    assert (page.status_code, errors_of(page)) == (422, ["file"])
    assert said in page.text
    assert 'value="Une table mise"' in page.text
    assert kept(desk) == (0, 0)


def test_a_picture_is_described_in_each_language_of_the_class(desk: Desk, slug: str) -> None:
    page = send(desk, file=photo(), alt_en=" ")
    assert (page.status_code, errors_of(page)) == (422, ["file", "alt_en"])
    assert "Say in English what is to be seen on it." in page.text
    assert "Choose the file once more" in page.text
    assert 'value="Une table mise"' in page.text
    assert kept(desk) == (0, 0)
    send(desk, file=photo())
    assert errors_of(send(desk, alt_fr="")) == ["alt_fr"]


def test_words_in_one_language_are_enough_for_a_class_in_one(desk: Desk) -> None:
    with desk.rows():
        make_edition(make_class(slug="blog", title=Bilingual("Tenir un blog", "")))
    send(desk, file=photo(), alt_en="")
    shown = image(desk.browser.get("/en/classes/blog").text, "class-picture")
    assert (shown["alt"], shown["lang"]) == ("Une table mise", "fr")


def large(browser: Browser, path: str, size: int, token: str = "") -> Any:
    """Sends a form with a file of that many bytes, written by hand: the client would leave its own in a folder."""
    frame = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    fields = frame % (b"csrf_token", b"", token.encode()), frame % (b"file", b'; filename="x.jpg"', bytes(size))
    body = b"".join(fields) + b"--x--\r\n"
    return browser.post(f"/en/desk/{path}", data=body, content_type="multipart/form-data; boundary=x")


def test_only_these_pages_take_large_files_and_say_when_one_is_too_large(desk: Desk, slug: str) -> None:
    token = dict(Page.of(desk.get("classes/blog/picture").text).forms[-1].fields)["csrf_token"]
    page = large(desk.seat, "classes/blog/picture", 2 * MEGABYTE, token)
    assert (page.status_code, "not a JPEG, PNG or WebP" in page.text) == (422, True)
    page = large(desk.seat, "classes/blog/picture", MAX_BYTES + MEGABYTE, token)
    assert (page.status_code, "larger than 20 MB" in page.text) == (413, True)
    assert large(desk.seat, "classes/new", 2 * MEGABYTE, token).status_code == 413


def test_strangers_and_trainers_may_not_send_large_files_either(desk: Desk, slug: str) -> None:
    for browser in (desk.browser, desk.as_("trainer").seat):
        answer = large(browser, "classes/blog/picture", 2 * MEGABYTE)
        assert answer.status_code == 413
        assert "What is to be seen on it" not in answer.text


def test_trainers_have_portraits(desk: Desk, slug: str) -> None:
    with desk.rows() as session:
        trainer = session.scalars(select(Trainer.slug)).one()
    send(desk, f"trainers/{trainer}/picture", file=photo(size=(800, 1000)))
    portrait = image(desk.browser.get(f"/en/classes/{slug}").text, "trainer-portrait")
    assert (portrait["width"], portrait["height"], portrait["loading"]) == ("800", "1000", "lazy")
    press(desk, desk.get(f"trainers/{trainer}/picture"), "/removal")
    assert "trainer-portrait" not in desk.browser.get(f"/en/classes/{slug}").text
