"""Money by hand at the desk: found by its reference, shown before it is booked, waived with a reason."""

from __future__ import annotations

import pytest

from booking.domain.booking import BookingState
from booking.persistence.bookings import Booking
from booking.persistence.journal import JournalEntry
from tests.web.desk.acts import booked, latest, notes, outlook, state
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of, value_of


def test_what_is_owed_is_filled_in_and_one_press_books_it(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.get(f"bookings/{reference}/payment")
    assert (value_of(page, "amount"), value_of(page, "day")) == ("340.00", "2026-11-01")
    assert "The booking is confirmed." in outlook(page)
    assert "Receipt for CHF 340.00" in outlook(page)
    assert "Confirmation (to the participant)" in outlook(page)
    page = desk.submit(page)
    assert "CHF\u00a0340.00 is booked." in page.text
    assert state(desk, reference) == ("confirmed", [34000])
    with desk.rows() as session:
        assert session.query(JournalEntry).filter_by(action="paid").one().organiser_id


def test_another_sum_is_shown_before_it_is_booked(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/payment"), amount="100", means="cash")
    assert page.status_code == 409
    assert "Nothing was done yet" in page.text
    assert "CHF 240.00 is owed after that." in outlook(page)
    assert state(desk, reference) == ("pending", [])
    desk.submit(page)
    assert state(desk, reference) == ("pending", [10000])
    page = desk.submit(desk.get(f"bookings/{reference}/payment"), amount="300.–")
    assert "CHF 60.00 goes back by bank: the participant is asked for an IBAN." in outlook(page)
    desk.submit(page)
    assert state(desk, reference) == ("confirmed", [10000, 30000])


def test_the_participant_is_asked_for_the_rest_alone(desk: Desk) -> None:
    own = desk.book(desk.edition()).request.path
    page = desk.submit(desk.get(f"bookings/{latest(desk)}/payment"), amount="100")
    desk.submit(page)
    bill = desk.browser.get(own).text.partition('class="qr-bill"')[2].partition("</section>")[0]
    assert "CHF\u00a0240.00" in bill
    assert "CHF\u00a0340.00" not in bill


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "a lot"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "999999999"}, "amount"),
        ({"day": "tomorrow"}, "day"),
        ({"day": "2026-11-02"}, "day"),
        ({"day": ""}, "day"),
        ({"means": "gold"}, "means-0"),
        ({"reference": "RF18 5390 0754 7034"}, "reference"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_at_its_field(desk: Desk, typed: dict[str, str], field: str) -> None:
    reference = booked(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/payment"), **typed)
    assert (page.status_code, errors_of(page)) == (422, [field])
    assert state(desk, reference) == ("pending", [])


def test_a_reference_leads_to_its_booking_and_to_no_other(desk: Desk) -> None:
    first, second = booked(desk), booked(desk, email="bea@example.org")
    with desk.rows() as session:
        named = session.query(Booking).filter_by(reference=first).one().qr_reference
    page = desk.get("payments/new", reference=f" {named} ")
    assert page.request.path.endswith(f"/bookings/{first}/payment")
    page = desk.submit(desk.get(f"bookings/{second}/payment"), reference=named)
    assert f"This reference belongs to booking {first}" in page.text
    assert state(desk, second) == ("pending", [])
    page = desk.get("payments/new", reference="123")
    assert "No booking and no invoice has this reference" in page.text


def test_the_same_sum_of_the_same_day_is_asked_about(desk: Desk) -> None:
    reference = booked(desk)
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    page = desk.submit(desk.get(f"bookings/{reference}/payment"), amount="340")
    assert "booked already" in page.text
    assert state(desk, reference) == ("confirmed", [34000])
    page = desk.submit(page, once_more="y")
    assert "CHF 340.00 goes back by bank" in outlook(page)
    desk.submit(page, once_more="y")
    assert state(desk, reference) == ("confirmed", [34000, 34000])


def test_two_people_see_each_other(desk: Desk) -> None:
    reference = booked(desk)
    mine = desk.get(f"bookings/{reference}/payment")
    desk.as_("staff").submit(desk.get(f"bookings/{reference}/payment"), day="2026-10-31")
    page = desk.as_("owner").submit(mine)
    assert page.status_code == 409
    assert "Nothing was done yet" in page.text
    assert "CHF 340.00 goes back" in outlook(page)
    assert state(desk, reference) == ("confirmed", [34000])


def test_late_money_of_a_hold_that_ended(desk: Desk) -> None:
    reference = booked(desk)
    desk.at("2026-11-12 09:00").run_jobs()
    page = desk.get(f"bookings/{reference}/payment")
    assert "The hold has ended unpaid" in page.text
    assert "The booking is confirmed." in outlook(page)
    desk.submit(page)
    assert state(desk, reference) == ("confirmed", [34000])


def test_a_debt_is_waived_with_its_reason(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.get(f"bookings/{reference}/waiver")
    assert "The booking is confirmed." in outlook(page)
    page = desk.submit(page)
    assert errors_of(page) == ["reason"]
    page = desk.submit(page, amount="1", reason="Bank charges")
    assert "CHF 339.00 is owed after that." in outlook(page)
    assert "No longer asked for (to the participant)" in outlook(page)
    desk.submit(page)
    assert notes(desk) == [("write_off", "Bank charges")]
    page = desk.submit(desk.get(f"bookings/{reference}/waiver"), amount="340", reason="Too much")
    assert errors_of(page) == ["amount"]
    assert "Enter at most CHF\u00a0339.00." in page.text


def test_where_nothing_is_owed_nothing_is_waived(desk: Desk) -> None:
    reference = booked(desk)
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    page = desk.get(f"bookings/{reference}/waiver")
    assert "Nothing is owed on this booking." in page.text


def test_a_payment_booked_by_mistake_is_taken_out(desk: Desk) -> None:
    reference = booked(desk)
    assert "No payment can be taken out" in desk.get(f"bookings/{reference}/payment/mistake").text
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    page = desk.get(f"bookings/{reference}/payment/mistake")
    assert "CHF 340.00 is owed after that." in outlook(page)
    assert "A payment was booked by mistake (to the participant)" in outlook(page)
    page = desk.submit(page)
    assert errors_of(page) == ["reason"]
    page = desk.submit(page, payment="99", reason="Another line")
    assert errors_of(page) == ["payment-0"]
    desk.submit(desk.get(f"bookings/{reference}/payment/mistake"), reason="Another line")
    assert state(desk, reference) == ("confirmed", [])
    assert notes(desk) == [("mistake", "Another line")]
    page = desk.submit(page)
    assert (page.status_code, errors_of(page)) == (409, []), "there is none any more"
    assert "No payment can be taken out" in page.text


def test_trainers_do_not_touch_money(desk: Desk) -> None:
    reference = booked(desk)
    for path in (
        "payment",
        "waiver",
        "cancellation",
        "refund",
        "payment/mistake",
        "seats/new",
        "contact",
        "notes",
        "letters",
    ):
        assert desk.as_("trainer").get(f"bookings/{reference}/{path}").status_code == 403
    assert desk.get("refunds/").status_code == desk.get("bookings/new").status_code == 403
    assert desk.as_("owner").get("bookings/AAAA-AAAA/payment").status_code == 404
    assert state(desk, reference)[0] == BookingState.PENDING
