"""Money by commands, as the desk does it by pages: transfers that arrived, refunds to send."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import click

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.cli.database import with_database
from booking.domain import money
from booking.domain.errors import WrongAmount
from booking.persistence import bookings, ledger
from booking.services import pay, refund


@click.command("mark-paid")
@click.argument("reference")
@click.argument("amount")
@click.argument("day")
@click.option("--again", is_flag=True, help="A second transfer of the same sum and day, not a repetition.")
@with_database
def mark_paid(reference: str, amount: str, day: str, again: bool) -> None:
    """Books a transfer: REFERENCE as on the QR-bill, AMOUNT in francs, DAY it was credited (2026-11-09)."""
    try:
        centimes = money.parse(amount)
        credited = datetime.combine(date.fromisoformat(day), time(12), UTC)
    except ValueError as error:
        raise click.UsageError(f"{error}. Write the amount as in 340.00 and the day as in 2026-11-09.") from None
    try:
        booking_id = pay.mark_paid(reference, centimes, clock.now(), current_ports(), credited, again)
    except WrongAmount as refusal:
        reasons = {
            "unknown": "No booking or fee has this reference.",
            "not_positive": "The amount must be above 0.",
            "repeated": "This transfer is booked already. If there really was a second one that day, add --again.",
        }
        raise click.UsageError(reasons[refusal.reason]) from None
    booking = bookings.by_id(booking_id)
    left = ledger.balance(booking_id)
    still = f" CHF {money.plain(left)} is still owed." if left > 0 else ""
    click.echo(f"Booking {booking.reference} is {booking.state}.{still}")


@click.command("refunds")
@with_database
def refunds() -> None:
    """Lists the refunds to send by bank, and those that wait for the payer's IBAN."""
    tasks = refund.tasks()
    for task in tasks:
        reference = bookings.by_id(task.booking_id).reference
        where = f"to {task.iban}, {task.account_holder}" if task.iban else "waits for the payer's IBAN"
        click.echo(f"{task.id}  booking {reference}  CHF {money.plain(task.amount)}  {where}")
    if not tasks:
        click.echo("No refund waits.")


@click.command("mark-refunded")
@click.argument("number", type=int)
@with_database
def mark_refunded(number: int) -> None:
    """Says that refund NUMBER of `flask refunds` was sent by bank; the payer gets a mail, the IBAN is erased."""
    try:
        refund.mark_refunded(number, clock.now())
    except WrongAmount:
        raise click.UsageError(f"Refund {number} is not waiting to be sent: see `flask refunds`.") from None
    click.echo(f"Refund {number} is marked as sent.")
