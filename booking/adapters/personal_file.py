"""Everything held about a person as one file: readable tables, the documents as PDF, the mails as they left."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection
from datetime import datetime
from typing import Any

from booking.adapters import pdf
from booking.persistence import personal_data, site
from booking.persistence.bookings import Booking


def write(bookings: Collection[Booking]) -> bytes:
    """A zip with a folder for each booking: data.json, documents, mails."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        for booking in bookings:
            rows = personal_data.rows_about(booking.id)
            pack.writestr(
                f"{booking.reference}/data.json", json.dumps(rows, indent=1, ensure_ascii=False, default=_plain)
            )
            for document in personal_data.documents_of(booking.id):
                drawn = pdf.render(document.frozen, site.current().logo)
                pack.writestr(f"{booking.reference}/{document.number}.pdf", drawn)
            for mail in personal_data.mails_about(booking.id):
                if mail.message:
                    pack.writestr(f"{booking.reference}/mails/{mail.id}-{mail.kind}.eml", mail.message)
    return content.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
