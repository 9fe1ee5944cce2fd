"""`flask fee`: what cancelling would cost, from the same function that charges participants."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from booking.domain import cancellation, money
from booking.domain.cancellation import SeatPrice, Timing
from booking.domain.local_time import ZONE
from booking.domain.policy import CancellationPolicy, PolicyError, parse_policy


@click.command("fee")
@click.option(
    "--policy", required=True, help="Tiers as days:percent, with +francs: '15:30,8:50,1:80', '30:0+100,15:50'."
)
@click.option("--start", required=True, help="When the class starts: 2011-12-03T09:00, local unless it has an offset.")
@click.option("--price", required=True, help="Price of the seat in francs: 340 or 340.00.")
@click.option("--at", required=True, help="When the cancellation is received: 2011-11-18T23:59:59, local or with Z.")
@click.option("--zone", default=ZONE, show_default=True, help="IANA zone in which days are counted.")
@click.option("--min-fee", default="0", show_default=True, help="Least fee in francs.")
@click.option("--rounding", default="0.05", show_default=True, help="Step the fee is rounded to, in francs.")
def fee(policy: str, start: str, price: str, at: str, zone: str, min_fee: str, rounding: str) -> None:
    """Simulates a cancellation and prints one JSON object."""
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.UsageError(f"{zone!r} is not a time zone: write one as in Europe/Zurich.") from None
    received, starts = _moment("--at", at, tz), _moment("--start", start, tz)
    centimes = _francs("--price", price)
    try:
        options = {"min_fee": _francs("--min-fee", min_fee), "rounding_step": _francs("--rounding", rounding)}
        rules = parse_policy(policy, **options)
        cancellation.check_price(rules, centimes)
    except PolicyError as error:
        raise click.UsageError(f"This policy is refused: {error}.") from None
    click.echo(json.dumps(_simulated(rules, Timing(zone, starts), received, centimes)))


def _simulated(rules: CancellationPolicy, timing: Timing, received: datetime, price: int) -> dict[str, object]:
    seat = SeatPrice(price, price)
    quote = cancellation.quote(rules, timing, received, [seat])
    return {
        "days": quote.days,
        "percent": _plain(quote.percent),
        "fixed": money.plain(quote.fixed),
        "fee": money.plain(quote.fee),
        "refund": money.plain(price - quote.fee),
        "price": money.plain(price),
        "received": received.astimezone(ZoneInfo(timing.zone)).isoformat(),
        "start": timing.first_meeting.astimezone(ZoneInfo(timing.zone)).isoformat(),
        "schedule": [
            {
                "until": step.last_day.isoformat() if step.last_day else None,
                "percent": _plain(step.percent),
                "fixed": money.plain(step.fixed),
                "fee": money.plain(step.fee),
            }
            for step in cancellation.steps(rules, timing, [seat])
        ],
    }


def _plain(percent: Decimal) -> str:
    """'30', '12.5': without an exponent or trailing zeros."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(option: str, text: str, tz: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=tz)
        aware.astimezone(tz)
    except (ValueError, OverflowError):
        raise click.UsageError(f"{option} is {text!r}: write a moment as in 2011-12-03T09:00.") from None
    return aware


def _francs(option: str, text: str) -> int:
    try:
        return money.parse(text)
    except ValueError:
        raise click.UsageError(f"{option} is {text!r}: write francs as in 340 or 340.50.") from None
