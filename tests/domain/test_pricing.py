"""Early birds, vouchers, and what a seat then costs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import VoucherRefused
from booking.domain.pricing import Discount, VoucherTerms, check_voucher, list_price, seat_prices
from tests.factories import at

UNTIL = at("2026-10-31 23:59:59")
TEN_PERCENT = Discount("percent", Decimal(10))


@pytest.mark.parametrize(
    ("moment", "price"),
    [
        pytest.param("2026-10-31 23:59:58", 29000, id="the second before"),
        pytest.param("2026-10-31 23:59:59", 29000, id="the last second"),
        pytest.param("2026-10-31 23:59:59.999999", 29000, id="its last microsecond"),
        pytest.param("2026-11-01 00:00:00", 34000, id="midnight"),
    ],
)
def test_early_bird(moment: str, price: int) -> None:
    assert list_price(34000, 29000, UNTIL, at(moment)) == price


def test_no_early_bird_without_both_price_and_date() -> None:
    assert list_price(34000, None, UNTIL, at("2026-10-01 00:00")) == 34000
    assert list_price(34000, 29000, None, at("2026-10-01 00:00")) == 34000
    assert list_price(34000, 0, UNTIL, at("2026-10-01 00:00")) == 0


@pytest.mark.parametrize(
    ("price", "discount", "net"),
    [
        pytest.param(34000, TEN_PERCENT, 30600, id="340.00 less 10 %"),
        pytest.param(33300, Discount("percent", Decimal(5)), 31635, id="333.00 less 5 %"),
        pytest.param(33350, Discount("percent", Decimal(15)), 28345, id="the cut is rounded half-up to 0.05"),
        pytest.param(34000, Discount("percent", Decimal(100)), 0, id="all of it"),
        pytest.param(34000, Discount("amount", Decimal(5000)), 29000, id="50.00 off"),
        pytest.param(34000, Discount("amount", Decimal(50000)), 0, id="more than it costs"),
    ],
)
def test_one_seat(price: int, discount: Discount, net: int) -> None:
    assert [seat.net_price for seat in seat_prices([price], discount)] == [net]


def test_a_sum_is_shared_to_the_centime() -> None:
    seats = seat_prices([34000] * 3, Discount("amount", Decimal(10000)))
    assert [seat.net_price for seat in seats] == [30666, 30667, 30667]


@given(st.integers(0, 700000), st.integers(1, 12), st.integers(0, 10**7))
def test_a_sum_off_the_booking_is_neither_lost_nor_doubled(price: int, seats: int, off: int) -> None:
    prices = seat_prices([price] * seats, Discount("amount", Decimal(off)))
    assert sum(seat.net_price for seat in prices) == max(0, price * seats - off)
    assert all(0 <= seat.net_price <= seat.list_price == price for seat in prices)


@pytest.mark.parametrize(
    ("moment", "uses", "of_class", "reason"),
    [
        pytest.param("2026-10-01 00:00:00", 0, 1, None, id="first second"),
        pytest.param("2026-09-30 23:59:59", 0, 1, "too_early", id="the second before"),
        pytest.param("2026-10-31 23:59:59.5", 0, 1, None, id="last second"),
        pytest.param("2026-11-01 00:00:00", 0, 1, "over", id="the second after"),
        pytest.param("2026-10-15 12:00:00", 1, 1, None, id="one use left"),
        pytest.param("2026-10-15 12:00:00", 2, 1, "used_up", id="none left"),
        pytest.param("2026-10-15 12:00:00", 0, 2, "other_class", id="another class"),
    ],
)
def test_voucher_terms(moment: str, uses: int, of_class: int, reason: str | None) -> None:
    terms = VoucherTerms(at("2026-10-01 00:00"), UNTIL, max_uses=2, master_class_id=1)
    if reason is None:
        return check_voucher(terms, uses, of_class, at(moment))
    with pytest.raises(VoucherRefused) as refused:
        check_voucher(terms, uses, of_class, at(moment))
    assert refused.value.reason == reason
    return None


def test_a_voucher_without_limits() -> None:
    check_voucher(VoucherTerms(None, None, None, None), 10**6, 7, UNTIL + timedelta(days=9999))
