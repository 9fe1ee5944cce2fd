"""Refunds at the desk: sent from the bank, asked about, given out of goodwill."""

from __future__ import annotations

import pytest

from booking.persistence.journal import JournalEntry
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Refund
from tests.web.desk.acts import booked, notes, outlook, paid, refunds, state
from tests.web.desk.organiser import Desk
from tests.web.participant import PAYER_IBAN, errors_of, value_of


def owed_back(desk: Desk, iban: str = "", **how: str) -> str:
    """A booking that was paid by transfer and cancelled: 340.00 are to go back, for the date was called off."""
    reference = booked(desk, **how)
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    page = desk.get(f"bookings/{reference}/cancellation")
    page = desk.submit(page, iban=iban)
    if iban:
        desk.submit(page)
    return reference


def mails(desk: Desk, kind: str) -> int:
    with desk.rows() as session:
        keys = [key for (key,) in session.query(OutboxJob.key)]
        return sum(key.startswith(f"mail-{kind}-booker-") for key in keys)


def test_nothing_to_do_teaches(desk: Desk) -> None:
    assert "No refund waits" in desk.get("refunds/").text
    assert "No refund was made yet." in desk.get("refunds/", show="done").text


def test_transfers_are_marked_as_sent_several_at_once(desk: Desk) -> None:
    first = owed_back(desk, PAYER_IBAN)
    owed_back(desk, PAYER_IBAN, email="bea@example.org")
    page = desk.get("refunds/")
    assert "2 transfers to make, CHF\u00a0476.00" in page.text
    assert "CH93 0076 2011 6238 5295 7" in page.text
    assert 'data-copy-text="238.00"' in page.text
    assert first in page.text
    page = desk.submit(page)
    assert "Tick the transfers that you made." in page.text
    page = desk.submit(page, refund=["1", "2"])
    assert "2 refunds are marked as sent" in page.text
    assert refunds(desk) == [(23800, "succeeded"), (23800, "succeeded")]
    assert mails(desk, "refunded") == 2
    with desk.rows() as session:
        assert {row.iban for row in session.query(Refund)} == {""}
        assert session.query(JournalEntry).filter_by(action="refunded").first().organiser_id
    assert desk.get("refunds/", show="done").text.count("sent back") == 2


def test_the_booking_says_what_its_refund_waits_for(desk: Desk) -> None:
    reference = owed_back(desk, PAYER_IBAN)
    assert "CHF\u00a0238.00: to be sent from your bank." in desk.get(f"bookings/{reference}").text
    french = desk.get(f"bookings/{reference}", lang="fr").text
    assert "CHF\u00a0238.00\u202f: à virer depuis votre banque." in french


def test_nothing_is_sent_twice(desk: Desk) -> None:
    owed_back(desk, PAYER_IBAN)
    mine = desk.get("refunds/")
    desk.as_("staff").submit(desk.get("refunds/"), refund="1")
    page = desk.as_("owner").submit(mine, refund="1")
    assert "marked as sent already" in page.text
    assert (refunds(desk), mails(desk, "refunded")) == ([(23800, "succeeded")], 1)


def test_who_has_not_named_an_account_is_asked_again(desk: Desk) -> None:
    owed_back(desk)
    page = desk.get("refunds/")
    assert "1 refund waits for an IBAN, CHF\u00a0238.00" in page.text
    page = desk.at("2026-11-01 12:00").submit(page)
    assert "The participant is asked once more." in page.text
    assert mails(desk, "refund_iban") == 2


def test_an_account_is_entered_for_the_participant(desk: Desk) -> None:
    owed_back(desk)
    page = desk.submit(desk.get("refunds/1/account"), iban="CH93 0076 2011 6238 5295 8")
    assert (page.status_code, errors_of(page)) == (422, ["iban"])
    page = desk.submit(page, iban=PAYER_IBAN)
    assert "The refund can be sent now." in page.text
    assert refunds(desk) == [(23800, "to_pay")]
    page = desk.get("refunds/1/account")
    assert "This refund has its account already." in page.text
    assert desk.get("refunds/99/account").status_code == 404


