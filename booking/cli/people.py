"""The first people of the desk: an owner by a command, a link for the first one, invented ones for a demonstration."""

from __future__ import annotations

from datetime import datetime

import click
from email_validator import EmailNotValidError, validate_email
from flask_babel import force_locale
from flask_security import hash_password
from flask_security.proxies import _security
from sqlalchemy import select

from booking.adapters import clock, demo_people, desk_links
from booking.cli.database import with_database
from booking.config import current
from booking.domain.permission import Role
from booking.persistence import organisers
from booking.persistence.db import db
from booking.persistence.masterclasses import Trainer
from booking.persistence.organisers import Organiser
from booking.services import people
from booking.services.people import Person


@click.command("create-owner")
@click.argument("email")
@click.option("--name", help="First and last name; asked for by the link's page, too.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Of the desk and of mails; the site's first one.")
@click.option("--link", is_flag=True, help="Asks for no password: prints a link, to choose one.")
@click.option("--forget-second-factor", is_flag=True, help="For who lost the phone and the recovery codes.")
@with_database
def create_owner(email: str, name: str | None, language: str | None, link: bool, forget_second_factor: bool) -> None:
    """Lets EMAIL in as an owner of the desk: a new account, or the one of before, with a new password."""
    person = Person(_address(email), name or email.partition("@")[0], language or current().languages[0], Role.OWNER)
    password = None if link else _asked_password()
    organiser_id = people.enter(person, password, forget_second_factor, clock.now())
    row = db.session.get_one(Organiser, organiser_id)
    if password:
        click.echo(f"{row.email} is an owner now. Sign in at {current().base_url}/desk")
        return
    click.echo(f"{row.email} is an owner as soon as this link was followed. It opens once, within a week:")
    click.echo(desk_links.invitation_url(row))


def first_owner_link(now: datetime) -> str | None:
    """The way in for the first person of an empty desk; None when somebody has an account."""
    return None if organisers.any_at_all() else desk_links.first_owner_url(now, current().languages[0])


def seed_desk(now: datetime) -> None:
    """The people of the demonstration, unless somebody is there."""
    if organisers.any_at_all():
        return
    password = hash_password(demo_people.PASSWORD)
    for person in demo_people.PEOPLE:
        trainer_id = db.session.scalar(select(Trainer.id).where(Trainer.slug == person.trainer))
        trainer_id = trainer_id if person.role is Role.TRAINER else None
        people.enter(Person(person.email, person.name, person.locale, person.role, trainer_id), password, False, now)


def _address(typed: str) -> str:
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise click.UsageError(f"{typed!r} is no e-mail address: {error}") from None


def _asked_password() -> str | None:
    """Its hash; None when nothing was typed."""
    typed = click.prompt("Password (nothing, for a link instead)", hide_input=True, default="", show_default=False)
    if not typed:
        return None
    with force_locale("en_CH"):
        wrong, password = _security.password_util.validate(typed, False, user=None)
    if wrong:
        raise click.UsageError(str(wrong[0]))
    if click.prompt("The same once more", hide_input=True) != typed:
        raise click.UsageError("The two passwords are not the same.")
    return hash_password(password)
