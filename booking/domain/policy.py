"""How a cancellation policy is written and what it may be; `cancellation` says what it costs.

Source: the rules of the house, "cancellation schedule" (docs/rules.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, Literal

Basis = Literal["net", "list"]
Anchor = Literal["first_meeting", "registration_deadline"]
Fault = Literal["unreadable", "empty", "range", "overlap", "falls", "options", "falls_at_price"]

MAX_DAYS: Final = 3650  # ten years: beyond it a tier is a slip of the pen, and days would leave the calendar
WRITTEN_TIER: Final = re.compile(
    r"\s*(\d{1,4})\s*:\s*(\d{1,3}(?:\.\d{1,4})?)\s*%?\s*(?:\+\s*(\d{1,7}(?:\.\d{1,2})?)\s*)?", re.ASCII
)


class PolicyError(ValueError):
    """The tiers are not a total, rising function of time. The message says why, in English, for files and commands;
    `fault` and `days` say it to pages, which have sentences of their own."""

    def __init__(self, message: str, fault: Fault, days: int | None = None) -> None:
        super().__init__(message)
        self.fault, self.days = fault, days


@dataclass(frozen=True)
class CancellationTier:
    """`min_days` whole days or more before the anchor: `percent` of the basis plus `fixed` centimes."""

    min_days: int
    percent: Decimal
    fixed: int = 0


FULL_FEE = CancellationTier(min_days=-(10**6), percent=Decimal(100))  # nearer than the last tier, or absent


@dataclass(frozen=True)
class CancellationPolicy:
    """A schedule of fees. Tiers are kept by descending `min_days`; sums are centimes.

    Raises PolicyError unless the tiers are a total, rising function (no overlap, no fee that falls as the day nears).
    """

    tiers: tuple[CancellationTier, ...]
    min_fee: int = 0
    rounding_step: int = 5
    basis: Basis = "net"
    anchor: Anchor = "first_meeting"
    free_hours: int = 0
    free_until_deadline: bool = False
    withdrawal_days: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple(sorted(self.tiers, key=lambda t: -t.min_days)))
        _check_shape(self)

    def tier_for(self, days: int) -> CancellationTier:
        """The first tier, by descending min_days, that `days` reaches; 100 % when none does."""
        return next((tier for tier in self.tiers if days >= tier.min_days), FULL_FEE)

    def to_json(self) -> dict[str, Any]:
        """Plain values, to freeze the policy on a booking."""
        plain = asdict(self)
        plain["tiers"] = [{**asdict(tier), "percent": str(tier.percent)} for tier in self.tiers]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> CancellationPolicy:
        """The inverse of `to_json`."""
        tiers = tuple(CancellationTier(**{**tier, "percent": Decimal(tier["percent"])}) for tier in plain["tiers"])
        return cls(**{**plain, "tiers": tiers})


def parse_policy(text: str, **options: Any) -> CancellationPolicy:
    """'15:30,8:50,1:80' or, with a fixed sum in francs after a plus, '30:0+100,15:50'. Raises PolicyError."""
    tiers = []
    for part in text.split(","):
        written = WRITTEN_TIER.fullmatch(part)
        if not written:
            raise PolicyError(
                f"cannot read {part.strip()[:40]!r}: write days:percent, as in 15:30,8:50,1:80", "unreadable"
            )
        days, percent, francs = written.groups()
        tiers.append(CancellationTier(int(days), Decimal(percent), int(Decimal(francs or 0) * 100)))
    return CancellationPolicy(tuple(tiers), **options)


def _check_shape(policy: CancellationPolicy) -> None:
    if not policy.tiers:
        raise PolicyError("a policy needs at least one tier, as in 15:30,8:50,1:80", "empty")
    for tier in policy.tiers:
        if not 0 <= tier.min_days <= MAX_DAYS or tier.fixed < 0 or not _is_share(tier.percent):
            raise PolicyError(
                f"a tier is out of range: 0 to {MAX_DAYS} days, 0 to 100 % in ten-thousandths, no negative sums",
                "range",
                tier.min_days,
            )
    for earlier, later in zip(policy.tiers, policy.tiers[1:], strict=False):
        if earlier.min_days == later.min_days:
            raise PolicyError(f"two tiers overlap at {later.min_days} days", "overlap", later.min_days)
        falls = later.percent <= earlier.percent and later.fixed <= earlier.fixed
        if falls and (later.percent, later.fixed) != (earlier.percent, earlier.fixed):
            raise PolicyError(
                f"the fee falls at {later.min_days} days: it must not go down as the day comes nearer",
                "falls",
                later.min_days,
            )
    if policy.rounding_step not in (1, 5, 10, 100) or policy.min_fee < 0 or policy.withdrawal_days not in (0, 14):
        raise PolicyError(
            "rounding is 0.01, 0.05, 0.10 or 1.00; the least fee is not negative; withdrawal 0 or 14 days",
            "options",
        )
    if not 0 <= policy.free_hours <= MAX_DAYS * 24:
        raise PolicyError("the hours during which cancelling is free are not negative", "options")


def _is_share(percent: Decimal) -> bool:
    """0 to 100 with at most four decimals; neither NaN nor a number too fine to compute with."""
    return percent.is_finite() and 0 <= percent <= 100 and percent == round(percent, 4)
