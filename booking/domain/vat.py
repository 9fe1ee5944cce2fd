"""Value added tax: what is held in a price, by the rate of the day on which the class takes place (rules: money)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from booking.domain.money import round_half_up

WHOLE: Final = 10_000  # hundredths of a percent in 1


@dataclass(frozen=True)
class VatRate:
    """`rate` in hundredths of a percent (810 is 8.1 %), from the day `since` on, until the next one begins."""

    since: date
    rate: int


@dataclass(frozen=True)
class Vat:
    """Tax held in a total: `rate` in hundredths of a percent (810 is 8.1 %), `included` in centimes."""

    rate: int
    included: int

    @classmethod
    def held_in(cls, total: int, rate: int) -> Vat:
        """What `total` centimes, tax included, hold of it: 25.48 of 340.00 at 8.1 %."""
        return cls(rate, round_half_up(Fraction(total * rate, WHOLE + rate)))


@dataclass(frozen=True)
class VatRules:
    """Who is registered, and since when: `number` as printed, `rates` oldest first."""

    number: str
    since: date
    rates: tuple[VatRate, ...]

    def rate_on(self, day: date) -> int | None:
        """The rate of a service rendered on `day`; None before the registration, or before the first rate."""
        begun = [rate for rate in self.rates if rate.since <= day]
        return begun[-1].rate if begun and day >= self.since else None

    def to_json(self) -> dict[str, Any]:
        """Plain values; days as ISO dates."""
        rates = [[rate.since.isoformat(), rate.rate] for rate in self.rates]
        return {"number": self.number, "since": self.since.isoformat(), "rates": rates}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> VatRules:
        """The rules that `to_json` gave."""
        rates = in_order(VatRate(date.fromisoformat(since), rate) for since, rate in data["rates"])
        return cls(data["number"], date.fromisoformat(data["since"]), rates)


SWISS_RATES: Final = (VatRate(date(2018, 1, 1), 770), VatRate(date(2024, 1, 1), 810))


def in_order(rates: Iterable[VatRate]) -> tuple[VatRate, ...]:
    """The rates, oldest first. Raises ValueError for two of one day."""
    ordered = tuple(sorted(rates, key=lambda rate: rate.since))
    if len({rate.since for rate in ordered}) < len(ordered):
        raise ValueError("two rates begin on one day")
    return ordered
