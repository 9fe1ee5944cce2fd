"""The form of a class: every field, the preview, what is refused at its field, and two people who write at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.bilingual import Bilingual
from booking.domain.policy import parse_policy
from booking.domain.publication import Publication
from booking.persistence import counters
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass, Topic, Trainer
from booking.persistence.policies import PolicyTemplate
from booking.persistence.transaction import atomic
from booking.services import classes
from tests.factories import SEED_POLICY, make_class, make_edition
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of, value_of

SERIES = Bilingual("Et après\u202f?", "What then?")
EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> **bold**"


def stored(desk: Desk, slug: str) -> dict[str, Any]:
    with desk.rows() as session:
        return classes.values_of(session.scalars(select(MasterClass).where(MasterClass.slug == slug)).one())


def save(desk: Desk, page: Any, **values: Any) -> Any:
    return desk.submit(page, "action=save", **values)


@pytest.fixture
def slug(desk: Desk) -> str:
    """A published class with a date."""
    with desk.rows():
        return str(make_edition(make_class(slug="blog")).master_class.slug)


def test_every_text_is_saved_in_both_languages(desk: Desk, slug: str) -> None:
    typed = {f"{name}_{lang}": f"{name} {lang}" for name in classes.TEXTS for lang in ("fr", "en")}
    typed |= {"kind": "course", "language": "en", "contact_email": "other@example.org"}
    page = save(desk, desk.get(f"classes/{slug}/edit"), **typed)
    assert "The class is saved." in page.text
    assert {name: value for name, value in stored(desk, slug).items() if name in typed} == typed
    assert "programme en" in desk.browser.get(f"/en/classes/{slug}").text


def test_opening_and_saving_changes_nothing(desk: Desk) -> None:
    with desk.rows():
        text = Bilingual("Une ligne\u202f:\n\n- deux\n- trois", "One line\n\n- two")
        related = [make_class(slug=name).slug for name in ("z", "a")]
        with atomic():
            db.session.add_all([Topic(slug="b", title=text), Topic(slug="a", title=text)])
        offer = make_class(programme=text, series=SERIES, topics=["b", "a"], related=related)
        slug = make_edition(offer).master_class.slug
        version = counters.read(counters.CATALOGUE)
    save(desk, desk.get(f"classes/{slug}/edit"))
    with desk.rows() as session:
        row = session.scalars(select(MasterClass).where(MasterClass.slug == slug)).one()
        assert (row.programme, row.series, row.topics, row.related) == (text, SERIES, ["b", "a"], related)
        assert counters.read(counters.CATALOGUE) == version


def test_people_subjects_and_policy_are_chosen(desk: Desk, slug: str) -> None:
    with desk.rows(), atomic():
        db.session.add(Topic(slug="craft", title=Bilingual("Artisanat", "Craft")))
        db.session.add(Trainer(slug="bea", name="Bea Exemple", bio=Bilingual()))
        db.session.add(PolicyTemplate(slug="soft", title=Bilingual("Doux", "Soft"), definition=SEED_POLICY.to_json()))
    with desk.rows():
        make_class(slug="other")
    form = desk.get(f"classes/{slug}/edit")
    save(desk, form, topics=["craft"], trainers=["bea"], related=["other"], policy="soft")
    found = stored(desk, slug)
    assert [found[name] for name in ("topics", "trainers", "related", "policy")] == [
        ["craft"], ["bea"], ["other"], "soft",
    ]  # fmt: skip
    save(desk, desk.get(f"classes/{slug}/edit"), topics=None, trainers=None, related=None)
    assert [stored(desk, slug)[name] for name in ("topics", "trainers", "related")] == [[], [], []]


def test_the_preview_writes_what_the_public_page_would_and_saves_nothing(desk: Desk, slug: str) -> None:
    page = desk.submit(desk.get(f"classes/{slug}/edit"), "action=preview", programme_en=EVIL, title_fr="Autre")
    shown = page.text.partition('id="preview"')[2].partition("actions-sticky")[0]
    assert "<strong>bold</strong>" in shown
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert value_of(page, "title_fr") == "Autre"
    assert stored(desk, slug)["programme_en"] == ""


def test_what_is_published_is_as_harmless_as_the_preview(desk: Desk, slug: str) -> None:
    save(desk, desk.get(f"classes/{slug}/edit"), programme_en=EVIL, title_en="<b>Title</b>")
    page = desk.browser.get(f"/en/classes/{slug}").text
    assert "<strong>bold</strong>" in page
    assert "alert(1)</script>" not in page.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")
    assert "<b>Title" not in page
    assert "onerror=alert(1)>" not in page


def test_a_class_on_the_site_keeps_what_it_needs_and_nothing_typed_is_lost(desk: Desk, slug: str) -> None:
    page = save(desk, desk.get(f"classes/{slug}/edit"), summary_en="", policy="", programme_fr="Nouveau")
    assert page.status_code == 409
    assert errors_of(page) == ["summary_en", "policy"]
    assert "The English summary is missing. The class is on the site" in page.text
    assert (value_of(page, "programme_fr") or "").strip() == "Nouveau"
    assert stored(desk, slug)["programme_fr"] == ""


def test_what_is_wrong_is_told_at_its_field(desk: Desk, slug: str) -> None:
    page = save(
        desk, desk.get(f"classes/{slug}/edit"), title_fr="x" * 151, contact_email="nobody", summary_fr="y" * 601
    )
    assert page.status_code == 422
    assert set(errors_of(page)) == {"title_fr", "summary_fr", "contact_email"}


def test_an_unfit_policy_is_refused_at_its_field(desk: Desk, slug: str) -> None:
    with desk.rows(), atomic():
        steep = parse_policy("30:0+500,15:10").to_json()
        db.session.add(PolicyTemplate(slug="steep", title=Bilingual("Raide", "Steep"), definition=steep))
    page = save(desk, desk.get(f"classes/{slug}/edit"), policy="steep")
    assert (page.status_code, errors_of(page)) == (409, ["policy"])


def test_the_address_changes_until_it_is_announced(desk: Desk) -> None:
    with desk.rows():
        make_class(slug="draft", state=Publication.DRAFT)
        make_class(slug="other")
    form = desk.get("classes/draft/edit")
    assert errors_of(save(desk, form, slug="Pas bien")) == ["slug"]
    taken = save(desk, form, slug="other")
    assert (taken.status_code, errors_of(taken)) == (409, ["slug"])
    assert save(desk, form, slug="better").request.path == "/en/desk/classes/better"
    assert 'name="slug"' not in desk.get("classes/other/edit").text


def test_two_people_write_and_neither_overwrites_the_other(desk: Desk, slug: str) -> None:
    mine = desk.get(f"classes/{slug}/edit")
    theirs = desk.as_("staff").get(f"classes/{slug}/edit")
    save(desk, theirs, title_en="Theirs", programme_en="Their morning", language="en")
    desk.as_("owner")
    page = save(desk, mine, title_en="Mine", method_fr="Ma méthode")
    assert page.status_code == 409
    assert "Somebody else has saved this class while you were writing" in page.text
    assert value_of(page, "title_en") == "Mine"
    assert (value_of(page, "programme_en") or "").strip() == "Their morning"  # left alone by this person
    assert (value_of(page, "method_fr") or "").strip() == "Ma méthode"
    assert 'class="theirs-words" lang="en">Theirs<' in page.text
    assert stored(desk, slug)["title_en"] == "Theirs"
    assert "The class is saved." in save(desk, page).text
    found = stored(desk, slug)
    assert [found[name] for name in ("title_en", "programme_en", "method_fr", "language")] == [
        "Mine", "Their morning", "Ma méthode", "en",
    ]  # fmt: skip


def test_two_people_in_two_languages_only_look_twice(desk: Desk, slug: str) -> None:
    mine = desk.get(f"classes/{slug}/edit")
    save(desk, desk.as_("staff").get(f"classes/{slug}/edit"), method_en="Their method")
    page = save(desk.as_("owner"), mine, method_fr="Ma méthode")
    assert 'class="theirs"' not in page.text
    save(desk, page)
    assert (stored(desk, slug)["method_fr"], stored(desk, slug)["method_en"]) == ("Ma méthode", "Their method")


def test_marks_that_are_not_ours_save_nothing(desk: Desk, slug: str) -> None:
    page = save(desk, desk.get(f"classes/{slug}/edit"), seen="", title_en="Mine")
    assert page.status_code == 409
    assert stored(desk, slug)["title_en"] == "Keeping a blog"


def test_vat_is_asked_about_only_where_it_is_charged(desk: Desk, slug: str) -> None:
    assert 'name="vat_exempt"' not in desk.get(f"classes/{slug}/edit").text
