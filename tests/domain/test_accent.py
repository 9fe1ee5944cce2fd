"""A colour is taken when it can be read in light and dark; else the nearest that can is known."""

from __future__ import annotations

import re

import pytest

from booking.domain import accent
from booking.domain.accent import GROUNDS, HOUSE, LEAST, Scheme, Shades
from tests.sources import ROOT

COLOURS = ["#7b2a4a", "#e30613", "#ffcc00", "#00aa55", "#1d4ed8", "#888888", "#000000", "#ffffff", "#ff00ff", "#40e0d0"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def test_contrast_is_that_of_wcag() -> None:
    assert accent.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert accent.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert accent.contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_house_colours_pass_and_are_those_of_the_stylesheet(scheme: Scheme) -> None:
    shades: Shades = getattr(HOUSE, scheme)
    assert accent.legibility(shades.accent, scheme).passes
    palette = (ROOT / "booking/static/css/00-palette.css").read_text()
    names = {"accent": shades.accent, "accent-strong": shades.strong, "on-accent": shades.on}
    grounds = {"accent-wash": shades.wash, "paper": GROUNDS[scheme][0], "raised": GROUNDS[scheme][1]}
    for name, value in (names | grounds).items():
        pair = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", palette)
        assert pair
        assert pair[SCHEMES.index(scheme) + 1] == value, name


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_nearest_colour_passes_and_one_that_passes_stays(colour: str, scheme: Scheme) -> None:
    found = accent.nearest(colour, scheme)
    assert accent.legibility(found, scheme).passes
    assert accent.nearest(found, scheme) == found


def test_yellow_is_refused_in_light_and_stays_yellow_when_it_is_darkened() -> None:
    assert not accent.legibility("#ffcc00", "light").passes
    red, green, blue = (int(accent.nearest("#ffcc00", "light")[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue == 0


@pytest.mark.parametrize("colour", COLOURS)
def test_everything_that_follows_can_be_read(colour: str) -> None:
    theme = accent.theme(accent.nearest(colour, "light"))
    for scheme in SCHEMES:
        shades: Shades = getattr(theme, scheme)
        for ground in (*GROUNDS[scheme], shades.wash, shades.on):
            assert accent.contrast(shades.accent, ground) >= LEAST
        for ground in (*GROUNDS[scheme], shades.wash, shades.on):
            assert accent.contrast(shades.strong, ground) >= LEAST


@pytest.mark.parametrize(("typed", "colour"), [("#7B2A4A", "#7b2a4a"), (" 7b2a4a ", "#7b2a4a")])
def test_a_colour_is_read(typed: str, colour: str) -> None:
    assert accent.parse(typed) == colour


@pytest.mark.parametrize("typed", ["", "red", "#12345", "#1234567", "#12345g", "url(x)"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        accent.parse(typed)
