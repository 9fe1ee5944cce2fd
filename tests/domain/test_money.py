"""Integer centimes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.money import parse, plain, round_half_up, share


@pytest.mark.parametrize(
    ("text", "centimes"),
    [
        ("340", 34000),
        ("340.5", 34050),
        ("340.05", 34005),
        ("1'234.50", 123450),
        ("1’234.50", 123450),
        ("CHF 1 234.50", 123450),
        ("340.–", 34000),
        ("0", 0),
    ],
)
def test_sums_as_people_write_them(text: str, centimes: int) -> None:
    assert parse(text) == centimes


@pytest.mark.parametrize("text", ["", "-5", "1.234", "3,50", "1e5", "NaN", "10000000", "five", "+5", "."])
def test_what_is_no_sum_of_money(text: str) -> None:
    with pytest.raises(ValueError, match="not a sum of money"):
        parse(text)


@given(st.integers(-(10**10), 10**10))
def test_plain_is_read_back(amount: int) -> None:
    text = plain(abs(amount))
    assert parse(text) == abs(amount) if abs(amount) < 10**9 else True
    assert plain(-abs(amount)) == ("-" + text if amount else text)


@pytest.mark.parametrize(
    ("amount", "step", "rounded"),
    [(Fraction(19, 2), 1, 10), (Fraction(5, 2), 5, 5), (Fraction(249, 100), 5, 0), (7, 5, 5), (8, 5, 10), (0, 5, 0)],
)
def test_half_up(amount: Fraction | int, step: int, rounded: int) -> None:
    assert round_half_up(amount, step) == rounded


@given(st.integers(0, 10**9), st.integers(1, 50))
def test_shares_sum_up_and_differ_by_a_centime_at_most(amount: int, parts: int) -> None:
    shares = share(amount, parts)
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1
