"""Classes at the desk: the list, the page that says what is missing, publishing, copying, previewing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.policy import parse_policy
from booking.domain.publication import Publication
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import MasterClass
from booking.persistence.policies import PolicyTemplate
from booking.persistence.transaction import atomic
from tests.factories import make_booking, make_class, make_edition
from tests.statements import counted_queries
from tests.web.desk.buttons import press
from tests.web.desk.organiser import Desk
from tests.web.inspection import Page

TITLES = {"title_fr": "Relier un carnet", "title_en": "Binding a notebook", "language": "fr"}


def words(page: Any) -> str:
    return " ".join(Page.of(page.text).text_of("main").split())


def states(desk: Desk) -> dict[str, str]:
    with desk.rows() as session:
        return {one.slug: one.state.value for one in session.scalars(select(MasterClass))}


def move(desk: Desk, slug: str, state: str) -> Any:
    return desk.submit(desk.get(f"classes/{slug}/state/{state}"))


def test_the_empty_list_teaches(desk: Desk) -> None:
    assert "No class is written yet" in desk.get("classes/").text


def test_a_class_is_begun_with_a_title_and_says_what_it_lacks(desk: Desk) -> None:
    page = desk.submit(desk.get("classes/new"), **TITLES)
    assert page.request.path == "/en/desk/classes/relier-un-carnet"
    assert "nobody sees it but this desk" in page.text
    for lack in ("The French summary is missing.", "The English summary is missing.", "A published date is missing"):
        assert lack in page.text
    assert "The title is missing" not in page.text
    assert 'href="/en/desk/classes/relier-un-carnet/edit#summary_fr"' in page.text
    assert "1 of 2 texts" in words(page)
    with desk.rows() as session:
        line = session.scalars(select(JournalEntry).where(JournalEntry.action == "class_written")).one()
        assert (line.action, line.organiser_id, line.facts) == (
            "class_written", 1, {"master_class": "relier-un-carnet"},
        )  # fmt: skip


def test_a_fresh_draft_is_continued_before_it_is_put_away_and_can_be_deleted(desk: Desk) -> None:
    page = desk.submit(desk.get("classes/new"), **TITLES)
    labels = [">Continue writing<", ">Archive<", ">Delete…<"]
    acts = page.text[page.text.index('id="lacks"') :]
    assert sorted(labels, key=acts.index) == labels
    assert 'href="/en/desk/classes/relier-un-carnet/edit#summary_fr">Continue writing' in acts
    asked = desk.get("classes/relier-un-carnet/deletion")
    assert "gone for good" in asked.text
    assert states(desk) == {"relier-un-carnet": "draft"}
    assert "The class is deleted." in desk.submit(asked).text
    assert states(desk) == {}


def test_a_class_that_was_booked_is_not_deleted(desk: Desk) -> None:
    with desk.rows():
        edition = make_edition(make_class(slug="blog", state=Publication.DRAFT))
        make_booking(edition, BookingState.PENDING)
    assert "Delete…" not in desk.get("classes/blog").text
    page = desk.submit(desk.get("classes/blog/deletion"))
    assert page.status_code == 409
    assert "It cannot be deleted" in page.text
    assert states(desk) == {"blog": "draft"}


def test_a_new_class_has_the_usual_policy(desk: Desk) -> None:
    def policy_of(title: str) -> str | None:
        desk.submit(desk.get("classes/new"), title_fr=title, title_en=title, language="fr")
        with desk.rows() as session:
            offer = session.scalars(select(MasterClass).order_by(MasterClass.id.desc())).first()
            return offer.policy_template.slug if offer and offer.policy_template else None

    assert policy_of("Zero") is None
    with desk.rows():
        usual = make_class().policy_template.slug
    assert policy_of("One") == usual
    with desk.rows(), atomic():
        other = PolicyTemplate(slug="aaa", title=Bilingual("A", "A"), definition=parse_policy("15:50").to_json())
        db.session.add(other)
    assert policy_of("Two") == usual, "the one that most classes use"


def test_a_class_needs_a_title_and_its_language(desk: Desk) -> None:
    page = desk.submit(desk.get("classes/new"), title_fr=" ", title_en="")
    assert "Enter a title, in one language at least." in page.text
    assert "Choose the language in which it is taught." in page.text
    assert states(desk) == {}


def test_the_list_finds_by_words_and_by_state(desk: Desk) -> None:
    with desk.rows():
        make_class(title=Bilingual("Été à la plume", "Summer by quill"), slug="plume", state=Publication.DRAFT)
        make_class(title=Bilingual("Relier", "Binding"), slug="relier", state=Publication.ARCHIVED)
        make_edition(make_class(title=Bilingual("Publier", "Publishing"), slug="publier"))
    page = desk.get("classes/")
    assert "Publishing" in page.text
    assert "Summer by quill" in page.text
    assert "Binding" not in page.text
    assert "5 December 2026" in page.text
    assert "Summer by quill" in desk.get("classes/", q="ETE plume").text
    assert "No class matches" in desk.get("classes/", q="plume relier").text
    assert "Binding" in desk.get("classes/", state="archived").text
    assert "Publishing" in desk.get("classes/", state="nonsense", page=99).text


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_asks_the_database_a_fixed_number_of_times(desk: Desk, number: int) -> None:
    with desk.rows():
        for _one in range(number):
            make_edition()
    desk.get("classes/")
    with desk.rows(), counted_queries() as statements:
        desk.get("classes/")
    catalogue = [one for one in statements if "master_class" in one or "edition" in one or "meeting" in one]
    assert len(catalogue) == 6, "\n".join(catalogue)


def test_publishing_shows_what_it_means_and_does_it(desk: Desk) -> None:
    with desk.rows():
        slug = make_edition(make_class(state=Publication.DRAFT)).master_class.slug
    assert "Nothing is missing: the class can be published." in desk.get(f"classes/{slug}").text
    assert desk.browser.get(f"/en/classes/{slug}").status_code == 404
    page = desk.get(f"classes/{slug}/state/published")
    assert "1 date can be booked, within its own deadline." in page.text
    assert "The class is on the site." in desk.submit(page).text
    assert desk.browser.get(f"/en/classes/{slug}").status_code == 200
    again = desk.submit(page)
    assert again.status_code == 409
    assert "Somebody else changed this" in again.text


def test_publishing_is_refused_with_the_list(desk: Desk) -> None:
    with desk.rows():
        slug = make_class(state=Publication.DRAFT, contact_email="", policy=None).slug
    page = desk.get(f"classes/{slug}/state/published")
    assert "The address for questions is missing." in page.text
    assert "<form" not in page.text.partition('id="main"')[2]
    assert f'href="/en/desk/classes/{slug}#dates"' in page.text
    assert desk.get(f"classes/{slug}/state/published", lang="fr").status_code == 200


def test_what_became_incomplete_since_the_page_opened_is_told(desk: Desk) -> None:
    with desk.rows():
        slug = make_edition(make_class(state=Publication.DRAFT)).master_class.slug
    page = desk.get(f"classes/{slug}/state/published")
    desk.submit(desk.get(f"classes/{slug}/edit"), "action=save", contact_email="")
    refused = desk.submit(page)
    assert refused.status_code == 409
    assert "The address for questions is missing." in refused.text
    assert states(desk) == {slug: "draft"}


def test_a_class_with_people_to_come_can_only_be_closed(desk: Desk) -> None:
    edition = desk.edition()
    desk.book(edition)
    slug = next(iter(states(desk)))
    page = desk.get(f"classes/{slug}/state/draft")
    assert "1 seat is booked on dates to come" in page.text
    with desk.rows():
        token = Page.of(desk.get(f"classes/{slug}/state/closed").text).forms[-1]
    posted = desk.seat.post(f"/en/desk/classes/{slug}/state/archived", data=dict(token.fields))
    assert posted.status_code == 409
    assert states(desk) == {slug: "published"}
    closing = desk.get(f"classes/{slug}/state/closed")
    assert "The person who has booked keeps the seat. No mail is sent." in closing.text
    assert "The class takes no more bookings." in desk.submit(closing).text
    assert "Book this date" not in desk.browser.get(f"/en/classes/{slug}").text


def test_the_whole_way_from_draft_to_archive_and_back(desk: Desk) -> None:
    with desk.rows():
        slug = make_edition(make_class(state=Publication.DRAFT)).master_class.slug
    for state in ("published", "closed", "published", "draft", "archived", "closed", "archived", "draft"):
        move(desk, slug, state)
        assert states(desk) == {slug: state}
    assert desk.get(f"classes/{slug}/state/closed").request.path == f"/en/desk/classes/{slug}"  # no way there
    assert desk.get(f"classes/{slug}/state/nonsense").status_code == 404


def test_a_copy_is_a_draft_of_its_own(desk: Desk) -> None:
    with desk.rows():
        slug = make_edition(make_class(slug="blog")).master_class.slug
    assert "This is the copy" in press(desk, desk.get(f"classes/{slug}"), "/copy").text
    assert states(desk) == {"blog": "published", "blog-2": "draft"}


def test_a_draft_is_previewed_in_both_languages(desk: Desk) -> None:
    with desk.rows():
        offer = make_class(state=Publication.DRAFT, programme=Bilingual("**Matin**", "**Morning**"))
        slug = make_edition(offer, state=Publication.DRAFT).master_class.slug
    page = desk.get(f"classes/{slug}/preview")
    assert "only the desk sees this page" in page.text
    assert "<strong>Morning</strong>" in page.text
    assert "Saturday 5 December 2026" in page.text
    assert "<strong>Matin</strong>" in desk.get(f"classes/{slug}/preview", lang="fr").text
    assert desk.browser.get(f"/en/classes/{slug}").status_code == 404
    assert "It can be booked once it is published." in page.text
    assert "/booking" not in page.text
    assert f"{slug}.ics" not in page.text
    assert "only the desk" not in desk.browser.get(f"/en/desk/classes/{slug}/preview").text


def test_a_preview_books_only_what_everybody_can_book(desk: Desk) -> None:
    with desk.rows():
        offer = make_class(slug="blog")
        make_edition(offer, slug="there")
        make_edition(offer, [("2027-01-09 09:00", "2027-01-09 17:00")], slug="draft", state=Publication.DRAFT)
    page = desk.get("classes/blog/preview")
    assert "/en/editions/there/booking" in page.text
    assert "/en/editions/draft/booking" not in page.text


def test_a_date_that_is_over_has_no_seats_left(desk: Desk) -> None:
    with desk.rows():
        offer = make_class(slug="blog")
        slug = make_edition(offer, minimum=0).slug
    paths = ("classes/blog", f"editions/{slug}")
    assert all("10 seats left" in desk.get(path).text for path in paths)
    desk.browsers.clear()
    desk.at("2026-12-06 09:00")
    for path in paths:
        page = desk.get(path).text
        assert "0 of 10 seats taken" in page
        assert "seats left" not in page
    assert "can no longer be booked" in page


def test_pages_of_classes_are_for_those_who_keep_them(desk: Desk) -> None:
    for path in ("classes/", "classes/new", "venues/", "trainers/new", "topics/"):
        assert desk.as_("staff").get(path).status_code == 200
        assert desk.as_("trainer").get(path).status_code == 403


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for path in ("", "/edit", "/state/closed", "/preview", "/picture", "/questions/new", "/questions/1"):
        assert desk.get(f"classes/nothing{path}").status_code == 404


def test_a_class_may_stay_in_the_language_in_which_it_is_taught(desk: Desk) -> None:
    texts = {"title": Bilingual("Relier", ""), "summary": Bilingual("Un jour.", ""), "bring": Bilingual("Rien", "")}
    with desk.rows():
        make_edition(make_class(slug="relier", state=Publication.DRAFT, **texts))
    page = desk.get("classes/relier")
    assert "The English summary is missing." in page.text
    assert "This class stays in French" in page.text
    with desk.rows():
        make_class(slug="both")
    assert "This class stays" not in desk.get("classes/both").text
    page = press(desk, page, "/languages", languages="one")
    assert "The class stays in one language." in page.text
    assert "The English summary is missing." not in page.text
    move(desk, "relier", "published")
    assert states(desk)["relier"] == "published"
    assert "/classes/relier" not in desk.get("").text
    press(desk, desk.get("classes/relier"), "/languages", languages="both")
    assert "/classes/relier" in desk.get("").text
