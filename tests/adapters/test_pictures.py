"""What is made of the files that people send: JPEG, PNG and WebP of sane sizes, upright and bare; nothing else."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from booking.adapters.pictures import prepare
from booking.domain.errors import PictureRefused
from booking.domain.pictures import MAX_BYTES, SHARE, widths_for

ORIENTATION, CAMERA, GPS = 0x0112, 0x0110, 0x8825


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), mode: str = "RGB", **options: Any) -> bytes:
    """A file whose left half is red and whose right half is blue."""
    drawn = Image.new(mode, size, "blue")
    drawn.paste("red", (0, 0, size[0] // 2, size[1]))
    file = BytesIO()
    drawn.save(file, kind, **options)
    return file.getvalue()


def opened(body: bytes) -> Image.Image:
    return Image.open(BytesIO(body))


def reason(body: bytes) -> str:
    with pytest.raises(PictureRefused) as caught:
        prepare(body)
    return caught.value.reason


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it is so large, whatever is in it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_is_made_in_every_size_up_to_its_own(kind: str) -> None:
    made = prepare(picture(kind, (1000, 750)))
    assert (made.width, made.height, made.widths) == (1000, 750, (320, 640, 960, 1000))
    sizes = {name: opened(body).size for name, body in made.files.items()}
    assert sizes == {
        "320.webp": (320, 240),
        "640.webp": (640, 480),
        "960.webp": (960, 720),
        "1000.webp": (1000, 750),
        SHARE: (1000, 750),
    }
    assert {opened(body).format for name, body in made.files.items() if name != SHARE} == {"WEBP"}
    assert opened(made.files[SHARE]).format == "JPEG"


ALL = (320, 640, 960, 1280, 1920)


@pytest.mark.parametrize(
    ("width", "widths"), [(200, (200,)), (320, (320,)), (321, (320, 321)), (1920, ALL), (300_000, ALL)]
)
def test_no_size_is_wider_than_the_picture(width: int, widths: tuple[int, ...]) -> None:
    assert widths_for(width) == widths


def test_a_large_picture_is_made_smaller_either_way_up() -> None:
    assert (prepare(picture(size=(6000, 4500))).width, prepare(picture(size=(3000, 6000))).height) == (1920, 1920)


def test_a_camera_held_upright_is_believed_and_what_it_wrote_is_dropped() -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[CAMERA] = 6, "A telephone"
    exif.get_ifd(GPS)[1] = "N"
    body = picture(size=(800, 600), exif=exif)
    assert b"A telephone" in body
    made = prepare(body)
    assert (made.width, made.height) == (600, 800)
    upright = opened(made.files["600.webp"]).convert("RGB")
    top, bottom = upright.getpixel((300, 100)), upright.getpixel((300, 700))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 200, bottom[2] > 200) == (True, True)  # red was left, and is now on top
    assert not any(b"A telephone" in file or opened(file).getexif() for file in made.files.values())
    assert not any("icc_profile" in opened(file).info or "comment" in opened(file).info for file in made.files.values())


def test_equal_pictures_have_equal_digests() -> None:
    assert prepare(picture()).digest == prepare(picture()).digest != prepare(picture(size=(800, 601))).digest


def test_transparency_stays_but_not_for_other_sites() -> None:
    made = prepare(picture("PNG", mode="RGBA"))
    see_through = BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(see_through, "PNG")
    clear = prepare(see_through.getvalue())
    assert opened(made.files["320.webp"]).mode in ("RGB", "RGBA")
    assert opened(clear.files["320.webp"]).convert("RGBA").getpixel((9, 9))[3] == 0  # type: ignore[index]
    assert opened(clear.files[SHARE]).getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1")])
def test_every_way_to_keep_colours_is_read(kind: str, mode: str) -> None:
    file = BytesIO()
    Image.new("RGB", (400, 300), "red").convert(mode).save(file, kind)
    assert prepare(file.getvalue()).width == 400


def test_colours_come_out_of_their_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert prepare(picture(icc_profile=profile)).width == 800
    assert prepare(picture(icc_profile=b"no profile at all")).width == 800


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"GIF89a" + bytes(100),
        b"MZ" + bytes(200),
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(body: bytes) -> None:
    assert reason(body) == "kind"


def test_other_kinds_of_pictures_are_refused() -> None:
    assert {reason(picture(kind)) for kind in ("GIF", "BMP", "TIFF", "PPM")} == {"kind"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [2, 10])
def test_what_is_cut_short_is_refused(kind: str, share: int) -> None:
    body = picture(kind, (1200, 900))
    assert reason(body[: len(body) // share]) in ("broken", "kind")


def test_bombs_are_refused_before_they_are_opened() -> None:
    assert reason(png_of(50_000, 50_000)) == "huge"
    assert reason(png_of(2**31 - 1, 2**31 - 1)) in ("huge", "kind", "broken")
    assert reason(png_of(5001, 5000, zlib.compress(bytes(15_000 * 5001)))) == "huge"


def test_a_picture_that_says_less_than_it_holds_harms_nobody() -> None:
    body = png_of(300, 300, zlib.compress(bytes(50_000_000), 9))
    assert len(body) < 60_000
    assert prepare(body).width == 300


def test_a_bomb_in_a_comment_is_refused() -> None:
    packed = zlib.compress(bytes(100_000_000), 9)
    text = b"zTXt" + b"Comment\0\0" + packed
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    whole = picture("PNG")
    assert reason(whole[:33] + chunk + whole[33:]) in ("broken", "kind")


@pytest.mark.parametrize(("size", "why"), [((199, 800), "small"), ((800, 20), "small"), ((2000, 399), "narrow")])
def test_sizes_that_no_page_can_show_are_refused(size: tuple[int, int], why: str) -> None:
    assert reason(picture("PNG", size)) == why


def test_a_heavy_file_is_refused_unread() -> None:
    assert reason(b"\xff\xd8" + bytes(MAX_BYTES)) == "heavy"


def test_of_a_moving_picture_the_first_is_kept() -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue", "green")]
    file = BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    made = opened(prepare(file.getvalue()).files["300.webp"])
    assert getattr(made, "n_frames", 1) == 1
