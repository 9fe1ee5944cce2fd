"""A site in one language asks for no words in another, and keeps those that it once had."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from booking.domain.bilingual import Bilingual
from booking.domain.publication import Publication
from booking.persistence.masterclasses import MasterClass, Question, Topic
from booking.persistence.messages import Message
from booking.persistence.policies import PolicyTemplate
from tests.factories import make_class, make_edition
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of, value_of

pytestmark = pytest.mark.parametrize(("own", "other"), [("fr", "en"), ("en", "fr")])


def one(written: str) -> Bilingual:
    """Words in that language alone."""
    return Bilingual(**{written: "Mots"})


def speaks(desk: Desk, own: str) -> None:
    """From now on the site speaks that language alone; somebody is at the desk already."""
    assert desk.seat
    settings = desk.app.extensions["settings"]
    desk.app.extensions["settings"] = replace(settings, languages=(own,))


def test_a_class_is_published_and_complete_in_the_language_of_the_site(desk: Desk, own: str, other: str) -> None:
    speaks(desk, own)
    texts = {"title": one(own), "summary": one(own), "bring": one(own)}
    with desk.rows():
        make_edition(make_class(slug="blog", state=Publication.DRAFT, **texts))
    page = desk.get("classes/blog", own)
    assert f"edit#summary_{other}" not in page.text

    desk.submit(desk.get("classes/blog/state/published", own))
    with desk.rows() as session:
        assert session.scalars(select(MasterClass)).one().state is Publication.PUBLISHED
    assert "/classes/blog" not in desk.get("", own).text, "nothing is said to lack"


def test_forms_ask_for_its_words_only(desk: Desk, own: str, other: str) -> None:
    with desk.rows():
        make_class(slug="blog")
    speaks(desk, own)
    desk.submit(desk.get("topics/new", own), **{f"title_{own}": "Artisanat"})
    desk.submit(desk.get("policies/new", own), "action=save", **{f"title_{own}": "Usuel"})
    answers = {f"choices-0-{own}": "Oui", f"choices-1-{own}": "Non"}
    desk.submit(desk.get("classes/blog/questions/new", own), **{f"label_{own}": "Quoi", "kind": "choice"}, **answers)
    with desk.rows() as session:
        assert session.scalars(select(Topic)).one().title == Bilingual(**{own: "Artisanat"})
        assert Bilingual(**{own: "Usuel"}) in [row.title for row in session.scalars(select(PolicyTemplate))]
        question = session.scalars(select(Question)).one()
        assert [(row[own], row[other]) for row in question.choices] == [("Oui", ""), ("Non", "")]


@pytest.mark.parametrize(
    "path",
    [
        "topics/new", "policies/new", "classes/new", "classes/blog/edit", "classes/blog/picture", "venues/new",
        "classes/blog/questions/new", "settings/texts/terms", "settings/letters/confirmed", "settings/look",
        "trainers/new", "certificate-text",
    ],
)  # fmt: skip
def test_no_field_is_in_the_other_language(desk: Desk, own: str, other: str, path: str) -> None:
    with desk.rows():
        make_edition(make_class(slug="blog"))
    speaks(desk, own)
    page = desk.get(path, own)
    assert page.status_code == 200
    shown = re.findall(r'<(?:textarea|input)[^>]*? id="[^"]*?\b(?:\w+_)?(fr|en)"', page.text)
    assert set(shown) == {own}


def test_words_that_were_there_are_kept(desk: Desk, own: str, other: str) -> None:
    with desk.rows():
        make_class(slug="blog")
    speaks(desk, own)
    page = desk.get("classes/blog/edit", own)
    assert value_of(page, f"title_{other}")
    desk.submit(page, **{f"title_{own}": "Autrement"})
    with desk.rows() as session:
        title = session.scalars(select(MasterClass)).one().title
    assert title == Bilingual(**{own: "Autrement", other: {"fr": "Tenir un blog", "en": "Keeping a blog"}[other]})


def test_a_picture_is_described_in_it_alone(desk: Desk, own: str, other: str) -> None:
    with desk.rows():
        make_class(slug="blog")
    speaks(desk, own)
    page = desk.submit(desk.get("classes/blog/picture", own))
    assert {name for name in errors_of(page) if name.startswith("alt_")} == {f"alt_{own}"}


def test_a_message_to_readers_of_the_other_language_needs_no_words_in_it(desk: Desk, own: str, other: str) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug, lang=other)
    speaks(desk, own)
    page = desk.get("messages/new", own, edition=slug)
    assert f'type="hidden" name="text_{other}"' in page.text
    desk.submit(page, **{f"subject_{own}": "Bonjour", f"text_{own}": "À samedi"})
    with desk.rows() as session:
        assert session.scalars(select(Message)).one().subject == Bilingual(**{own: "Bonjour"})
