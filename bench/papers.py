"""Drawing an invoice with its QR-bill as PDF."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from bench import stock
from bench.figures import Figure
from booking.adapters import pdf
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.transaction import atomic
from tests import factories

AREA = "Papers"
TIMES = 20


def measure(folder: Path) -> Iterator[Figure]:
    """The first one loads the libraries; the others show what a PDF costs."""
    with stock.database("sqlite", folder) as url, stock.application(url, folder):
        booking = factories.make_booking()
        factories.make_document(booking, factories.DocumentKind.INVOICE, 34000)
        with atomic():
            content = db.session.scalars(select(Document)).one().frozen
        times = []
        for _ in range(TIMES + 1):
            begun = time.perf_counter()
            size = len(pdf.render(content))
            times.append((time.perf_counter() - begun) * 1000)
    yield Figure(AREA, "first invoice as PDF in a process", f"{times[0]:.0f} ms")
    yield Figure(AREA, f"invoice as PDF ({size / 1000:.0f} kB), fastest of {TIMES}", f"{min(times[1:]):.0f} ms")
