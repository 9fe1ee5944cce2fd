"""What stands in braces: a fixed list, and values that are never obeyed as Markdown."""

from __future__ import annotations

import pytest

from booking.domain import placeholders
from booking.domain.errors import UnknownPlaceholder

VALUES = {"name": "Ada", "link": "https://example.org/my/x_y"}
LINKS = {"link"}


def test_braces_are_filled_wherever_they_stand() -> None:
    assert placeholders.fill("{name}, { name }!", VALUES) == "Ada, Ada!"


def test_a_value_is_not_searched_for_further_placeholders() -> None:
    assert placeholders.fill("{name}", {"name": "{link}", "link": "secret"}) == "{link}"


@pytest.mark.parametrize("text", ["{nom} and {Name}", "{} {nom}", "{name.__class__}"])
def test_what_is_not_on_the_list_is_refused(text: str) -> None:
    with pytest.raises(UnknownPlaceholder) as refusal:
        placeholders.check(text, VALUES)
    assert refusal.value.names
    assert not {"{name}", "{link}"} & set(refusal.value.names)


@pytest.mark.parametrize("text", ["{name} {link}", "no braces", "a { alone", "{two words}"])
def test_the_rest_is_not(text: str) -> None:
    placeholders.check(text, VALUES)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("*Eve* [x](y)", r"\*Eve\* \[x\]\(y\)"),
        ("Eve\n# Title", r"Eve \# Title"),
        ("<b>O'Hara</b> & Fils", r"\<b\>O\'Hara\<\/b\> \& Fils"),
        ("CHF\u00a0340.00", "CHF\u00a0340\\.00"),
    ],
)
def test_signs_in_a_value_are_no_markdown(value: str, written: str) -> None:
    assert placeholders.fill_markdown("{name}", {"name": value}, LINKS) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("See {link}.", "See <https://example.org/my/x_y>."),
        ("[here]({link})", "[here](https://example.org/my/x_y)"),
        ("[here]( {link} )", "[here]( https://example.org/my/x_y )"),
    ],
)
def test_addresses_of_ours_can_be_followed(text: str, written: str) -> None:
    assert placeholders.fill_markdown(text, VALUES, LINKS) == written


def test_an_address_that_somebody_gave_as_a_name_cannot() -> None:
    assert "<" not in placeholders.fill_markdown("{name}", {"name": "https://example.org"}, LINKS)
