"""`flask doctor`: what is configured, what is missing for real use, and whether each connection works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import click
from flask.cli import with_appcontext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from stdnum import iban as iban_rules

from booking.adapters import clock
from booking.adapters.mail import transport
from booking.cli import stripe
from booking.cli.finding import Finding
from booking.config import Settings, current
from booking.domain import reference
from booking.persistence import migrations, organisers, site
from booking.persistence.db import db
from booking.services.check import findings

MARKS = {"well": "ok  ", "hint": "note", "wrong": "FIX "}


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Says in plain words what is configured and what is missing for real use; exits 1 when something must be set."""
    examined = [finding for examine in EXAMINATIONS for finding in examine(current())]
    for finding in examined:
        click.echo(f"{MARKS[finding.verdict]}  {finding.words}")
    if any(finding.verdict == "wrong" for finding in examined):
        raise SystemExit(1)


def _database(settings: Settings) -> Iterator[Finding]:
    engine = "SQLite file" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    try:
        db.session.execute(text("select 1"))
        late = migrations.pending()
    except SQLAlchemyError as error:
        yield Finding("wrong", f"Database: cannot be reached ({type(error).__name__}). See ATELIER_DATABASE_URL.")
        return
    if late:
        yield Finding(
            "wrong", f"Database: {engine} answers, but lacks the tables of this version. Run flask serve once."
        )
        return
    yield Finding("well", f"Database: {engine} answers and has the tables of this version.")
    found = findings(clock.now())
    if found:
        things = "1 thing does" if len(found) == 1 else f"{len(found)} things do"
        yield Finding("wrong", f"Data: {things} not agree; flask check lists them.")
    else:
        yield Finding("well", "Data: everything agrees.")
    if not organisers.any_at_all():
        yield Finding(
            "hint",
            "Desk: nobody has an account yet. flask serve prints a link that lets the first one in, once; so does "
            "flask create-owner EMAIL --link.",
        )


def _mode(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        yield Finding("hint", "Demonstration: on. No money moves. For real use set ATELIER_DEMO=0.")
    else:
        yield Finding("well", "Demonstration: off.")
    if settings.base_url.startswith("https://"):
        yield Finding("well", f"Address: {settings.base_url}.")
    else:
        verdict: Literal["hint", "wrong"] = "hint" if settings.demo else "wrong"
        yield Finding(
            verdict, f"Address: {settings.base_url} is not https. Set ATELIER_BASE_URL to the public address."
        )


def _identity(settings: Settings) -> Iterator[Finding]:
    organiser = site.last_known().organiser
    needed = {"NAME": organiser.name, "STREET": organiser.street, "POSTCODE": organiser.postcode,
              "TOWN": organiser.town, "EMAIL": organiser.email}  # fmt: skip
    missing = [f"ATELIER_ORGANISER_{name}" for name, value in needed.items() if not value]
    if missing:
        yield Finding(
            "wrong",
            f"Organiser: set {', '.join(missing)}, or fill in Settings at the desk; the legal notice and every invoice "
            "need them.",
        )
    else:
        source = "the environment" if organiser == settings.initial_organiser else "the desk"
        yield Finding("well", f"Organiser: {organiser.name}, {organiser.postcode} {organiser.town} (set by {source}).")
    if settings.stripe.secret_key and not organiser.legal_form:
        yield Finding(
            "hint",
            "Organiser: TWINT wants the legal form in the legal notice: Settings at the desk, or "
            "ATELIER_ORGANISER_LEGAL_FORM.",
        )
    if not organiser.phone:
        yield Finding("hint", "Organiser: no telephone is set; card and TWINT providers want one in the legal notice.")


def _bank(settings: Settings) -> Iterator[Finding]:
    iban = site.last_known().organiser.iban
    if not iban:
        verdict: Literal["hint", "wrong"] = "hint" if settings.demo else "wrong"
        yield Finding(
            verdict,
            "Bank: no IBAN, so bank transfer is not offered. Enter it at the desk, or set ATELIER_ORGANISER_IBAN.",
        )
    elif not iban_rules.is_valid(iban):
        yield Finding(
            "wrong", "Bank: the IBAN (desk, or ATELIER_ORGANISER_IBAN) is not valid; compare it with your statement."
        )
    else:
        kind = "QR-IBAN, references of 27 digits" if reference.kind_of_iban(iban) == "QRR" else "IBAN, references RF…"
        yield Finding("well", f"Bank: transfers go to {iban} ({kind}).")


def _mail(settings: Settings) -> Iterator[Finding]:
    if not settings.smtp_url:
        verdict: Literal["hint", "wrong"] = "hint" if settings.demo else "wrong"
        yield Finding(
            verdict, f"Mail: no server; mails are kept in {settings.data_dir / 'mail'}. Set ATELIER_SMTP_URL."
        )
        return
    try:
        transport.of(settings).check()
    except Exception as error:
        yield Finding("wrong", f"Mail: the server does not accept us ({type(error).__name__}). See ATELIER_SMTP_URL.")
    else:
        yield Finding("well", f"Mail: the server answers; mails come from {site.last_known().sender}.")


EXAMINATIONS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _mode,
    _database,
    _identity,
    _bank,
    stripe.examine,
    _mail,
)
