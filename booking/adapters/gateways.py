"""Joins the use cases to the outside world: which ways of paying there are, who issues documents."""

from __future__ import annotations

from flask import Flask, current_app

from booking.adapters import clock, links
from booking.adapters.demo_gateway import DemoGateway
from booking.adapters.stripe_gateway import StripeGateway
from booking.config import Settings
from booking.domain.booking import Channel
from booking.domain.documents import Issuer, Party
from booking.domain.reference import normalise
from booking.persistence import site
from booking.persistence.site import Site
from booking.services.ports import Gateway, Ports


def init_app(app: Flask, settings: Settings) -> None:
    """Makes the gateways once, from the settings."""
    gateways: dict[Channel, Gateway] = {}
    if settings.stripe.secret_key:
        gateways[Channel.STRIPE] = StripeGateway(settings.stripe.secret_key, settings.stripe.api_base)
    elif settings.demo:
        gateways[Channel.DEMO] = DemoGateway(settings.base_url, lambda: clock.now())
    app.extensions["gateways"] = gateways


def current_gateways() -> dict[Channel, Gateway]:
    """The payment providers of the running application; asking costs no query."""
    gateways: dict[Channel, Gateway] = current_app.extensions["gateways"]
    return gateways


def current_ports() -> Ports:
    """The ports of the running application, with the issuer of this moment."""
    return Ports(_issuer(site.current()), current_gateways(), links.manage_url)


def _issuer(now: Site) -> Issuer:
    organiser = now.organiser
    party = Party(
        name=organiser.name,
        street=organiser.street,
        house_number=organiser.house_number,
        postcode=organiser.postcode,
        town=organiser.town,
        country=organiser.country,
        email=organiser.email,
        phone=organiser.phone,
        vat_number=now.vat.number if now.vat else "",
    )
    return Issuer(
        party, normalise(organiser.iban), organiser.account_holder, vat=now.vat, accent=now.theme.light.accent
    )
