"""Cancelling at the desk: the figures before the button, lower fees, earlier letters, one seat of several."""

from __future__ import annotations

import pytest

from booking.domain.booking import Confirmation
from booking.persistence.bookings import Booking
from tests.factories import at
from tests.web.desk.acts import booked, cancellations, latest, notes, outlook, paid, refunds, state
from tests.web.desk.organiser import Desk
from tests.web.participant import PAYER_IBAN, errors_of


@pytest.mark.parametrize(
    ("now", "fee", "back"),
    [
        ("2026-11-20 23:59:59", "102.00", "238.00"),
        ("2026-11-21 00:00:00", "170.00", "170.00"),
        ("2026-11-27 23:59:59", "170.00", "170.00"),
        ("2026-11-28 00:00:00", "272.00", "68.00"),
        ("2026-12-04 23:59:59", "272.00", "68.00"),
        ("2026-12-05 00:00:00", "340.00", None),
    ],
)
def test_7_the_same_figures_as_on_the_pages(desk: Desk, now: str, fee: str, back: str | None) -> None:
    reference = paid(desk)
    page = desk.at(now).get(f"bookings/{reference}/cancellation")
    assert f"Cancel for a fee of CHF\u00a0{fee}" in page.text
    assert (f"CHF {back} goes back the way it was paid" in outlook(page)) == (back is not None)
    assert f"Fee invoice for CHF {fee}" in outlook(page)
    assert "Credit note for CHF 340.00" in outlook(page)
    assert "Cancellation, with its figures (to the participant)" in outlook(page)
    desk.submit(page)
    assert state(desk, reference)[0] == "cancelled"
    [done] = cancellations(desk)
    assert (f"{done.fee / 100:.2f}", done.entered_at) == (fee, None)


def test_who_has_no_address_is_told_by_the_desk(desk: Desk) -> None:
    reference = paid(desk)
    with desk.rows() as session:
        session.query(Booking).one().email = ""
        session.commit()
    page = desk.at("2026-11-21 09:00").get(f"bookings/{reference}/cancellation")
    assert "None to the participant, who has no e-mail address: tell them yourself." in outlook(page)
    assert "(to the participant)" not in outlook(page)
    assert "No e-mail reaches the participant: tell them yourself." in desk.submit(page).text


def test_8_what_was_shown_is_what_is_done(desk: Desk) -> None:
    reference = paid(desk)
    page = desk.at("2026-11-20 23:58").get(f"bookings/{reference}/cancellation")
    page = desk.at("2026-11-21 00:01").submit(page)
    assert page.status_code == 409
    assert "Nothing was done yet" in page.text
    assert "Fee invoice for CHF 170.00" in outlook(page)
    assert state(desk, reference)[0] == "confirmed"
    desk.submit(page)
    assert [done.fee for done in cancellations(desk)] == [17000]


def test_9_a_hold_goes_for_nothing(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.get(f"bookings/{reference}/cancellation")
    assert "Cancel free of charge" in page.text
    desk.submit(page)
    assert state(desk, reference)[0] == "cancelled"


def test_9_on_account_the_fee_is_billed(desk: Desk) -> None:
    reference = booked(desk, desk.edition(confirmation=Confirmation.ON_BOOKING))
    page = desk.at("2026-11-27 12:00").get(f"bookings/{reference}/cancellation")
    assert "Fee invoice for CHF 170.00, to be paid" in outlook(page)
    assert "CHF 170.00 is owed after that." in outlook(page)
    desk.submit(page)
    assert state(desk, reference)[0] == "cancelled"


def test_a_letter_of_an_earlier_day_counts_from_its_day(desk: Desk) -> None:
    reference = paid(desk)
    page = desk.at("2026-11-30 10:00").get(f"bookings/{reference}/cancellation")
    letter = {"received_day": "2026-11-20", "received_time": "18:30"}
    page = desk.submit(page, **letter)
    assert errors_of(page) == ["received_reason"]
    page = desk.submit(page, **letter, received_reason="Her letter of that day")
    assert "Fee invoice for CHF 102.00" in outlook(page)
    assert "As of Friday 20 November 2026 at 18:30." in page.text
    desk.submit(page)
    [done] = cancellations(desk)
    assert (done.received_at, done.entered_at, done.fee) == (at("2026-11-20 18:30"), desk.now, 10200)
    assert notes(desk) == [("received", "Her letter of that day")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"received_day": ""}, "received_day"),
        ({"received_day": "some day"}, "received_day"),
        ({"received_day": "2026-12-01"}, "received_day"),
        ({"received_day": "2026-10-31"}, "received_day"),
        ({"received_time": "late"}, "received_time"),
        ({"received_day": "2026-10-25", "received_time": "02:30"}, "received_time"),
        ({"received_reason": ""}, "received_reason"),
    ],
    ids=str,
)
def test_a_letter_that_cannot_be_is_refused_at_its_field(desk: Desk, typed: dict[str, str], field: str) -> None:
    reference = paid(desk)
    page = desk.at("2026-11-30 10:00").get(f"bookings/{reference}/cancellation")
    letter = {"received_day": "2026-11-20", "received_time": "", "received_reason": "A letter"}
    page = desk.submit(page, **letter | typed)
    assert (page.status_code, errors_of(page)) == (422, [field])
    assert state(desk, reference)[0] == "confirmed"


