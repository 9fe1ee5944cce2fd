"""Bringing classes into the database."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from booking.adapters import catalogue_file, catalogue_refusals, clock
from booking.adapters.catalogue_file import CatalogueFileError
from booking.cli import seed
from booking.cli.database import with_database
from booking.domain.catalogue import CatalogueRefused
from booking.services import publish


@click.command("import-catalogue")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Undo what was changed at the desk since the last import.")
@with_database
def import_catalogue(path: Path, overwrite: bool) -> None:
    """Stores the classes of a catalogue file (docs/catalogue.md); it may be run again after every edit."""
    now = clock.now()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _refused(path, ["It is not text in UTF-8: save it as UTF-8 in your editor."]) from None
    try:
        spec = catalogue_file.read(text, publish.first_day(now))
        counts = publish.import_catalogue(spec, now, overwrite)
    except CatalogueFileError as error:
        raise _refused(path, error.complaints) from None
    except CatalogueRefused as error:
        raise _refused(path, catalogue_refusals.explain(text, error)) from None
    click.echo(
        f"{path} is in. Classes: {counts.classes}, dates: {counts.editions}; "
        f"entries added: {counts.added}, changed: {counts.changed}, withdrawn: {counts.withdrawn}."
    )


def _refused(path: Path, complaints: Iterable[object]) -> click.UsageError:
    lines = "\n".join(f"  {complaint}" for complaint in complaints)
    return click.UsageError(f"{path} was not imported; nothing was changed.\n{lines}")


@click.command("seed-demo")
@with_database
def seed_demo() -> None:
    """Books seats for invented people, so that the demonstration shows groups that fill up."""
    click.echo(f"{seed.book_invented_people(clock.now())} bookings made.")
