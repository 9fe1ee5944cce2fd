"""The account that a refund by bank goes to, as it was given while cancelling."""

from __future__ import annotations

from sqlalchemy import select

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.persistence.bookings import Booking
from booking.persistence.payments import Refund
from booking.services import pay
from tests.web.participant import PAYER_IBAN, Participant


def test_the_holders_name_is_cut_where_banks_cut_it(participant: Participant):
    own = participant.book(participant.edition())
    with participant.rows() as session:
        booking = session.scalars(select(Booking)).one()
        pay.mark_paid(booking.qr_reference, 34000, clock.now(), current_ports())
    participant.browser.submit(participant.cancellation(own), iban=PAYER_IBAN, holder="H" * 5000)
    with participant.rows() as session:
        assert session.scalars(select(Refund.account_holder)).one() == "H" * 70


def test_a_qr_iban_takes_no_refund(participant: Participant):
    own = participant.book(participant.edition())
    with participant.rows() as session:
        booking = session.scalars(select(Booking)).one()
        pay.mark_paid(booking.qr_reference, 34000, clock.now(), current_ports())
    page = participant.browser.submit(participant.cancellation(own), iban="CH44 3199 9123 0008 8901 2")
    assert (page.status_code, "QR-IBAN" in page.text) == (422, True)
    with participant.rows() as session:
        assert session.scalars(select(Refund)).all() == []