def test_a_fee_is_lowered_with_a_reason_and_never_raised(desk: Desk) -> None:
    reference = paid(desk)
    page = desk.at("2026-11-28 12:00").get(f"bookings/{reference}/cancellation")
    page = desk.submit(page, fee="272.05", fee_reason="Why not")
    assert (page.status_code, errors_of(page)) == (422, ["fee"])
    assert "Enter at most CHF\u00a0272.00." in page.text
    for typed, field in (({"fee": "50"}, "fee_reason"), ({"fee_reason": "Ill"}, "fee")):
        page = desk.submit(desk.get(f"bookings/{reference}/cancellation"), **typed)
        assert errors_of(page) == [field]
    page = desk.submit(page, fee="50", fee_reason="She broke a leg")
    assert "CHF 290.00 goes back" in outlook(page)
    assert "Lowered by" in page.text
    desk.submit(page)
    [done] = cancellations(desk)
    assert (done.fee, done.quoted_fee, done.ground) == (5000, 27200, "lowered")
    assert notes(desk) == [("fee", "She broke a leg")]


def test_10_one_of_three_seats(desk: Desk) -> None:
    reference = paid(desk, seats=3)
    page = desk.at("2026-11-21 09:00").get(f"bookings/{reference}/cancellation")
    assert "What the button does" not in page.text, "nobody is chosen beforehand"
    assert (page.text.count(" checked"), "Choose all 3 seats" in page.text) == (0, True)
    assert errors_of(desk.submit(page)) == ["seats"]
    page = desk.submit(page, seats=["1"])
    assert page.status_code == 200
    assert "1 seat is free again. The booking keeps 2 seats. CHF 170.00 goes back" in " ".join(outlook(page).split())
    desk.submit(page)
    assert desk.bookings() == [("confirmed", 2)]


def test_all_seats_are_chosen_by_one_link(desk: Desk) -> None:
    reference = paid(desk, seats=3)
    page = desk.at("2026-11-21 09:00").get(f"bookings/{reference}/cancellation?seat=1&seat=2&seat=3")
    assert "CHF 510.00 goes back" in outlook(page)
    desk.submit(page)
    assert state(desk, reference)[0] == "cancelled"


def test_what_few_need_is_folded_until_something_stands_in_it(desk: Desk) -> None:
    reference = paid(desk)
    page = desk.at("2026-11-28 12:00").get(f"bookings/{reference}/cancellation")
    assert "<h1>Cancel the booking</h1>" in page.text
    assert page.text.count('<details class="folded">') == 2
    page = desk.submit(page, received_reason="A letter")
    assert errors_of(page) == ["received_day"]
    assert page.text.count('<details class="folded" open>') == 1
    page = desk.submit(page, received_reason="", fee="0", fee_reason="She broke a leg")
    assert "CHF 340.00 goes back" in outlook(page)
    assert page.text.count('<details class="folded" open>') == 1


@pytest.mark.parametrize(("iban", "then"), [("", "needs_iban"), (PAYER_IBAN, "to_pay")])
def test_17_an_account_is_asked_for_where_it_is_not_known(desk: Desk, iban: str, then: str) -> None:
    reference = booked(desk)
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    page = desk.get(f"bookings/{reference}/cancellation")
    assert "the participant is asked for an IBAN" in outlook(page)
    page = desk.submit(page, iban=f"{iban}x")
    if iban:
        assert errors_of(page) == ["iban"]
    page = desk.submit(desk.get(f"bookings/{reference}/cancellation"), iban=iban)
    if iban:
        assert "you find the transfer to make among the refunds" in outlook(page)
        desk.submit(page)
    assert refunds(desk) == [(23800, then)]


def test_when_the_class_is_over_only_an_earlier_letter_counts(desk: Desk) -> None:
    reference = paid(desk)
    page = desk.at("2026-12-07 09:00").get(f"bookings/{reference}/cancellation")
    assert "Choose a seat. When the class is over, only what was cancelled before" in page.text
    letter = {"received_day": "2026-12-04", "received_reason": "E-mail"}
    page = desk.submit(page, **letter)
    assert "CHF 68.00 goes back" in outlook(page)
    desk.submit(page)
    assert state(desk, reference)[0] == "cancelled"


def test_a_form_of_a_booking_that_has_ended_since_only_says_so(desk: Desk) -> None:
    reference = booked(desk, seats=2)
    stale = desk.get(f"bookings/{reference}/cancellation")
    page = desk.submit(desk.get(f"bookings/{reference}/cancellation"), seats=["1", "2"])
    desk.submit(page)
    assert state(desk, reference)[0] == "cancelled"
    page = desk.submit(stale)
    assert (page.status_code, errors_of(page)) == (409, [])
    assert 'name="seats"' not in page.text


def test_9_who_owes_a_seat_and_the_fee_of_another_is_asked_for_both(desk: Desk) -> None:
    own = desk.book(desk.edition(confirmation=Confirmation.ON_BOOKING), seats=2).request.path
    desk.at("2026-11-27 12:00")
    desk.submit(desk.get(f"bookings/{latest(desk)}/cancellation", seat="1"))
    page = desk.browser.get(own).text
    assert "Pay the invoice of CHF\u00a0510.00 with the QR-bill below." in page
    bill = page.partition('class="qr-bill"')[2].partition("</section>")[0]
    assert '<span class="mono" id="bill-amount">CHF\u00a0510.00</span>' in bill
