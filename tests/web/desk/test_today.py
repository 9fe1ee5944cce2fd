"""The first page of the desk: what is to be done, what is coming, what it brings, and who sees which of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.actor import PROVIDER
from booking.domain.bilingual import Bilingual
from booking.persistence import journal
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, Trainer
from booking.persistence.organisers import Organiser
from booking.persistence.outbox import ALARM_AFTER, OutboxJob
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from booking.web.desk import readiness
from tests.factories import make_class, make_edition
from tests.statements import counted_queries
from tests.web.desk.organiser import Desk
from tests.web.inspection import Page
from tests.web.participant import errors_of

CALM = "waits for you: money, mails and dates are in order"


def section(html: str, name: str) -> str:
    """The words of a part of the page, in one line."""
    part = html.partition(f'<section aria-labelledby="{name}"')[2].partition("</section>")[0]
    return " ".join(Page.of(f"<main {part}</main>").text_of("main").split())


def links(html: str) -> list[str]:
    return [element.attributes.get("href", "") for element in Page.of(html).all("a")]


def test_an_empty_desk_is_calm_and_teaches(desk: Desk) -> None:
    page = desk.get().text
    assert CALM in section(page, "tasks")
    assert "No date is coming" in section(page, "dates")
    assert "Figures" not in page


def test_owners_are_asked_to_open_the_site_until_it_is_ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = desk.get().text
    said = section(page, "opening")
    assert "of 7 done" in said
    assert "Terms, read and published" in said
    assert page.index('id="opening"') < page.index('id="tasks"')
    assert "Nothing else" in section(page, "tasks")
    assert "/en/desk/settings/" in links(page)
    for role in ("staff", "trainer"):
        assert "Before you open" not in desk.as_(role).get().text
    done = readiness.Step("All", True, "", "")
    monkeypatch.setattr(readiness, "steps", lambda: [done])
    page = desk.as_("owner").get().text
    assert "Before you open" not in page
    assert "Nothing waits for you" in section(page, "tasks")


def test_a_coming_date_shows_its_group_and_what_is_paid(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug, seats=2)
    desk.book(slug, email="bea@example.org")
    page = desk.get().text
    words = section(page, "dates")
    for said in (
        "Keeping a blog",
        "Saturday 5 December 2026",
        "Lausanne",
        "2 of 10 seats taken, 1 on hold",
        "1 booking paid · 1 unpaid",
    ):
        assert said in words
    assert {f"/en/desk/editions/{slug}", f"/en/desk/editions/{slug}/attendance"} <= set(links(page))
    assert f"/en/desk/bookings/?edition={slug}" in links(page)


def test_what_is_to_do_names_people_days_and_where_it_is_done(desk: Desk) -> None:
    slug = desk.edition(price=35000)
    desk.book(slug)
    assert CALM in desk.get().text
    desk.at("2026-11-09 12:00")
    desk.browsers.clear()  # who was away for long signs in again
    page = desk.get().text
    words = section(page, "tasks")
    assert "A transfer of CHF 350.00 is due in the next days" in words
    assert "Ada Exemple CHF 350.00 · by 11 November 2026 (in 2 days)" in words
    assert "/en/desk/bookings/?payment=owed&state=pending" in links(page)
    desk.at("2026-11-12 00:00")
    desk.browsers.clear()
    assert "CHF 350.00 should have been paid by now" in section(desk.get().text, "tasks")


def test_a_refund_by_bank_is_to_do(desk: Desk) -> None:
    page = desk.book_and_pay(desk.edition(), refunds="fail")
    desk.browser.submit(desk.cancellation(page))
    desk.run_jobs()
    words = section(desk.get().text, "tasks")
    assert "A refund of CHF 238.00 could not go back the way it was paid" in words


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_line_in_both_languages(desk: Desk, lang: str) -> None:
    """Made by hand where the way there is long."""
    slug = desk.edition(minimum=5, decision_at=desk.now + timedelta(days=3))
    desk.book_and_pay(slug)
    desk.book(slug, email="bea@example.org")
    with desk.rows() as session, atomic():
        payment = session.query(Payment).one()
        payment.dispute = "open"
        journal.note("payment_mismatch", PROVIDER, desk.now, payment.booking_id)
        for job in session.query(OutboxJob):
            job.attempts, job.error, job.done_at = ALARM_AFTER, "550 unknown", None
        session.add(OutboxJob(topic="refund", payload={"refund_id": 0}, key="r", run_at=desk.now, attempts=ALARM_AFTER))
        edition = session.query(Edition).one()
        edition.master_class.summary = Bilingual("Une journée", "")
    page = desk.get(lang=lang).text
    assert page.count('<li class="task') == 6
    assert page.count('<li class="task is-late') == 4
    with desk.rows() as session, atomic():
        session.query(OutboxJob).delete()


def test_a_payment_that_does_not_fit_waits_until_somebody_says_what_became_of_it(desk: Desk) -> None:
    slug = desk.edition()
    desk.book(slug)
    with desk.rows() as session, atomic():
        booking = session.query(Booking).one()
        reference = booking.reference
        journal.note("payment_mismatch", PROVIDER, desk.now, booking.id, said=100, currency="eur")
    path = f"bookings/{reference}/payment/mismatch"
    assert f"/en/desk/{path}" in desk.get().text
    assert f"/en/desk/{path}" in desk.get(f"bookings/{reference}").text
    desk.submit(desk.get(f"bookings/{reference}/notes"), body="Bea has called.")
    page = desk.get(path)
    assert "EUR 1.00" in page.text
    assert "EUR 1.00" in desk.get(f"bookings/{reference}").text
    assert errors_of(desk.submit(page, body=" ")) == ["body"]
    assert "The payment is settled" in desk.submit(page, body="Given back at the provider.").text
    assert path not in desk.get().text + desk.get(f"bookings/{reference}").text
    assert "Given back at the provider." in desk.get(f"bookings/{reference}").text
    assert desk.get(path).request.path == f"/en/desk/bookings/{reference}"


def test_what_was_reported_after_the_page_was_shown_is_not_settled_with_it(desk: Desk) -> None:
    desk.book(desk.edition())
    with desk.rows() as session:
        booking = session.query(Booking).one()
        path, number = f"bookings/{booking.reference}/payment/mismatch", booking.id

    def reported(said: int) -> None:
        with desk.rows(), atomic():
            journal.note("payment_mismatch", PROVIDER, desk.now, number, said=said, currency="chf")

    reported(100)
    stale = desk.get(path)
    reported(200)
    page = desk.submit(stale, body="Given back.")
    assert page.status_code == 409
    assert "Something changed since this page was shown." in page.text
    assert "Given back." in page.text
    assert "CHF\u00a02.00" in page.text
    assert f"/en/desk/{path}" in desk.get().text
    assert "The payment is settled" in desk.submit(page).text
    assert "Somebody has settled this payment already" in desk.submit(page).text


def test_a_trainer_sees_the_own_dates_and_no_money(desk: Desk) -> None:
    with desk.rows():
        ada = Trainer(slug="ada", name="Ada", bio=Bilingual())
        own = make_edition(make_class(trainers=[ada], title=Bilingual("À moi", "Mine"))).slug
        ada_id = db.session.query(Trainer.id).filter_by(slug="ada").scalar()
    desk.book_and_pay(desk.edition())
    page = desk.as_("trainer").get().text
    assert "No date is coming" in section(page, "dates")
    with desk.rows() as session, atomic():
        session.query(Organiser).filter_by(email="trainer@example.org").one().trainer_id = ada_id
    page = desk.get().text
    assert "Mine" in section(page, "dates")
    for hidden in ("Keeping a blog", "CHF", "paid", 'id="tasks"', 'id="figures"', "desk/bookings"):
        assert hidden not in page
    assert f"/en/desk/editions/{own}/attendance" in links(page)
    desk.at("2026-12-20 10:00")  # the day after, marks and certificates are still to be found
    assert f"/en/desk/editions/{own}/attendance" in links(desk.get().text)


def test_staff_see_money(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    assert 'id="figures"' in desk.as_("staff").get().text


def test_each_sum_leads_to_its_bookings(desk: Desk) -> None:
    slug = desk.edition()
    desk.book_and_pay(slug, seats=2)
    desk.book(slug, email="bea@example.org")
    page = desk.get().text
    words = section(page, "figures")
    assert "BookedCHF 1’020.– PaidCHF 680.– OwedCHF 340.– RefundedCHF 0.– FeesCHF 0.–" in words
    assert "November 2026 CHF 1’020.00 CHF 680.00 CHF 340.00" in words
    assert "Keeping a blog CHF 1’020.00 CHF 680.00 CHF 340.00" in words
    found = [link for link in links(page) if "since=2026-11-01&until=2026-11-30" in link]
    assert [link.rpartition("payment=")[2] if "payment" in link else "" for link in found] == [
        "",
        "",
        "received",
        "owed",
    ]


def test_the_rows_behind_a_sum(desk: Desk) -> None:
    """Of the twelve months: who booked, whose money came and went, who owes, who was charged a fee."""
    slug = desk.edition()
    desk.browser.submit(desk.cancellation(desk.book_and_pay(slug, name="Went", email="went@example.org")))
    desk.book_and_pay(slug, name="Paid", email="paid@example.org")
    desk.book(slug, name="Owes", email="owes@example.org")
    desk.run_jobs()
    totals = desk.get().text.partition('class="totals"')[2].partition("</dl>")[0]
    rows = [desk.seat.get(link).text for link in links(totals)]
    people = [[name for name in ("Went", "Paid", "Owes") if f">{name}</a>" in row] for row in rows]
    assert people == [["Went", "Paid", "Owes"], ["Went", "Paid"], ["Owes"], ["Went"], ["Went"]]


def test_the_figures_of_a_calendar_year(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    page = desk.get(year=2026).text
    assert "January 2026" in page
    assert 'aria-current="page">2026<' in page
    assert "December 2025" in desk.get(year=1900).text, "a year without bookings is none"


def test_the_number_of_queries_does_not_grow(desk: Desk) -> None:
    desk.book_and_pay(desk.edition(decision_at=desk.now + timedelta(days=1)))

    def asked() -> int:
        desk.get()  # what is kept between requests is read anew after a change
        with desk.rows(), counted_queries() as statements:
            desk.get()
        return len(statements)

    one = asked()
    for number in range(50):
        slug = desk.edition(decision_at=desk.now + timedelta(days=1))
        if number % 10 == 0:
            desk.book(slug, email=f"p{number}@example.org")
    assert asked() == one <= 20
