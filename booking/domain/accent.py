"""The organiser's colour: whether it is legible in light and dark, the nearest that is, and what else follows from it.

Colours are '#rrggbb'. Contrast is that of WCAG 2; the grounds are those of static/css/00-palette.css.
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from typing import Final, Literal

LEAST: Final = 4.5
Scheme = Literal["light", "dark"]
GROUNDS: Final[dict[Scheme, tuple[str, str]]] = {"light": ("#f8f4ea", "#fffdf7"), "dark": ("#1c1917", "#26221f")}
ON_LIGHT: Final = "#fffaf3"  # the words on a button
STEPS: Final = 200  # of lightness, from black to white
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Shades:
    """What one scheme is drawn with: the accent, itself under the pointer, words on it, and a breath of it."""

    accent: str
    strong: str
    on: str
    wash: str


@dataclass(frozen=True)
class Theme:
    """Both schemes."""

    light: Shades
    dark: Shades


HOUSE: Final = Theme(
    Shades("#7b2a4a", "#5d1c36", ON_LIGHT, "#f4e4e2"), Shades("#eaa7bf", "#f6c6d7", "#2c0f1b", "#3a232b")
)


@dataclass(frozen=True)
class Legibility:
    """Contrasts of a colour in one scheme: as words on the page, and of a button's words on it."""

    on_page: float
    on_button: float

    @property
    def passes(self) -> bool:
        """Whether both are at least 4.5:1."""
        return min(self.on_page, self.on_button) >= LEAST


def parse(text: str) -> str:
    """'#7B2A4A' or '7b2a4a' -> '#7b2a4a'. Raises ValueError for what is no colour."""
    colour = f"#{text.strip().lstrip('#').lower()}"
    if not COLOUR.fullmatch(colour):
        raise ValueError(f"no colour: {text!r}")
    return colour


def contrast(one: str, other: str) -> float:
    """1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def legibility(colour: str, scheme: Scheme) -> Legibility:
    """How `colour` reads as the accent of `scheme`."""
    on_page = min(contrast(colour, ground) for ground in GROUNDS[scheme])
    return Legibility(on_page, contrast(colour, _on(colour, scheme)))


def nearest(colour: str, scheme: Scheme) -> str:
    """The colour of the same hue, darker or lighter by as little as it takes to pass in `scheme`; itself if it does."""
    if legibility(colour, scheme).passes:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    levels = sorted((step / STEPS for step in range(STEPS + 1)), key=lambda level: abs(level - lightness))
    tried = (_hex(colorsys.hls_to_rgb(hue, level, saturation)) for level in levels)
    return next(found for found in tried if legibility(found, scheme).passes)


def theme(light: str, dark: str = "") -> Theme:
    """Everything that follows from an accent that passes in light; without `dark`, that one follows too."""
    dark = dark or nearest(_lightened(light), "dark")
    return Theme(_shades(light, "light"), _shades(dark, "dark"))


def _shades(colour: str, scheme: Scheme) -> Shades:
    strong = _mixed(colour, "#000000" if scheme == "light" else "#ffffff", 0.25)
    return Shades(colour, strong, _on(colour, scheme), _wash(colour, scheme))


def _on(colour: str, scheme: Scheme) -> str:
    """Words on the accent: the house's white, or the accent's own near-black."""
    return ON_LIGHT if scheme == "light" else _mixed(colour, "#000000", 0.85)


def _wash(colour: str, scheme: Scheme) -> str:
    """As much of the accent in the page's ground as still lets the accent be read on it."""
    washes = (_mixed(GROUNDS[scheme][0], colour, part / 100) for part in range(14, 0, -1))
    return next((wash for wash in washes if contrast(wash, colour) >= LEAST), GROUNDS[scheme][1])


def _lightened(colour: str) -> str:
    """Where the search for a dark scheme's accent begins: pale, and not glaring."""
    hue, _lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    return _hex(colorsys.hls_to_rgb(hue, 0.78, min(saturation, 0.7)))


def _mixed(one: str, other: str, part: float) -> str:
    """`one` with `part` (0 to 1) of `other` in it."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    red, green, blue = (mine + (theirs - mine) * part for mine, theirs in pairs)
    return _hex((red, green, blue))


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, part)) * 255):02x}" for part in rgb)
