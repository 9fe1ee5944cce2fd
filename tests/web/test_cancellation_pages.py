"""The pages that cancel: what is shown is charged, or nothing happens (rules: "cancellation schedule")."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.domain.booking import Confirmation
from booking.persistence.bookings import Attendee
from booking.persistence.payments import Refund
from tests.services.shop import PAYER_IBAN
from tests.web.inspection import Page
from tests.web.participant import Participant


def seats_of(page: TestResponse) -> list[str]:
    """Ids of the seats that the button would cancel."""
    return [value for name, value in Page.of(page.text).forms[-1].fields if name == "seat"]


def words(page: TestResponse) -> str:
    return Page.of(page.text).text_of("main").replace("\xa0", " ")


def refunds(participant: Participant) -> list[tuple[str, int, str]]:
    with participant.rows() as session:
        return [(r.state.value, r.amount, r.iban or "") for r in session.scalars(select(Refund).order_by(Refund.id))]


def cancel(participant: Participant, page: TestResponse, **typed: str) -> TestResponse:
    return participant.browser.submit(participant.cancellation(page), **typed)


def paid_by_transfer(participant: Participant, **changes: int) -> TestResponse:
    page = participant.book(participant.edition(), **changes)
    reference = page.text.partition('id="bill-reference">')[2].partition("<")[0]
    amount = f"{340 * changes.get('seats', 1)}.00"
    result = participant.app.test_cli_runner().invoke(args=["mark-paid", reference, amount, "2026-11-01"])
    assert result.exit_code == 0, (result.output, result.exception)
    return participant.browser.get(page.request.path)


def test_paid_by_card(participant: Participant):
    page = participant.book_and_pay(participant.edition())
    shown = participant.at("2026-11-20 23:59:59").cancellation(page)
    text = words(shown)
    for part in ("CHF 102.00", "CHF 238.00", "Friday 20 November 2026", "Send somebody else in your place"):
        assert part in text
    done = participant.browser.submit(shown)
    assert participant.bookings() == [("cancelled", 0)]
    assert "You get back CHF 238.00" in words(done)
    participant.run_jobs()
    assert refunds(participant) == [("succeeded", 23800, "")]
    assert "Paid back" in words(participant.browser.get(page.request.path))


def test_paid_by_transfer_asks_for_an_account(participant: Participant):
    page = paid_by_transfer(participant)
    participant.at("2026-11-21 00:00")
    refused = cancel(participant, page, iban="CH93 0076 2011 6238 5295 8")
    assert refused.status_code == 422
    assert 'href="#iban"' in refused.text
    assert "CH93 0076 2011 6238 5295 8" in refused.text
    assert participant.bookings() == [("confirmed", 1)]
    assert cancel(participant, page).status_code == 422
    done = participant.browser.submit(refused, iban=PAYER_IBAN.lower())
    assert "You get back CHF 170.00" in words(done)
    assert refunds(participant) == [("to_pay", 17000, PAYER_IBAN.replace(" ", ""))]


def test_a_refund_that_fails_asks_for_an_account(participant: Participant):
    page = participant.book_and_pay(participant.edition(), refunds="fail")
    done = cancel(participant, page)
    participant.run_jobs()
    assert refunds(participant) == [("failed", 23800, ""), ("needs_iban", 23800, "")]
    done = participant.browser.get(done.request.path)
    assert words(done).count("Refund of CHF 238.00") == 1
    (link,) = [a.attributes["href"] for a in Page.of(done.text).all("a") if "/account" in a.attributes["href"]]
    form = participant.browser.get(link)
    assert participant.browser.submit(form, iban="CH00").status_code == 422
    assert "Ada Exemple" in form.text
    own = participant.browser.submit(form, iban=PAYER_IBAN)
    assert "Will be sent to your bank account" in words(own)
    assert "Give my IBAN" not in own.text
    assert refunds(participant)[1] == ("to_pay", 23800, PAYER_IBAN.replace(" ", ""))
    assert participant.browser.get(link).status_code == 303


def test_one_of_three_seats(participant: Participant):
    page = participant.book_and_pay(participant.edition(), seats=3)
    participant.at("2026-11-21 12:00")
    one = seats_of(participant.cancellation(page))[1]
    shown = participant.cancellation(page, f"?seat={one}")
    assert "You get back CHF 170.00" in words(shown)
    done = participant.browser.submit(shown)
    assert participant.bookings() == [("confirmed", 2)]
    assert "The seat is cancelled" in words(done)
    own = words(participant.browser.get(page.request.path))
    assert "Your 2 seats are confirmed" in own
    assert "Person 2" not in own.partition("Who attends")[2].partition("When and where")[0]
    again = participant.browser.submit(shown)  # Back, and pressed once more
    assert again.request.path == page.request.path
    assert participant.bookings() == [("confirmed", 2)]


def test_nobody_chosen_is_said(participant: Participant):
    page = participant.book_and_pay(participant.edition(), seats=2)
    assert "No seat was chosen" in participant.cancellation(page, "?choosing=1").text


def test_before_paying_it_is_free(participant: Participant):
    page = participant.book(participant.edition())
    shown = participant.cancellation(page)
    assert "there is no fee" in words(shown)
    assert 'name="iban"' not in shown.text
    done = participant.browser.submit(shown)
    assert participant.bookings() == [("cancelled", 0)]
    assert "Still to pay CHF 0.00" in words(done)
    assert "You owe nothing more" in words(participant.browser.get(page.request.path))


def test_while_the_payment_page_is_open(participant: Participant):
    checkout = participant.book(participant.edition(), "demo")
    own = participant.browser.submit(checkout, "button=back")
    cancel(participant, own)
    assert participant.bookings() == [("cancelled", 0)]
    late = participant.browser.submit(checkout, "button=pay")
    assert "Your booking is cancelled" in words(late)
    assert refunds(participant) == []


def test_confirmed_on_account_owes_the_fee(participant: Participant):
    page = participant.book(participant.edition(confirmation=Confirmation.ON_BOOKING))
    assert "Your seat is confirmed" in words(page)
    done = cancel(participant.at("2026-11-27 12:00"), page)
    assert "Owed so far CHF 340.00" in words(done)
    assert "Still to pay CHF 170.00" in words(done)
    own = participant.browser.get(page.request.path)
    assert "CHF 170.00 of the cancellation fee remains to be paid" in words(own)
    assert 'id="bill-reference"' in own.text


def test_a_free_date(participant: Participant):
    page = participant.book(participant.edition(price=0, meetings=[("2026-11-10 18:30", "2026-11-10 20:00")]))
    shown = participant.at("2026-11-10 17:00").cancellation(page)
    assert "there is no fee" in words(shown)
    assert "Cancel free of charge" in shown.text
    participant.browser.submit(shown)
    assert participant.bookings() == [("cancelled", 0)]


def test_a_discounted_seat(participant: Participant):
    participant.voucher("FRIENDS")
    page = participant.book_and_pay(participant.edition(), voucher="friends")
    assert "You get back CHF 153.00" in words(cancel(participant.at("2026-11-27 12:00"), page))


def test_midnight(participant: Participant):
    page = participant.book_and_pay(participant.edition())
    shown = participant.at("2026-11-20 23:58").cancellation(page)
    participant.at("2026-11-21 00:01")
    refused = participant.browser.submit(shown)
    assert refused.status_code == 409
    assert "Nothing was cancelled" in words(refused)
    assert "CHF 170.00 instead of CHF 102.00" in words(refused)
    assert participant.bookings() == [("confirmed", 1)]
    assert "You get back CHF 170.00" in words(participant.browser.submit(refused))


def test_summer_time(participant: Participant):
    page = participant.book_and_pay(participant.edition(meetings=[("2026-04-11 09:00", "2026-04-11 17:00")])) \
        if participant.at("2026-02-01 12:00") else None  # fmt: skip
    assert page is not None
    assert "CHF 102.00" in participant.at("2026-03-27 23:59:59").cancellation(page).text.replace("\xa0", " ")
    assert "fee of CHF 170.00" in participant.at("2026-03-28 00:00:00").cancellation(page).text.replace("\xa0", " ")


@pytest.mark.parametrize(
    "shown", ["0/34000/0", "10200/23800", "", "x", "0/0/0", "9" * 5000, "10200/23800/0; drop", "-1/1/1"]
)
def test_amounts_that_were_not_shown_cancel_nothing(participant: Participant, shown: str):
    page = participant.book_and_pay(participant.edition())
    refused = participant.browser.submit(participant.cancellation(page), shown=shown)
    assert refused.status_code == 409
    assert participant.bookings() == [("confirmed", 1)]
    assert participant.browser.submit(refused).status_code == 200


def test_seats_of_others_are_left_alone(participant: Participant):
    slug = participant.edition()
    page = participant.book_and_pay(slug)
    participant.book_and_pay(slug, email="bea@example.org")
    with participant.rows() as session:
        mine, theirs = session.scalars(select(Attendee.id).order_by(Attendee.id))
    own = participant.browser.get(f"{page.request.path}/cancellation?seat={theirs}", follow_redirects=True)
    assert own.request.path == page.request.path
    shown = participant.cancellation(page)
    participant.browser.submit(shown, seat=[str(theirs)])
    participant.browser.submit(shown, seat=["9" * 5000, "x"])
    assert participant.bookings() == [("cancelled", 0), ("confirmed", 1)]
    assert mine != theirs


def test_without_form_token_nothing_is_cancelled(participant: Participant):
    page = participant.book_and_pay(participant.edition())
    shown = participant.cancellation(page)
    assert participant.browser.submit(shown, csrf_token=None).status_code == 400
    assert participant.bookings() == [("confirmed", 1)]


def test_after_the_class_nothing_is_offered(participant: Participant):
    page = participant.book_and_pay(participant.edition())
    participant.at("2026-12-05 17:00")
    assert "/cancellation" not in participant.browser.get(page.request.path).text
    assert participant.cancellation(page).status_code == 303


@pytest.mark.parametrize("number", ["1", "2", "99", "9" * 30])
def test_results_of_others_are_not_shown(participant: Participant, number: str):
    slug = participant.edition()
    page = participant.book_and_pay(slug)
    cancel(participant, participant.book_and_pay(slug, email="bea@example.org"))
    assert (
        participant.browser.get(f"{page.request.path.replace('/my/', '/my/')}/cancellations/{number}").status_code
        == 404
    )
