"""`flask serve`: prepares the database, then becomes the web server."""

from __future__ import annotations

import os
import socket
import sys

import click
from sqlalchemy import select

from booking.adapters import catalogue_file, clock, demo_people
from booking.cli import people, seed
from booking.cli.database import with_database
from booking.config import ROOT, Settings, current, load
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass
from booking.services import publish


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", envvar="WORKERS", default=1, show_default=True, type=click.IntRange(1, 64))
@with_database
def serve(host: str, port: int, workers: int) -> None:
    """Brings the database up to date, fills the demonstration, and serves the site until Ctrl-C."""
    settings = current()
    _check_port(host, port)
    if settings.demo:
        _fill_demo()
    link = None if settings.demo else people.first_owner_link(clock.now())
    db.session.remove()
    db.engine.dispose()
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if settings.demo:  # links and the demonstration's payment page must lead to where it listens
        os.environ.setdefault("ATELIER_BASE_URL", f"http://{where.replace('0.0.0.0', '127.0.0.1')}")  # noqa: S104
    _announce(load(), where, link)
    sys.stdout.flush()
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")]
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # threads share two heaps: 10 MB less a worker, and as fast
    os.execv(sys.executable, [*command, "--bind", where, "--workers", str(workers), "app:app"])  # noqa: S606


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Cannot listen on {host}:{port} ({error.strerror}). If Atelier already runs there, stop it with "
                f"Ctrl-C, or choose another port: make run PORT={min(port + 1, 65535)}"
            ) from None


def _fill_demo() -> None:
    if db.session.scalar(select(MasterClass.id).limit(1)) is None:
        now = clock.now()
        text = (ROOT / "content" / "demo.toml").read_text(encoding="utf-8")
        publish.import_catalogue(catalogue_file.read(text, publish.first_day(now)), now)
        seed.book_invented_people(now)
    people.seed_desk(clock.now())


def _announce(settings: Settings, where: str, link: str | None) -> None:
    """`where` it listens is not its public address when something stands before it."""
    click.echo(f"\n  Atelier is starting on {settings.base_url}/  (Ctrl-C stops it)")
    click.echo(f"  listening on {where}\n")
    for language in settings.languages:
        click.echo(f"  {settings.base_url}/{language}/")
    click.echo(f"  {settings.base_url}/desk   the organiser's desk")
    if settings.demo:
        owner = demo_people.PEOPLE[0]
        click.echo(f"      sign in with {owner.email}, password: {demo_people.PASSWORD}")
        click.echo(f"  {settings.base_url}/demo/mailbox   the mails that the demonstration sends\n")
    if link:
        click.echo("\n  Nobody has an account at the desk yet. This link lets the first owner in, once, within a day:")
        click.echo(f"\n  {link}\n")
