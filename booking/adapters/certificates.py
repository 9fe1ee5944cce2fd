"""Certificates of attendance as PDF, drawn from what was frozen when they were issued."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final

from booking.adapters import typesetter, wording
from booking.adapters.typesetter import printable
from booking.domain import placeholders
from booking.domain.certificates import CertificateContent
from booking.persistence.site import Logo

TEMPLATE: Final = "certificate.typ"
LARGE: Final = {"{name}": "name", "{class}": "class"}  # alone in a paragraph


def render(content: CertificateContent, logo: Logo | None = None) -> bytes:
    """The certificate as PDF/A-2a and PDF/UA-1, under the organiser's `logo` of today. The same content and logo give
    the same bytes. Without a number: a specimen."""
    return typesetter.pdf(TEMPLATE, sheet(content, logo), datetime.combine(content.issued_on, time(12), UTC))


def sheet(content: CertificateContent, logo: Logo | None = None) -> dict[str, Any]:
    """All texts of the certificate, ready to print."""
    locale, labels = content.locale, wording.certificate_labels(content.locale)
    day = wording.full_date(content.issued_on, locale)
    number = content.number or labels["specimen"]
    known_by = {"number": number, "day": day, "organiser": content.organiser, "contact": content.contact}
    texts = {
        "number": number,
        "organiser": content.organiser,
        "parts": list(_parts(content)),
        "place_and_day": labels["place_and_day"] % {"town": content.town, "day": day},
        "signed": ", ".join((*content.trainers, content.organiser)),
        "genuine": labels["genuine"] % known_by,
        "replaces": labels["replaces"] % {"number": content.cites} if content.cites else "",
        "labels": labels,
    }
    ready: dict[str, Any] = printable(texts)
    return ready | {"language": locale, "accent": content.accent, "logo": typesetter.logo(logo)}


def _parts(content: CertificateContent) -> list[dict[str, Any]]:
    """The paragraphs of the organiser's words, filled; a line that comes to nothing (no place, say) is left out."""
    values, parts = _values(content), []
    for paragraph in content.text.replace("\r\n", "\n").split("\n\n"):
        lines = [placeholders.fill(line, values).strip() for line in paragraph.strip().splitlines()]
        if any(lines):
            parts.append({"style": LARGE.get(paragraph.strip(), "text"), "lines": [line for line in lines if line]})
    return parts


def _values(content: CertificateContent) -> dict[str, str]:
    _, pgettext = wording.translators(content.locale)
    days = [wording.full_date(day, content.locale) for day in content.days]
    return {
        "name": content.name,
        "class": content.title,
        "dates": wording.listed(days, content.locale),
        "hours": wording.duration(content.minutes, content.locale),
        "place": content.place or pgettext("place", "online"),
        "trainer": wording.listed(content.trainers, content.locale),
        "organiser": content.organiser,
    }
