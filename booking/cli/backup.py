"""`flask backup` and `flask restore`: the whole database as one file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from booking.adapters import backup_file, clock
from booking.adapters.backup_file import NoBackup
from booking.cli.database import with_database
from booking.config import current
from booking.persistence import migrations


@click.command("backup")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@with_database
def backup(path: Path) -> None:
    """Writes everything the database holds to PATH, while the site goes on. The file holds personal data."""
    try:
        counts = backup_file.write(path, migrations.revision(), clock.now())
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
    click.echo(f"{path}: {sum(counts.values())} rows of {len(counts)} tables. Keep ATELIER_SECRET_KEY beside it: "
               "links in mails and second factors need the same one.")  # fmt: skip


@click.command("restore")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(path: Path) -> None:
    """Fills a new, empty database from the backup at PATH, then brings it to the tables of this version."""
    current().data_dir.mkdir(parents=True, exist_ok=True)
    try:
        migrations.migrate(backup_file.revision_of(path))
        counts = backup_file.read_into_empty(path)
        migrations.migrate()
    except NoBackup as error:
        raise click.ClickException(f"Nothing was restored: {error}.") from None
    except migrations.UnknownRevision:
        raise click.ClickException(
            "Nothing was restored: the database or the backup has tables of another version of Atelier than this "
            "one knows. Use an empty database, and the version that made the backup or a later one."
        ) from None
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be used: {error.orig}. See ATELIER_DATABASE_URL.") from None
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"Nothing was restored: the rows do not fit together ({type(error).__name__})."
        ) from None
    click.echo(f"{sum(counts.values())} rows of {len(counts)} tables restored. `flask check` compares seats and money.")
