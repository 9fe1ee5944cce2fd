"""The organiser's desk: one module an area, every route behind a permission.

`init_app` registers the areas; `guard` says how a route asks for its permission.
"""

from __future__ import annotations

from flask import Flask

from booking.config import Settings
from booking.web.desk import account, guard, navigation, people, policies, sign_in, today, vouchers, welcome

AREAS = (today, policies, vouchers, people, account)


def init_app(app: Flask, settings: Settings) -> None:
    """Sign-in, the guard before every page, and the areas."""
    sign_in.init_app(app, settings)
    guard.init_app(app)
    navigation.init_app(app)
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    app.register_blueprint(account.home)
    app.register_blueprint(welcome.blueprint)
