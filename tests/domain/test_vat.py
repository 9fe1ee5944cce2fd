"""Tax held in a price, by the rate of the day."""

from __future__ import annotations

from datetime import date

import pytest

from booking.domain.vat import SWISS_RATES, Vat, VatRate, VatRules, in_order

RULES = VatRules("CHE-123.456.788 TVA", date(2022, 7, 1), SWISS_RATES)


@pytest.mark.parametrize(
    ("total", "rate", "held"),
    [(34000, 810, 2548), (34000, 770, 2431), (10000, 260, 253), (0, 810, 0), (102000, 810, 7643), (1, 810, 0)],
)
def test_what_a_total_holds(total: int, rate: int, held: int) -> None:
    assert Vat.held_in(total, rate) == Vat(rate, held)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2022, 6, 30), None),  # not registered yet
        (date(2022, 7, 1), 770),
        (date(2023, 12, 31), 770),
        (date(2024, 1, 1), 810),
        (date(2030, 1, 1), 810),
    ],
)
def test_the_rate_is_that_of_the_day(day: date, rate: int | None) -> None:
    assert RULES.rate_on(day) == rate


def test_before_the_first_rate_there_is_none() -> None:
    assert VatRules("x", date(2010, 1, 1), SWISS_RATES).rate_on(date(2017, 12, 31)) is None


def test_rules_survive_the_database() -> None:
    assert VatRules.from_json(RULES.to_json()) == RULES


def test_rates_are_ordered_and_two_of_one_day_refused() -> None:
    assert in_order(reversed(SWISS_RATES)) == SWISS_RATES
    with pytest.raises(ValueError, match="one day"):
        in_order([*SWISS_RATES, VatRate(date(2024, 1, 1), 900)])
