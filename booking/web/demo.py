"""The demonstration gateway's page: plays the payment provider's site. Only with the demo setting."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.demo_gateway import DemoGateway
from booking.adapters.gateways import current_gateways
from booking.domain.booking import Channel
from booking.persistence import demo
from booking.web.demo_forms import DemoPayForm

blueprint = Blueprint("demo", __name__, url_prefix="/<lang:lang>/demo")


@blueprint.get("/pay/<checkout_id>")
def checkout(checkout_id: str) -> str | Response:
    """Pay, Decline or Back; a page that is over leads back at once."""
    found = demo.find(checkout_id)
    if found.state != "open" or found.expires_at <= clock.now():
        return redirect(found.return_to, 303)
    return render_template("demo/pay.html", checkout=found, form=DemoPayForm(), declined="declined" in request.args)


@blueprint.post("/pay/<checkout_id>")
def press(checkout_id: str) -> Response:
    """What the payer pressed. A declined card leaves the page open for another try."""
    found, form = demo.find(checkout_id), DemoPayForm()
    gateway = current_gateways()[Channel.DEMO]
    assert isinstance(gateway, DemoGateway)
    if form.button.data == "decline":
        return redirect(request.path + "?declined=1", 303)
    if form.button.data == "pay":
        return redirect(gateway.pay(found.id, form.refunds.data == "fail"), 303)
    return redirect(found.return_to, 303)
