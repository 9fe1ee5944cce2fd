"""Joins the use cases to the outside world: which ways of paying there are, who issues documents."""

from __future__ import annotations

from flask import Flask, current_app

from booking.adapters import clock, links
from booking.adapters.demo_gateway import DemoGateway
from booking.adapters.stripe_gateway import StripeGateway
from booking.config import Settings
from booking.domain.booking import Channel
from booking.domain.documents import Issuer, Party
from booking.services.ports import Gateway, Ports


def init_app(app: Flask, settings: Settings) -> None:
    """Makes the ports once, from the settings."""
    gateways: dict[Channel, Gateway] = {}
    if settings.stripe.secret_key:
        gateways[Channel.STRIPE] = StripeGateway(settings.stripe.secret_key, settings.stripe.api_base)
    elif settings.demo:
        gateways[Channel.DEMO] = DemoGateway(settings.base_url, clock.now)
    app.extensions["ports"] = Ports(_issuer(settings), gateways, links.manage_url)


def current_ports() -> Ports:
    """The ports of the running application."""
    ports: Ports = current_app.extensions["ports"]
    return ports


def _issuer(settings: Settings) -> Issuer:
    organiser = settings.organiser
    party = Party(
        name=organiser.name,
        street=organiser.street,
        house_number=organiser.house_number,
        postcode=organiser.postcode,
        town=organiser.town,
        country=organiser.country,
        email=organiser.email,
        phone=organiser.phone,
    )
    return Issuer(party, organiser.iban.replace(" ", ""))
