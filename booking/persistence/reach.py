"""Whether the database answers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from booking.persistence.db import db

OutOfReach: Final = SQLAlchemyError  # what any question raises when it does not


def check() -> None:
    """Asks it something. Raises OutOfReach."""
    db.session.execute(text("select 1"))
