"""The page to pay on, as a browser sees it: Pay, Pay with TWINT, Decline, Back."""

from __future__ import annotations

from html import escape

from tests.stripe.stripe_form import Json, Refused
from tests.stripe.stripe_payments import MARK, NotOpen, Payments

OVER = "You have either completed the payment, or a timeout occurred."
HEAD = '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Stripe stand-in</title><main><h1>Payment</h1>'


def open_page(account: Payments, session_id: str, said: str = "") -> tuple[int, str]:
    """Status and page, for whoever opens or reloads it."""
    try:
        session = account.find("checkout.session", session_id)
    except Refused:
        return 404, HEAD.format(lang="en") + "<p>Nothing here.</p>"
    head = HEAD.format(lang=escape(session["locale"] or "en"))
    if session["status"] != "open":
        return 200, f'{head}<p role="alert">{OVER}</p>'
    return 200, head + (f'<p role="alert">{escape(said)}</p>' if said else "") + _order(account, session)


def press(account: Payments, session_id: str, button: str) -> tuple[int, str]:
    """(303, where to go) after a payment, otherwise status and page; the page of an ended session charges nothing."""
    try:
        if button == "decline":
            account.decline(session_id)
            return open_page(account, session_id, "Your card was declined.")
        session = account.pay(session_id, "twint" if button == "twint" else "card")
    except (NotOpen, Refused):
        return open_page(account, session_id)
    return 303, session["success_url"].replace(MARK, session_id)


def _order(account: Payments, session: Json) -> str:
    lines = "".join(_line(line) for line in account.orders[session["id"]]["line_items"])
    total = f"{session['currency'].upper()} {session['amount_total'] / 100:.2f}"
    buttons = "".join(
        f'<button name="button" value="{value}">{text}</button> '
        for value, text in (("card", "Pay"), ("twint", "Pay with TWINT"), ("decline", "Decline"))
    )
    back = f'<a href="{escape(session["cancel_url"])}">Back</a>' if session["cancel_url"] else ""
    email = escape(session["customer_email"] or "")
    return f'<ul>{lines}</ul><p id="total">{total}</p><p>{email}</p><form method="post">{buttons}</form>{back}</main>'


def _line(line: Json) -> str:
    product = line["price_data"]["product_data"]
    return f"<li>{line['quantity']} × {escape(product['name'])} {escape(product.get('description', ''))}</li>"
