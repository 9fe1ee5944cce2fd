"""What a seat costs: early-bird until a date, then the full price, then the voucher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from booking.domain.booking import end_of_second
from booking.domain.cancellation import SeatPrice
from booking.domain.errors import VoucherRefused
from booking.domain.money import round_half_up, share

VoucherKind = Literal["percent", "amount"]


@dataclass(frozen=True)
class Discount:
    """`value` is a percentage per seat, or francs-and-centimes (in centimes) off the whole booking."""

    kind: VoucherKind
    value: Decimal


@dataclass(frozen=True)
class VoucherTerms:
    """When and how often a voucher may be used. Instants are aware, limits inclusive to their last microsecond."""

    valid_from: datetime | None
    valid_until: datetime | None
    max_uses: int | None
    master_class_id: int | None


def list_price(price: int, early_price: int | None, early_until: datetime | None, now: datetime) -> int:
    """The seat's list price at `now`: the early-bird price through `early_until`, then `price`. Centimes."""
    if early_price is not None and early_until is not None and now <= end_of_second(early_until):
        return early_price
    return price


def check_voucher(terms: VoucherTerms, uses: int, master_class_id: int, now: datetime) -> None:
    """Raises VoucherRefused with the reason if the voucher cannot be used now for this class.

    `uses` counts the live bookings that carry it.
    """
    if terms.master_class_id is not None and terms.master_class_id != master_class_id:
        raise VoucherRefused("other_class")
    if terms.valid_from and now < terms.valid_from:
        raise VoucherRefused("too_early")
    if terms.valid_until and now > end_of_second(terms.valid_until):
        raise VoucherRefused("over")
    if terms.max_uses is not None and uses >= terms.max_uses:
        raise VoucherRefused("used_up")


def seat_prices(list_prices: Sequence[int], discount: Discount | None) -> tuple[SeatPrice, ...]:
    """Net prices after the discount. A percentage is rounded half-up to 0.05; a sum is shared over the seats."""
    if discount is None:
        cuts: Sequence[int] = [0] * len(list_prices)
    elif discount.kind == "percent":
        cuts = [round_half_up(Fraction(discount.value) * price / 100, 5) for price in list_prices]
    else:
        cuts = share(min(int(discount.value), sum(list_prices)), len(list_prices))
    return tuple(SeatPrice(price, max(0, price - cut)) for price, cut in zip(list_prices, cuts, strict=True))
