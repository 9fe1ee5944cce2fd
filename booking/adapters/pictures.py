"""Uploaded pictures: looked at, turned upright, freed of what the camera wrote into them, and made in several sizes."""

from __future__ import annotations

import hashlib
import struct
import warnings
import zlib
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from booking.domain.errors import PictureRefused
from booking.domain.pictures import (
    LOGO_BOX,
    MAX_BYTES,
    MAX_PIXELS,
    SHARE,
    SHARE_WIDTH,
    WIDTHS,
    PreparedPicture,
    fault,
    fault_of_logo,
    widths_for,
)

WEBP_QUALITY: Final = 80
JPEG_QUALITY: Final = 84
UNREADABLE: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error, zlib.error)
SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
LARGEST: Final = WIDTHS[-1]
PAPER: Final = "#ffffff"  # behind what is transparent, where nothing can be
MAIL_GROUND: Final = "#f8f4ea"  # of templates/email/letter.css
MAIL_LOGO_BOX: Final = (416, 96)  # pixels; shown at half of it
MARGIN: Final = 8  # pixels of ground around a logo in a mail
HEAVY: Final = 40_000  # bytes: papers go out with mails
COLOURS: Final = 128  # what a logo needs: a mail stays light


def prepare(body: bytes) -> PreparedPicture:
    """The picture in a file that somebody sent: its kind is told by its content, whatever it is called.

    Raises PictureRefused. Nothing large is decoded before its size is known.
    """
    if len(body) > MAX_BYTES:
        raise PictureRefused("heavy")
    try:
        return _files(_upright(_opened(body)))
    except UNREADABLE as error:
        raise PictureRefused("broken") from error


def prepare_logo(body: bytes) -> tuple[bytes, int, int]:
    """A picture for the head of pages, as WebP without loss, and its width and height. Raises PictureRefused."""
    if len(body) > MAX_BYTES:
        raise PictureRefused("heavy")
    try:
        logo = _upright(_opened(body, fault_of_logo))
        logo.thumbnail(LOGO_BOX, Image.Resampling.LANCZOS)
        return _written(logo, "WEBP", lossless=True, method=6), logo.width, logo.height
    except UNREADABLE as error:
        raise PictureRefused("broken") from error


@lru_cache(2)
def logo_on_paper(logo: bytes) -> bytes:
    """A logo that `prepare_logo` made, on white, for what is printed: PNG, or JPEG where that would be heavy."""
    with Image.open(BytesIO(logo)) as picture:
        drawn = _on(PAPER, picture.convert("RGBA"))
    file = _written(drawn, "PNG", optimize=True)
    return file if len(file) <= HEAVY else _written(drawn, "JPEG", quality=JPEG_QUALITY)


@lru_cache(2)
def logo_in_mail(logo: bytes) -> tuple[bytes, int, int]:
    """A logo that `prepare_logo` made, as a small PNG for mails, and the width and height to show it at: a large one
    has twice the pixels, for fine screens.

    It stands on the ground of our letters and not on nothing: a programme that makes them dark cannot hide it.
    """
    with Image.open(BytesIO(logo)) as picture:
        see_through, drawn = picture.mode == "RGBA", picture.convert("RGBA")
    drawn.thumbnail(MAIL_LOGO_BOX, Image.Resampling.LANCZOS)
    if see_through:
        plate = Image.new("RGBA", (drawn.width + 2 * MARGIN, drawn.height + 2 * MARGIN), MAIL_GROUND)
        plate.alpha_composite(drawn, (MARGIN, MARGIN))
        drawn = plate
    file = BytesIO()
    drawn.convert("RGB").quantize(COLOURS).save(file, "PNG", optimize=True)
    share = min(1, *(most / side / 2 for most, side in zip(MAIL_LOGO_BOX, drawn.size, strict=True)))
    return file.getvalue(), max(1, round(drawn.width * share)), max(1, round(drawn.height * share))


def _on(ground: str, picture: Image.Image) -> Image.Image:
    """`picture` on a plain ground, where it lets through."""
    return Image.alpha_composite(Image.new("RGBA", picture.size, ground), picture).convert("RGB")


def _opened(body: bytes, fault: Callable[[str | None, int, int], str | None] = fault) -> Image.Image:
    try:
        with warnings.catch_warnings():  # Pillow warns of sizes that we look at ourselves
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(body), formats=list(MAX_PIXELS))
    except UnidentifiedImageError:
        raise PictureRefused("kind") from None
    except Image.DecompressionBombError:
        raise PictureRefused("huge") from None
    if reason := fault(picture.format, *picture.size):
        raise PictureRefused(reason)
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """As it was meant to be seen, in the colours of the web and no larger than its largest size; of a moving picture,
    the first."""
    own = picture.info.get("icc_profile")
    see_through = picture.has_transparency_data
    if picture.mode not in ("RGB", "RGBA", "L", "CMYK"):
        picture = picture.convert("RGBA" if see_through else "RGB")
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)  # JPEG is not even decoded in full
    picture = ImageOps.exif_transpose(picture)
    if see_through or not own:
        return picture.convert("RGBA" if see_through else "RGB")
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(own))
        return ImageCms.profileToProfile(picture, profile, SRGB, outputMode="RGB") or picture.convert("RGB")
    except (OSError, ImageCms.PyCMSError):  # no profile at all, or of other colours: they are taken as they are
        return picture.convert("RGB")


def _files(picture: Image.Image) -> PreparedPicture:
    widths = widths_for(picture.width)
    sizes = {width: _scaled(picture, width) for width in widths}
    files = {f"{width}.webp": _written(size, "WEBP", quality=WEBP_QUALITY, method=4) for width, size in sizes.items()}
    shared = _scaled(picture, min(SHARE_WIDTH, picture.width))
    if shared.mode == "RGBA":
        shared = _on(PAPER, shared)
    files[SHARE] = _written(shared, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()[:20]
    return PreparedPicture(digest, *sizes[widths[-1]].size, widths, files)


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    if width == picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _written(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The file, without anything that the camera or a program had written into it."""
    file = BytesIO()
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    bare.save(file, kind, **options)
    return file.getvalue()
