"""Atelier: bookings for workshops and master classes."""

from __future__ import annotations

from flask import Flask

from booking import chores, cli, config, jobs
from booking.adapters import gateways
from booking.persistence import db, migrations
from booking.web import (
    assets,
    bookings,
    cancellations,
    catalogue,
    context,
    demo,
    desk,
    errors,
    feeds,
    formatting,
    health,
    i18n,
    look,
    mailbox,
    manage,
    page_cache,
    pages,
    payments,
    pictures,
    security,
    stripe_webhook,
)


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application, a table of contents. `settings` default to the environment's.

    Raises config.SettingsError with a sentence when a setting is missing or wrong.
    """
    settings = settings or config.load()
    app = Flask(__name__, template_folder=str(config.ROOT / "templates"), static_folder=None)
    config.init_app(app, settings)
    db.init_app(app, settings.database_url)
    migrations.init_app(app)
    gateways.init_app(app, settings)

    page_cache.init_app(app)  # first, so that it keeps what all others made of a page
    security.init_app(app, settings)
    i18n.init_app(app, settings)
    formatting.init_app(app)
    assets.init_app(app)
    look.init_app(app)
    context.init_app(app, settings)
    errors.init_app(app)
    for area in (catalogue, pages, pictures, feeds, bookings, payments, manage, cancellations, health):
        app.register_blueprint(area.blueprint)
    desk.init_app(app, settings)
    if settings.stripe.secret_key:
        app.register_blueprint(stripe_webhook.blueprint)
    if settings.demo:
        app.register_blueprint(demo.blueprint)
        app.register_blueprint(mailbox.blueprint)

    jobs.init_app(app, chores.HANDLERS, *chores.SWEEPS)
    cli.init_app(app)
    return app
