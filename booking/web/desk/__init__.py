"""The organiser's desk: one module an area, every route behind a permission.

`init_app` registers the areas; `guard` says how a route asks for its permission.
"""

from __future__ import annotations

from flask import Flask

from booking.config import Settings
from booking.web.desk import (
    account,
    answers,
    attendance,
    badges,
    bookings,
    calling_off,
    cancellations,
    certificate_texts,
    certificates,
    class_states,
    class_texts,
    classes,
    decisions,
    editions,
    enrolment,
    files,
    guard,
    journal,
    messages,
    mismatches,
    mistakes,
    moves,
    navigation,
    notes,
    payments,
    people,
    personal_data,
    pictures,
    policies,
    questions,
    refunds,
    reminders,
    repeats,
    seats,
    settings,
    settings_bank,
    settings_identity,
    settings_letters,
    settings_look,
    settings_texts,
    settings_vat,
    sign_in,
    today,
    topics,
    trainers,
    venues,
    vouchers,
    welcome,
)

AREAS = (
    today,
    bookings,
    enrolment,
    payments,
    mistakes,
    mismatches,
    cancellations,
    seats,
    refunds,
    notes,
    classes,
    class_texts,
    class_states,
    questions,
    pictures,
    venues,
    trainers,
    topics,
    editions,
    repeats,
    moves,
    calling_off,
    decisions,
    attendance,
    answers,
    badges,
    certificates,
    certificate_texts,
    messages,
    reminders,
    policies,
    vouchers,
    people,
    account,
    files,
    journal,
    personal_data,
    settings,
    settings_identity,
    settings_bank,
    settings_vat,
    settings_look,
    settings_letters,
    settings_texts,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Sign-in, the guard before every page, and the areas."""
    sign_in.init_app(app, settings)
    guard.init_app(app)
    navigation.init_app(app)
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    app.register_blueprint(account.home)
    app.register_blueprint(welcome.blueprint)
