"""Letters to look at: written in a database of their own, whatever the real one is."""

from __future__ import annotations

import pytest

from booking.adapters.gateways import current_ports
from booking.adapters.mail import preview
from booking.adapters.mail.preview import Preview
from booking.config import current
from booking.domain.actor import ORGANISER
from booking.domain.letters import PLACEHOLDERS, Words
from booking.persistence import outbox, scratch, site
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.services import settings
from tests import factories
from tests.factories import NOW
from tests.statements import counted_queries


def sampled(kind: str, language: str = "en") -> Preview:
    return preview.of_kind(kind, language, Words(), current_ports().issuer, current(), NOW)


def references() -> list[str]:
    return [booking.reference for booking in db.session.query(Booking)]


def test_looking_at_any_of_them_only_reads_what_is_set() -> None:
    settings.identify({"name": "Atelier des Vignes"}, settings.fingerprint(site.IDENTITY), NOW, ORGANISER)
    known = factories.make_booking().reference
    for kind in PLACEHOLDERS:
        with counted_queries() as statements:
            letter = sampled(kind)
        assert "Atelier des Vignes" in letter.text
        assert all(statement.startswith("SELECT") for statement in statements), kind
        assert len(statements) <= 6, kind
    assert references() == [known]


@pytest.mark.parametrize("kind", ["cancelled", "called_off"])
def test_what_was_paid_is_not_asked_for_again(kind: str) -> None:
    letter = sampled(kind)
    assert "CRN-00001" in letter.text
    assert "INV-00001" not in letter.text
    assert "How to pay" not in letter.text


def test_money_that_came_too_late_goes_back_whole() -> None:
    assert "You get the whole CHF\u00a0340.00 back" in sampled("late_refund").text


def test_one_that_cannot_be_written_leaves_the_session_as_it_was() -> None:
    known = factories.make_booking().reference
    with pytest.raises(KeyError):
        sampled("message")
    assert references() == [known]


def test_rows_of_a_scratch_database_are_gone_with_it() -> None:
    known = factories.make_booking().reference
    with scratch.database():
        assert references() == []
        outbox.post("mail", "never", NOW, {})
        assert db.session.query(outbox.OutboxJob).count() == 1
    assert references() == [known]
    assert db.session.query(outbox.OutboxJob).filter_by(key="never").count() == 0
