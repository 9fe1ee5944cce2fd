"""Vouchers at the desk."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from booking.persistence.vouchers import Voucher
from tests.web.desk.organiser import Desk

SPRING = {"code": "spring-10", "value": "10", "first_day": "2026-11-01", "last_day": "2026-11-30", "max_uses": "3"}


def test_a_voucher_lowers_the_price_until_its_last_second(desk: Desk) -> None:
    slug = desk.edition()
    desk.submit(desk.get("vouchers/new"), **SPRING)
    with desk.rows() as session:
        voucher = session.scalars(select(Voucher)).one()
        assert (voucher.code, voucher.kind, voucher.value, voucher.max_uses) == ("SPRING-10", "percent", "10", 3)
        assert voucher.valid_until == datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    assert "CHF\u00a0306.00" in desk.at("2026-11-30 23:59:59").book(slug, "demo", voucher="Spring-10").text
    assert "1 of 3" in desk.get("vouchers/").text
    late = desk.at("2026-12-01 00:00").fill(slug, voucher="SPRING-10", email="late@example.org")
    assert "CHF\u00a0306.00" not in late.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": "a b"}, "Enter 3 to 30 letters"),
        ({"value": "0"}, "above 0 and up to 100"),
        ({"value": "100.5"}, "above 0 and up to 100"),
        ({"kind": "amount", "value": "ten"}, "Enter a sum in francs"),
        ({"kind": "amount", "value": "0"}, "Enter a sum in francs"),
        ({"last_day": "2026-10-01"}, "not before the first"),
        ({"last_day": "tomorrow"}, "Enter a day"),
        ({"max_uses": "0"}, "Enter a number from 1"),
    ],
    ids=str,
)
def test_what_is_no_voucher_is_refused_in_words(desk: Desk, typed: dict[str, str], said: str) -> None:
    page = desk.submit(desk.get("vouchers/new"), **SPRING | typed)
    assert said in page.text
    with desk.rows() as session:
        assert session.scalars(select(Voucher)).all() == []


def test_a_code_is_given_once(desk: Desk) -> None:
    desk.submit(desk.get("vouchers/new"), **SPRING)
    page = desk.submit(desk.get("vouchers/new"), **SPRING)
    assert "Another voucher has the code SPRING-10" in page.text


def test_one_that_was_used_ends_and_one_that_was_not_goes(desk: Desk) -> None:
    slug = desk.edition()
    desk.submit(desk.get("vouchers/new"), **SPRING)
    desk.book(slug, "demo", voucher="SPRING-10")
    page = desk.submit(desk.get("vouchers/1"), "action=delete")
    assert "1 booking carries it" in page.text
    desk.submit(desk.get("vouchers/1"), "action=end")
    desk.at("2026-11-01 12:00")
    page = desk.fill(slug, voucher="SPRING-10", email="bea@example.org")
    assert "CHF\u00a0306.00" not in page.text
    desk.submit(desk.get("vouchers/new"), **SPRING | {"code": "UNUSED"})
    desk.submit(desk.get("vouchers/2"), "action=delete")
    with desk.rows() as session:
        assert [voucher.code for voucher in session.scalars(select(Voucher))] == ["SPRING-10"]
