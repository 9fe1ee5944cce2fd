"""Commands find a database that is ready, also the very first one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from booking.config import current
from booking.persistence import migrations


def with_database(command: Callable[..., Any]) -> Callable[..., Any]:
    """Runs `command` in the application's context, with the tables of this version; says so if there is no reaching
    the database."""

    @with_appcontext
    @wraps(command)
    def prepared(*args: Any, **kwargs: Any) -> Any:
        current().data_dir.mkdir(parents=True, exist_ok=True)
        try:
            migrations.migrate()
        except OperationalError as error:
            raise click.ClickException(
                f"The database cannot be used: {error.orig}. See ATELIER_DATABASE_URL."
            ) from None
        return command(*args, **kwargs)

    return prepared
