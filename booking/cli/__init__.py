"""Commands: `flask --app app <command>`. Each prints plain sentences and exits 0, or says what is wrong and exits 2."""

from __future__ import annotations

from flask import Flask

from booking.cli import backup, catalogue, doctor, fee, money, people, serve, stripe, watch

COMMANDS = (
    serve.serve,
    people.create_owner,
    catalogue.import_catalogue,
    catalogue.seed_demo,
    money.mark_paid,
    money.refunds,
    money.mark_refunded,
    fee.fee,
    stripe.setup,
    doctor.doctor,
    watch.check,
    watch.jobs,
    watch.sweep,
    backup.backup,
    backup.restore,
)


def init_app(app: Flask) -> None:
    """Adds the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
