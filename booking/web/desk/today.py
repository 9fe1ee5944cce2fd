"""What needs doing today, what is coming, and what it brings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask import render_template, request

from booking.adapters import clock
from booking.config import current
from booking.domain.local_time import ZONE
from booking.domain.permission import Permission, only_own_editions
from booking.persistence import coming
from booking.persistence.coming import Coming
from booking.web import formatting, invitations, places
from booking.web.desk import readiness, today_figures, today_tasks
from booking.web.desk.guard import desk_area, me, needs, only_trainer

blueprint = desk_area("today", __name__)
DATES: Final = 6  # that are shown
LATELY: Final = timedelta(days=30)


@blueprint.get("/")
@needs(Permission.OWN)
def index() -> str:
    """The desk's first page. Trainers see their own dates and nothing of money. `year` is the one of the figures."""
    now, year = clock.now(), request.args.get("year", type=int)
    # Trainers have no other list, and what happened on the day is often written down the day after.
    since = now - LATELY if only_own_editions(me().role) else None
    steps = readiness.steps() if me().may(Permission.SETTINGS) else []
    dates = coming.editions(now, DATES + 1, only_trainer(), since)
    return render_template(
        "desk/today/index.html",
        today=formatting.local(now, ZONE),
        runs_all=not only_own_editions(me().role),
        opening=[] if all(step.done for step in steps) else steps,
        tasks=today_tasks.tasks(now, current().languages),
        dates=[_date(item, now) for item in dates[:DATES]],
        more_dates=len(dates) > DATES,
        figures=today_figures.figures(now, year) if me().may(Permission.MONEY) else None,
    )


def _date(item: Coming, now: datetime) -> dict[str, Any]:
    edition, closes_at = item.edition, item.edition.registration_closes_at
    return {
        "slug": edition.slug,
        "title": edition.master_class.title,
        "starts_at": formatting.local(edition.starts_at, edition.zone),
        "ends_at": formatting.local(edition.ends_at, edition.zone),
        "meetings_count": len(edition.meetings),
        "town": places.town_of(edition),
        "group": invitations.group_of(edition, item.seats, now),
        "closes_at": formatting.local(closes_at, edition.zone) if closes_at and closes_at > now else None,
        "paid": item.paid,
        "unpaid": item.unpaid,
    }