def test_a_card_that_takes_nothing_back_is_told(desk: Desk) -> None:
    reference = paid(desk, refunds="fail")
    desk.submit(desk.get(f"bookings/{reference}/cancellation"))
    assert "1 refund at the payment provider" in desk.get("refunds/").text
    desk.run_jobs()
    page = desk.get("refunds/")
    assert "The card took nothing back" in page.text
    assert "could not be sent back" in desk.get("refunds/", show="done").text


def test_goodwill_goes_back_as_it_was_shown(desk: Desk) -> None:
    reference = paid(desk)
    page = desk.get(f"bookings/{reference}/refund")
    page = desk.submit(page, amount="50")
    assert errors_of(page) == ["reason"]
    page = desk.submit(page, amount="50", reason="The heating failed")
    assert "CHF 50.00 goes back the way it was paid, by itself." in outlook(page)
    assert refunds(desk) == []
    page = desk.submit(page, amount="60", reason="The heating failed")
    assert "CHF 60.00 goes back" in outlook(page)
    desk.submit(page)
    assert refunds(desk) == [(6000, "requested")]
    assert notes(desk) == [("goodwill", "The heating failed")]
    assert state(desk, reference)[0] == "confirmed"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": "340.05"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"way": "bank", "iban": "CH93 0076 2011 6238 5295 8"}, "iban"),
        ({"way": "bank", "iban": "CH44 3199 9123 0008 8901 2"}, "iban"),
    ],
    ids=str,
)
def test_what_cannot_be_given_back_is_said_at_its_field(desk: Desk, typed: dict[str, str], field: str) -> None:
    reference = paid(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/refund"), **{"amount": "50", "reason": "Cold", **typed})
    assert (page.status_code, errors_of(page)) == (422, [field])
    assert (value_of(page, "shown"), refunds(desk)) == ("", [])


def test_goodwill_by_bank_asks_for_the_account(desk: Desk) -> None:
    reference = paid(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/refund"), amount="50", reason="Cold", way="bank")
    assert "CHF 50.00 goes back by bank: the participant is asked for an IBAN." in outlook(page)
    desk.submit(page)
    assert refunds(desk) == [(5000, "needs_iban")]


def test_goodwill_of_nothing(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.get(f"bookings/{reference}/refund")
    assert "Something is still owed on this booking" in page.text


def test_a_gift_that_can_no_longer_be_given_only_says_why(desk: Desk) -> None:
    reference = paid(desk)
    stale = desk.get(f"bookings/{reference}/refund")
    page = desk.submit(desk.get(f"bookings/{reference}/refund"), amount="340", reason="Cold")
    desk.submit(page)
    page = desk.submit(stale)
    assert (page.status_code, errors_of(page)) == (409, [])
    assert refunds(desk) == [(34000, "requested")]


def test_a_transfer_that_was_no_longer_owed_is_not_said_to_be_marked(desk: Desk) -> None:
    reference = booked(desk)
    desk.submit(desk.get(f"bookings/{reference}/payment"))
    twice = desk.get(f"bookings/{reference}/payment")
    for _press in range(2):
        twice = desk.submit(twice, amount="340", once_more="y")
    desk.submit(desk.get("refunds/1/account"), iban=PAYER_IBAN)
    mine = desk.get("refunds/")
    mistake = desk.submit(desk.get(f"bookings/{reference}/payment/mistake"), reason="One line, read twice")
    if mistake.status_code == 409:
        desk.submit(mistake)
    assert refunds(desk) == [(34000, "withdrawn")]
    page = desk.submit(mine, refund="1")
    assert f"CHF\u00a0340.00 for booking {reference} was no longer to be given back" in page.text
    assert "marked as sent already" not in page.text
    assert mails(desk, "refunded") == 0


def test_who_has_no_address_any_more_is_not_said_to_be_asked(desk: Desk) -> None:
    reference = owed_back(desk)
    stale = desk.get("refunds/")
    desk.submit(desk.get(f"bookings/{reference}/contact"), email="")
    assert "This booking has no e-mail address." in desk.submit(stale).text
    assert mails(desk, "refund_iban") == 1
