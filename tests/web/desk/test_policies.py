"""Policies at the desk: written in rows, refused in words, drawn, and tried on real bookings."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking.domain.booking import BookingState, Channel
from booking.persistence.bookings import Booking
from booking.persistence.journal import JournalEntry
from booking.persistence.policies import PolicyTemplate
from tests.factories import make_booking, make_edition
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of

TITLES = {"title_fr": "Ordinaire", "title_en": "Ordinary"}


def stored(desk: Desk) -> dict[str, list[tuple[int, str, int]]]:
    """Tiers of every policy, by slug."""
    with desk.rows() as session:
        return {
            one.slug: [(tier.min_days, str(tier.percent), tier.fixed) for tier in one.policy.tiers]
            for one in session.scalars(select(PolicyTemplate))
        }


def rows(*tiers: tuple[str, str, str]) -> dict[str, str]:
    """Three rows as typed."""
    names = ("min_days", "percent", "fixed")
    return {f"tiers-{n}-{name}": text for n, tier in enumerate(tiers) for name, text in zip(names, tier, strict=True)}


def test_the_usual_schedule_is_proposed_and_saved(desk: Desk) -> None:
    desk.submit(desk.get("policies/new"), "action=save", **TITLES)
    assert stored(desk) == {"ordinary": [(15, "30", 0), (8, "50", 0), (1, "80", 0)]}
    with desk.rows() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "policy_written")).one()
        assert entry.organiser_id == 1


def test_rows_come_and_go_without_anything_being_lost(desk: Desk) -> None:
    page = desk.submit(desk.get("policies/new"), "action=add", **TITLES)
    assert 'name="tiers-3-min_days"' in page.text
    page = desk.submit(page, "action=remove-0")
    assert "Ordinary" in page.text
    assert 'name="tiers-3-min_days"' not in page.text
    desk.submit(page, "action=save", **rows(("30", "0", "100"), ("15", "50", ""), ("0", "100", "")))
    assert stored(desk) == {"ordinary": [(30, "0", 10000), (15, "50", 0), (0, "100", 0)]}


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ((("15", "30", ""), ("8", "20", ""), ("1", "80", "")), "The fee falls at 8 days"),
        ((("15", "30", ""), ("15", "50", ""), ("1", "80", "")), "Two tiers begin at 15 days"),
        ((("15", "30", ""), ("", "50", ""), ("1", "80", "")), "Enter the number of days before the class."),
        ((("15", "130", ""), ("8", "50", ""), ("1", "80", "")), "Enter a share, 0 to 100."),
        ((("15", "NaN", ""), ("8", "50", ""), ("1", "80", "")), "Enter a share, 0 to 100."),
        ((("15", "30", "x"), ("8", "50", ""), ("1", "80", "")), "Enter a sum in francs"),
    ],
    ids=["falling", "overlap", "gap", "too much", "no number", "no sum"],
)
def test_what_is_no_schedule_is_refused_in_words(desk: Desk, tiers: tuple, said: str) -> None:
    page = desk.submit(desk.get("policies/new"), "action=save", **TITLES, **rows(*tiers))
    assert said in page.text
    assert "Ordinary" in page.text
    assert stored(desk) == {}


def test_a_fee_that_falls_is_told_once_at_its_share_and_the_others_stay_drawn(desk: Desk) -> None:
    falling = rows(("15", "30", ""), ("8", "20", ""), ("1", "80", ""))
    page = desk.submit(desk.get("policies/new"), "action=save", **TITLES, **falling)
    assert errors_of(page) == ["tiers-1-percent"]
    assert '<a href="#tiers-1-percent">The fee falls at 8 days' in page.text
    assert page.text.count('class="field-error"') == 1
    assert page.text.count("schedule-when") == 3, "the tiers that stand, and the day itself"
    assert "Without the tier that is to be corrected" in page.text
    for number in (1, 2, 3):
        assert f"<legend>Tier {number}</legend>" in page.text


def test_the_line_is_drawn_before_anything_is_saved(desk: Desk) -> None:
    page = desk.submit(desk.get("policies/new"), "action=preview", **TITLES)
    assert page.text.count("schedule-when") == 4
    assert "CHF\u00a0102.00" in page.text
    assert stored(desk) == {}


def test_a_change_leaves_what_was_booked_alone(desk: Desk) -> None:
    with desk.rows():
        edition = make_edition()
        slug = edition.master_class.policy_template.slug
        make_booking(edition, BookingState.CONFIRMED, Channel.DEMO)
    page = desk.submit(
        desk.get(f"policies/{slug}"), "action=save", **rows(("15", "10", ""), ("8", "50", ""), ("1", "80", ""))
    )
    assert "keep the schedule they accepted" in page.text
    with desk.rows() as session:
        assert session.scalars(select(Booking)).one().policy["tiers"][0]["percent"] == "30"
    page = desk.get(f"policies/{slug}/simulation")
    assert "CHF\u00a0102.00" in page.text
    assert "new: CHF\u00a034.00" in page.text
    assert "CHF\u00a0272.00" in page.text  # the day before, by both


def test_two_people_do_not_overwrite_each_other(desk: Desk) -> None:
    desk.submit(desk.get("policies/new"), "action=save", **TITLES)
    mine, theirs = desk.get("policies/ordinary"), desk.get("policies/ordinary")
    desk.submit(theirs, "action=save", form=-2, title_en="Theirs")  # the last form deletes it
    page = desk.submit(mine, "action=save", form=-2, title_en="Mine")
    assert "Somebody else changed this" in page.text
    assert 'value="Mine"' in page.text
    desk.submit(page, "action=save", form=-2)
    assert "Mine" in desk.get("policies/ordinary").text


def test_a_policy_that_falls_at_the_price_of_a_coming_date_is_refused(desk: Desk) -> None:
    with desk.rows():
        slug = make_edition(price=5000).master_class.policy_template.slug
    falling = rows(("15", "0", "60"), ("8", "50", ""), ("1", "80", ""))
    page = desk.submit(desk.get(f"policies/{slug}"), "action=save", **falling)
    assert "At a price of CHF\u00a050.00 the fee would fall 8 days before" in page.text
    assert stored(desk)[slug][0] == (15, "30", 0)


def test_only_an_unused_policy_can_be_deleted(desk: Desk) -> None:
    desk.submit(desk.get("policies/new"), "action=save", **TITLES)
    desk.submit(desk.get("policies/ordinary"), form=-1)
    assert stored(desk) == {}
    with desk.rows():
        slug = make_edition().master_class.policy_template.slug
    token = desk.get("policies/new").text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    page = desk.seat.post(f"/en/desk/policies/{slug}/deletion", data={"csrf_token": token}, follow_redirects=True)
    assert "1 class uses it" in page.text
    assert slug in stored(desk)


def test_a_held_seat_says_why_it_costs_nothing(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug)
    address = f"policies/{next(iter(stored(desk)))}/simulation"
    assert "free as long as nothing is paid" not in desk.get(address).text
    desk.book(slug, email="bea@example.org")
    assert desk.get(address).text.count("free as long as nothing is paid") == 1
