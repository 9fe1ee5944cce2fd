"""Atelier: bookings for workshops and master classes."""

from __future__ import annotations

from flask import Flask

from booking import config
from booking.persistence import db, migrations
from booking.web import (
    assets,
    catalogue,
    context,
    errors,
    feeds,
    formatting,
    health,
    i18n,
    page_cache,
    pages,
    security,
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

    page_cache.init_app(app)
    security.init_app(app, settings)
    i18n.init_app(app, settings)
    formatting.init_app(app)
    assets.init_app(app, settings)
    context.init_app(app, settings)
    errors.init_app(app)
    for area in (catalogue, pages, feeds, health):
        app.register_blueprint(area.blueprint)
    return app
