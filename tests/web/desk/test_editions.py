"""Dates at the desk: written, changed, repeated, published, taken away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.actor import SYSTEM
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.settings import CERTIFICATE_PAUSE, Setting
from booking.services import certificate
from tests.factories import at, make_class, make_edition, make_venue
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of, value_of

TYPED = {
    "meetings-0-day": "2027-03-13",
    "meetings-0-starts": "09:00",
    "meetings-0-ends": "17:00",
    "price": "340",
    "capacity": "10",
    "online_url": "https://meet.example.org/a",
}


def a_class(desk: Desk, **changes: Any) -> str:
    with desk.rows():
        return make_class(slug="blog", **changes).slug


def later(desk: Desk, local: str) -> Desk:
    """At that time, signed in anew."""
    desk.browsers.clear()
    return desk.at(local)


def write(desk: Desk, button: str = "action=publish", **changed: Any) -> Any:
    return desk.submit(desk.get("classes/blog/editions/new"), button, **{**TYPED, **changed})


def test_a_date_is_written_and_published(desk: Desk) -> None:
    a_class(desk)
    page = write(desk, minimum="5", closes_day="2027-03-06", decision_day="2027-03-05")
    assert "The date is added" in page.text
    assert page.request.path == "/en/desk/editions/blog-2027"
    with desk.rows() as session:
        edition = session.scalars(select(Edition)).one()
        assert (edition.starts_at, edition.ends_at) == (at("2027-03-13 09:00"), at("2027-03-13 17:00"))
        assert (edition.price, edition.minimum, edition.capacity) == (34000, 5, 10)
        assert edition.registration_closes_at == at("2027-03-06 23:59:59")
        assert edition.decision_at == at("2027-03-05 12:00")
        entry = session.scalars(select(JournalEntry).where(JournalEntry.edition_id == edition.id)).one()
        assert (entry.action, entry.facts) == ("edition_written", {"state": "published"})
    assert "13" in desk.browser.get("/en/classes/blog").text


def test_sessions_are_added_and_left_out_without_a_script(desk: Desk) -> None:
    a_class(desk)
    page = write(desk, "action=add")
    page = desk.submit(
        page,
        "action=add",
        **{"meetings-1-day": "2027-04-10", "meetings-1-starts": "13:30", "meetings-1-ends": "17:00"},
    )
    page = desk.submit(page, "action=remove-0", **{"meetings-2-day": "2027-05-08", "meetings-1-title_fr": "Écrire"})
    assert value_of(page, "meetings-0-day") == "2027-04-10"
    assert value_of(page, "meetings-0-title_fr") == "Écrire"
    page = desk.submit(page, "action=draft", **{"meetings-1-starts": "09:00", "meetings-1-ends": "10:00"})
    with desk.rows() as session:
        edition = session.scalars(select(Edition)).one()
        assert [meeting.starts_at for meeting in edition.meetings] == [at("2027-04-10 13:30"), at("2027-05-08 09:00")]
        assert edition.state == "draft"
    assert "only the desk sees it" in page.text


def test_the_next_date_begins_as_the_last_one_was(desk: Desk) -> None:
    a_class(desk)
    write(desk, price="290.50", capacity="6")
    page = desk.get("classes/blog/editions/new")
    assert (value_of(page, "price"), value_of(page, "capacity")) == ("290.50", "6")
    assert (value_of(page, "meetings-0-starts"), value_of(page, "meetings-0-day")) == ("09:00", "")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"meetings-0-day": ""}, "meetings-0-day"),
        ({"meetings-0-day": "tomorrow"}, "meetings-0-day"),
        ({"meetings-0-ends": "08:00"}, "meetings-0-ends"),
        ({"meetings-0-day": "2026-10-05"}, "meetings-0-day"),
        ({"meetings-0-day": "2027-03-28", "meetings-0-starts": "02:30"}, "meetings-0-day"),
        ({"price": "a lot"}, "price"),
        ({"minimum": "11"}, "minimum"),
        ({"capacity": "0"}, "capacity"),
        ({"online_url": "meet"}, "online_url"),
        ({"online_url": ""}, "venue"),
        ({"zone": "Lausanne"}, "zone"),
        ({"early_price": "300"}, "early_until_day"),
        ({"early_price": "400", "early_until_day": "2027-01-01"}, "early_price"),
        ({"closes_day": "2027-03-14"}, "closes_day"),
        ({"opens_day": "2027-03-02", "closes_day": "2027-03-01"}, "closes_day"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(desk: Desk, changed: dict[str, str], field: str) -> None:
    a_class(desk)
    page = write(desk, **changed)
    assert (page.status_code, errors_of(page)) == (422, [field])
    assert value_of(page, "price") == changed.get("price", "340")


def test_a_price_that_the_terms_do_not_fit_is_refused(desk: Desk) -> None:
    from booking.domain.policy import parse_policy

    a_class(desk, policy=parse_policy("30:0+100,15:50"))
    page = write(desk, price="150")
    assert (page.status_code, errors_of(page)) == (422, ["price"])


def test_a_paid_date_of_a_shown_class_needs_terms(desk: Desk) -> None:
    a_class(desk, policy=None)
    assert errors_of(write(desk)) == ["price"]
    assert "The date is added" in write(desk, price="0").text


def test_everything_can_change_while_nobody_has_booked(desk: Desk) -> None:
    slug = desk.edition()
    page = desk.submit(desk.get(f"editions/{slug}/edit"), **{"meetings-0-day": "2026-12-06", "price": "350"})
    assert "The date is saved" in page.text
    with desk.rows() as session:
        edition = session.scalars(select(Edition)).one()
        assert (edition.starts_at, edition.price, edition.moved_at) == (at("2026-12-06 09:00"), 35000, None)


def test_saving_what_was_opened_changes_nothing(desk: Desk) -> None:
    slug = desk.edition(
        meetings=[("2026-12-05 09:00", "2026-12-05 17:00"), ("2027-01-09 13:30", "2027-01-09 17:00")],
        registration_closes_at=at("2026-11-30 23:59:59"),
        decision_at=at("2026-11-20 12:00"),
        early_price=30000,
        early_until=at("2026-11-10 23:59:59"),
    )
    page = desk.get(f"editions/{slug}/edit")
    before = desk.contents()
    desk.submit(page)
    assert desk.contents() == before


def test_under_bookings_price_and_group_change_but_not_the_day(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug, seats=3)
    page = desk.get(f"editions/{slug}/edit")
    assert "meetings-0-day" not in page.text
    assert "3 seats are booked and keep their price" in page.text
    assert "The date is saved" in desk.submit(page, price="400", minimum="4", capacity="4").text
    page = desk.submit(desk.get(f"editions/{slug}/edit"), minimum="", capacity="2")
    assert (page.status_code, errors_of(page)) == (422, ["capacity"])
    assert "3 seats are taken" in page.text


def test_a_day_changed_while_somebody_booked_is_refused(desk: Desk) -> None:
    slug = desk.edition()
    page = desk.get(f"editions/{slug}/edit")
    desk.book_and_pay(slug)
    page = desk.submit(page, **{"meetings-0-day": "2026-12-06"})
    assert page.status_code in (200, 422)
    with desk.rows() as session:
        assert session.scalars(select(Edition)).one().starts_at == at("2026-12-05 09:00")


def test_two_people_do_not_overwrite_each_other_unseen(desk: Desk) -> None:
    slug = desk.edition()
    mine, theirs = desk.get(f"editions/{slug}/edit"), desk.as_("staff").get(f"editions/{slug}/edit")
    desk.submit(theirs, price="400")
    page = desk.as_("owner").submit(mine, price="380")
    assert page.status_code == 422
    assert "Somebody else changed this" in page.text
    assert value_of(page, "price") == "380"
    assert "The date is saved" in desk.submit(page).text


def test_from_draft_to_archive(desk: Desk) -> None:
    slug = desk.edition(state="draft")
    public = f"/en/editions/{slug}/booking"
    assert desk.browser.get(public).status_code == 404
    page = desk.submit(desk.get(f"editions/{slug}"), "state=published", form=-2)
    assert "it can be booked" in page.text
    assert desk.browser.get(public).status_code == 200
    page = desk.submit(page, "state=closed", form=-2)
    assert "takes no more bookings" in page.text
    assert desk.form(slug).status_code == 409 or "closed" in desk.form(slug).text
    page = desk.submit(page, "state=archived", form=-2)
    assert desk.browser.get(public).status_code == 404


def test_a_date_that_people_booked_stays_on_the_site(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    page = desk.get(f"editions/{slug}")
    assert "Delete this date" not in page.text
    page = desk.submit(page, "state=archived")
    assert "it stays on the site until then" in page.text
    page = desk.submit(later(desk, "2026-12-06 10:00").get(f"editions/{slug}"), "state=archived")
    assert "The date is archived" in page.text


def test_a_date_that_nobody_booked_can_be_deleted(desk: Desk) -> None:
    slug = desk.edition()
    desk.submit(desk.get(f"editions/{slug}/edit"), price="400")
    desk.submit(desk.get(f"editions/{slug}"))
    with desk.rows() as session:
        assert session.scalars(select(Edition)).all() == []
        assert [entry.action for entry in session.scalars(select(JournalEntry))][-1] == "edition_deleted"


def test_what_was_set_for_a_deleted_date_is_gone_with_it(desk: Desk) -> None:
    slug = desk.edition()
    page = desk.get(f"editions/{slug}")
    with desk.rows() as session:
        certificate.set_pause(session.scalars(select(Edition.id)).one(), 60, SYSTEM, desk.now)
        assert session.scalars(select(Setting.value).where(Setting.name.startswith(CERTIFICATE_PAUSE))).all() == [60]
    desk.submit(page)
    with desk.rows() as session:
        assert session.scalars(select(Edition)).all() == []
        assert session.scalars(select(Setting.value).where(Setting.name.startswith(CERTIFICATE_PAUSE))).all() == []


def test_the_page_of_a_date_says_how_things_stand(desk: Desk) -> None:
    slug = desk.edition(decision_at=at("2026-11-20 12:00"))
    desk.book_and_pay(slug, seats=3)
    desk.book(slug, email="bea@example.org")
    page = desk.get(f"editions/{slug}")
    assert "3 of 10 seats taken, 1 on hold" in page.text
    assert "CHF\N{NO-BREAK SPACE}1’360.00" in page.text
    assert "CHF\N{NO-BREAK SPACE}1’020.00" in page.text
    assert "you are reminded by e-mail on Friday 20 November 2026 at 12:00" in page.text
    page = later(desk, "2026-11-20 12:00").get(f"editions/{slug}")
    assert "3 of 5: does this date take place?" in page.text


def test_a_date_that_nobody_can_pay_for_is_told_to_the_trainer(desk: Desk) -> None:
    a_class(desk)
    write(desk)
    assert "Nobody can pay" not in desk.get("editions/blog-2027").text
    desk.app.extensions["gateways"].clear()
    assert "Nobody can pay" not in desk.get("editions/blog-2027").text
    page = later(desk, "2027-03-05 12:00").get("editions/blog-2027").text
    assert "Nobody can pay for this date online" in page
    assert "until 12 days before the start" in page
    assert "/en/desk/editions/blog-2027/" in page
    on_account = desk.submit(desk.get("editions/blog-2027/edit"), "", confirmation="on_booking")
    assert "Nobody can pay" not in on_account.text


def test_repeating_every_week(desk: Desk) -> None:
    slug = desk.edition(registration_closes_at=at("2026-12-01 23:59:59"))
    form = desk.get(f"editions/{slug}/repeat")
    page = desk.seat.submit(form, rhythm="week", times="3")
    assert "Saturday 26 December 2026" in page.text
    page = desk.submit(page, "action=publish", day=["2026-12-12", "2026-12-26"])
    with desk.rows() as session:
        added = session.scalars(select(Edition).order_by(Edition.starts_at)).all()[1:]
        assert [edition.starts_at for edition in added] == [at("2026-12-12 09:00"), at("2026-12-26 09:00")]
        assert [edition.registration_closes_at for edition in added] == [
            at("2026-12-08 23:59:59"),
            at("2026-12-22 23:59:59"),
        ]
        assert {edition.state.value for edition in added} == {"published"}


def test_repeating_on_days_of_one_s_own(desk: Desk) -> None:
    slug = desk.edition()
    form = desk.get(f"editions/{slug}/repeat")
    page = desk.seat.submit(form, rhythm="days", days="someday")
    assert errors_of(page) == ["days"]
    page = desk.seat.submit(page, rhythm="days", days="14.3.2027\n2026-12-05")
    assert "Overlaps with the date of Saturday 5 December 2026" in page.text
    desk.submit(page, "action=draft")
    with desk.rows() as session:
        _, added = session.scalars(select(Edition).order_by(Edition.starts_at))
        assert (added.starts_at, added.state.value) == (at("2027-03-14 09:00"), "draft")


def test_a_course_of_two_days_is_not_repeated_into_itself(desk: Desk) -> None:
    days = [("2026-12-05 09:00", "2026-12-05 17:00"), ("2026-12-06 09:00", "2026-12-06 17:00")]
    with desk.rows():
        slug = make_edition(make_class(), days).slug
    form = desk.get(f"editions/{slug}/repeat")
    page = desk.seat.submit(form, rhythm="days", days="2026-12-06\n2026-12-12\n2026-12-13\n2026-12-14")
    assert re.findall(r'value="([-0-9]+)" checked', page.text) == ["2026-12-12", "2026-12-14"]
    assert page.text.count("Overlaps with the date of") == 2
    refused = desk.submit(page, "action=draft", day=["2026-12-12", "2026-12-13"])
    assert refused.status_code == 422
    assert "at the same time" in refused.text
    desk.submit(page, "action=draft")
    twice = desk.submit(page, "action=draft")
    assert twice.status_code == 422
    with desk.rows() as session:
        assert len(session.scalars(select(Edition)).all()) == 3


def test_dates_are_for_those_who_keep_classes(desk: Desk) -> None:
    slug = desk.edition()
    for path in (f"editions/{slug}", f"editions/{slug}/edit", f"editions/{slug}/repeat"):
        assert desk.as_("trainer").get(path).status_code == 403
        assert desk.as_("staff").get(path).status_code == 200
    assert desk.get("editions/nothing").status_code == 404


def test_the_desk_speaks_french(desk: Desk) -> None:
    with desk.rows():
        slug = make_edition(venue=make_venue(), decision_at=at("2026-11-20 12:00")).slug
    for path in ("", "/edit", "/repeat"):
        assert desk.get(f"editions/{slug}{path}", lang="fr").status_code == 200
