"""Documents as PDF: the content becomes a sheet of ready texts, which typst sets."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final

from babel import Locale

from booking.adapters import qr_bill, typesetter, wording
from booking.adapters.characters import breakable
from booking.adapters.typesetter import printable
from booking.domain.documents import DocumentContent, Line, Party
from booking.domain.payment import DocumentKind
from booking.persistence.site import Logo

TEMPLATE: Final = "document.typ"


def render(content: DocumentContent, logo: Logo | None = None) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1, A4, the payment part at the foot of the last page if it asks for a
    transfer; the organiser's `logo` of today at its head (docs/adr/documents.md). The same content and logo give the
    same bytes. Raises ValueError when reference and account do not match."""
    made_at = datetime.combine(content.issued_on, time(12), UTC)
    return typesetter.pdf(TEMPLATE, sheet(content, logo), made_at)


def typeset(content: DocumentContent, **export: Any) -> Any:
    """`content` as typst exports it: bytes, or for pictures of several pages a list of them."""
    return typesetter.typeset(TEMPLATE, sheet(content), **export)


def sheet(content: DocumentContent, logo: Logo | None = None) -> dict[str, Any]:
    """All texts of the document, ready to print."""
    labels = wording.document_labels(content.locale)
    texts = {
        "name": wording.document_name(content.kind, content.locale),
        "number": content.number,
        "creditor": _party(content.creditor, content),
        "contact": _contact(content, labels),
        "debtor": _party(content.debtor, content) if content.debtor else None,
        "facts": _facts(content, labels),
        "subject": content.title,
        "subtitle": _subtitle(content),
        "counted": any(line.quantity != 1 for line in content.lines),
        "lines": [_line(line) for line in content.lines],
        "totals": _totals(content, labels),
        "note": content.note,
    }
    ready: dict[str, Any] = printable(texts)
    look = {"language": content.locale, "accent": content.accent, "logo": typesetter.logo(logo)}
    return ready | look | {"labels": labels, "payment": _payment(content)}


def _subtitle(content: DocumentContent) -> str:
    days = ", ".join(wording.full_date(day, content.locale) for day in content.days)
    return "\n".join(line for line in (days, content.place) if line)


def _payment(content: DocumentContent) -> dict[str, Any] | None:
    if not content.asks_for_transfer:
        return None
    labels = wording.payment_labels(content.locale)
    return {"labels": labels, "code": qr_bill.code_svg(content), **printable(qr_bill.texts(content), 20)}


def _party(party: Party, content: DocumentContent) -> list[str]:
    """Name, further lines, street, town, and the country of those abroad in the language of the document."""
    abroad = party.country not in ("", content.creditor.country)
    lines = (
        party.name,
        *party.extra,
        f"{party.street} {party.house_number}",
        f"{party.postcode} {party.town}",
        Locale(content.locale).territories.get(party.country, party.country) if abroad else "",
    )
    return [breakable(line.strip(), 20) for line in lines if line.strip()]


def _contact(content: DocumentContent, labels: dict[str, str]) -> list[str]:
    lines = [content.creditor.email, content.creditor.phone]
    if content.vat and content.creditor.vat_number:
        lines.append(labels["vat_number"] % {"number": content.creditor.vat_number})
    return [line for line in lines if line]


def _facts(content: DocumentContent, labels: dict[str, str]) -> list[tuple[str, str]]:
    facts = [(labels["issued_on"], wording.full_date(content.issued_on, content.locale))]
    if content.due_on:
        facts.append((labels["due_on"], wording.full_date(content.due_on, content.locale)))
    facts.append((labels["booking"], content.booking_ref))
    if content.cites:
        relation = "corrects" if content.kind is DocumentKind.CREDIT_NOTE else "follows"
        facts.append((labels[relation], content.cites))
    return facts


def _line(line: Line) -> dict[str, Any]:
    """Names under a line stand one below the other, many of them side by side."""
    first, *others = line.text.splitlines() or [""]
    together = ", ".join(name.replace(" ", wording.NBSP) for name in others)
    return {
        "text": first,
        "small": others if len(others) <= 3 else [together],
        "quantity": str(line.quantity),
        "unit": wording.chf(line.unit),
        "amount": wording.chf(line.amount),
    }


def _totals(content: DocumentContent, labels: dict[str, str]) -> list[dict[str, Any]]:
    """The rows under the table; the one that matters to the reader is `strong`."""
    final = {DocumentKind.CREDIT_NOTE: "credited", DocumentKind.RECEIPT: "received"}.get(content.kind)
    rows = [(labels[final or "total"], content.total, final is not None or not content.paid)]
    if not final and content.paid:
        rows.append((labels["paid"], -content.paid, False))
        rows.append((labels["due" if content.due > 0 else "settled"], content.due, True))
    totals = [{"label": label, "amount": wording.chf(amount), "strong": strong} for label, amount, strong in rows]
    if content.vat:
        label = labels["vat"] % {"rate": wording.rate(content.vat.rate, content.locale)}
        held, net = content.vat.included, content.total - content.vat.included
        totals[1:1] = [
            {"label": label, "amount": wording.chf(held), "strong": False},
            {"label": labels["net"], "amount": wording.chf(net), "strong": False},
        ]
    return totals
