"""Commands that watch over the data: checks, jobs, sweeps."""

from __future__ import annotations

import click
from flask import current_app

from booking import jobs as job_runner
from booking.adapters import clock
from booking.cli.database import with_database
from booking.services.check import findings


@click.command("check")
@with_database
def check() -> None:
    """Proves that seats, accounts, documents, states and mails agree; exits 1 and lists what does not."""
    found = findings(clock.now())
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("Seats, accounts, documents, states and mails agree.")


@click.command("jobs")
def jobs() -> None:
    """Runs jobs (mails, refunds, sweeps) in this process until stopped, for ATELIER_JOBS=external."""
    job_runner.run_forever(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("sweep")
@with_database
def sweep() -> None:
    """Runs everything that is due once: holds that ended, mails, refunds. For cron, and for trying things out."""
    job_runner.current_jobs().sweep()
    click.echo("Done.")
