"""Papers as PDF, for the browser to show, print and save."""

from __future__ import annotations

from flask import Response

from booking.adapters import pdf
from booking.domain.errors import NotFound
from booking.persistence import documents, site


def as_pdf(content: bytes, name: str) -> Response:
    """Opens in the browser; `name` is the file's, without its ending."""
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    return response


def document_of(booking_id: int, number: str) -> Response:
    """One of the booking's papers, drawn anew from what was frozen. Raises NotFound for any other."""
    papers = {paper.number: paper for paper in documents.of_booking(booking_id)}
    if number not in papers:
        raise NotFound("document")
    return as_pdf(pdf.render(papers[number].frozen, site.current().logo), number)
