"""What the settings show while something is being chosen or written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.test_desk import sign_in
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_colour_is_judged_while_it_is_chosen(visit: Callable[..., Visitor]) -> None:
    person = visit(lang="en")
    sign_in(person)
    person.go("/desk/settings/look")
    person.page.fill("#colours-light", "#ffcc00")
    person.sees("text=Too faint")
    person.look()
    person.press("button:has-text('Take the nearest that can be read')")
    person.sees("text=Saved. The site, its mails and new documents have this colour.")
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    assert "#7b2a4a" not in person.page.evaluate(accent)
    person.press("button:has-text('Back to the first colour')")
    assert "#7b2a4a" in person.page.evaluate(accent)


@pytest.mark.parametrize("js", [True, False], ids=["with scripts", "without"])
def test_a_mail_is_shown_as_it_is_being_written(visit: Callable[..., Visitor], js: bool) -> None:
    person = visit(lang="en", js=js)
    sign_in(person)
    person.go("/desk/settings/letters/confirmed")
    person.page.fill("#opening_en", "Dear {name}, **how nice**.")
    person.page.click("text=Show it in English")
    letter = person.page.frame_locator("iframe[name=sample-en]")
    expect(letter.locator("text=Dear Camille Exemple, how nice.")).to_be_visible(timeout=10_000)
    assert person.value("opening_en") == "Dear {name}, **how nice**."
