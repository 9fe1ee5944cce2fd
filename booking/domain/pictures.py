"""Uploaded pictures as plain values: which sizes are made of one, and what it may be to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WIDTHS: Final = (320, 640, 960, 1280, 1920)  # of the files made of a picture, in pixels; its height is no more either
SHARE: Final = "share.jpg"  # for other sites, which do not all read WebP
SHARE_WIDTH: Final = 1200
MAX_BYTES: Final = 20 * 1024 * 1024  # of the file that is sent
# Pixels before anything is decoded. JPEG is decoded at a fraction of its size; the others need all of it at once.
MAX_PIXELS: Final = {"JPEG": 60_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
MIN_SIDE: Final = 200
MAX_RATIO: Final = 5  # of the longer side to the shorter one
LOGO_BOX: Final = (640, 192)  # what a logo is fitted into: it is shown 48 pixels high, on fine screens four times that
LOGO_SIDE: Final = 24  # the least that can be made out


@dataclass(frozen=True)
class PreparedPicture:
    """Ready to be kept: `width` and `height` of its largest size, `files` by name. Equal digests: equal files."""

    digest: str
    width: int
    height: int
    widths: tuple[int, ...]
    files: dict[str, bytes]


def widths_for(width: int) -> tuple[int, ...]:
    """The widths in which a picture of that width is kept: never wider than it is."""
    return tuple(sorted({*(each for each in WIDTHS if each < width), min(width, WIDTHS[-1])}))


def fault(kind: str | None, width: int, height: int) -> str | None:
    """Why a picture of that kind ('JPEG', 'PNG', 'WEBP') and size is refused: 'kind', 'huge', 'small', 'narrow'."""
    if kind not in MAX_PIXELS:
        return "kind"
    if width * height > MAX_PIXELS[kind]:
        return "huge"
    if min(width, height) < MIN_SIDE:
        return "small"
    return "narrow" if max(width, height) > MAX_RATIO * min(width, height) else None


def fault_of_logo(kind: str | None, width: int, height: int) -> str | None:
    """Why a picture is refused as a logo: 'kind', 'huge', 'tiny'; long ones are welcome."""
    if kind not in MAX_PIXELS:
        return "kind"
    if width * height > MAX_PIXELS[kind]:
        return "huge"
    return "tiny" if min(width, height) < LOGO_SIDE else None
