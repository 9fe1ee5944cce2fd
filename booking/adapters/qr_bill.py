"""The Swiss QR-bill: its data, its QR code and the texts of its payment part (rules: QR-bill).

qrbill holds the data to the guidelines (IBAN, kind and check digits of the reference, limits, order of the
fields); the payment part itself is set with the document, see templates/documents/payment.typ.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, Final

from booking.adapters.characters import on_qr_bill
from booking.domain import money, reference
from booking.domain.documents import DocumentContent, Party

if TYPE_CHECKING:
    from qrbill import QRBill

LIMITS: Final = {"name": 70, "street": 70, "house_num": 16, "pcode": 16, "city": 35}
MESSAGE_LIMIT: Final = 140
SIDE: Final = 46.0  # mm, of the code; the figures below are mm too
MARGIN: Final = 5.0
CROSS: Final = ((7.0, 7.0, "#fff"), (6.5, 6.5, "#000"), (1.17, 3.89, "#fff"), (3.89, 1.17, "#fff"))


def payload(content: DocumentContent) -> str:
    """The lines of the QR code. Raises ValueError when account and reference do not belong together."""
    return str(_bill(content).qr_data())


def code_svg(content: DocumentContent) -> str:
    """The code alone, to be shown 46 mm wide, cross included."""
    path, side = _modules(payload(content))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">{_drawing(path, side)}</svg>'


def screen_svg(content: DocumentContent, label: str) -> str:
    """The code on white with its quiet margin, to be put into a page; `label` says in words what it is.

    Presentation attributes only: the content security policy refuses inline style.
    """
    path, side = _modules(payload(content))
    margin = round(MARGIN * side / SIDE, 2)
    whole = round(side + 2 * margin, 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-margin} {-margin} {whole} {whole}" role="img"'
        f' aria-label="{escape(label)}"><rect x="{-margin}" y="{-margin}" width="{whole}" height="{whole}"'
        f' fill="#fff"/>{_drawing(path, side)}</svg>'
    )


def texts(content: DocumentContent) -> dict[str, Any]:
    """What the payment part prints, the same as what the code holds; `debtor` None asks for the box to fill in."""
    bill = _bill(content)
    return {
        "account": reference.in_fours(bill.account),
        "creditor": _printed(bill.creditor),
        "reference": reference.formatted(bill.reference_number),
        "message": bill.additional_information,
        "debtor": _printed(bill.debtor) if bill.debtor else None,
        "currency": bill.currency,
        "amount": f"{content.due // 100:,}.{content.due % 100:02d}".replace(",", " "),
    }


def _bill(content: DocumentContent) -> QRBill:
    from qrbill import QRBill

    return QRBill(
        account=content.iban,
        creditor=_address(replace(content.creditor, name=content.payable_to)),
        debtor=_address(content.debtor) if content.debtor and _is_complete(content.debtor) else None,
        amount=money.plain(content.due),
        reference_number=content.reference,
        additional_information=on_qr_bill(f"{content.number}, {content.booking_ref}")[:MESSAGE_LIMIT],
        language=content.locale,
    )


def _address(party: Party) -> dict[str, str]:
    fields = zip(LIMITS, (party.name, party.street, party.house_number, party.postcode, party.town), strict=True)
    return {key: on_qr_bill(text)[: LIMITS[key]].strip() for key, text in fields} | {"country": party.country}


def _is_complete(party: Party) -> bool:
    """Whether the QR-bill can hold the address: name, postcode, town and a country of ISO 3166."""
    from qrbill.bill import StructuredAddress

    try:
        StructuredAddress(**_address(party))
    except ValueError:
        return False
    return True


def _printed(address: Any) -> list[str]:
    """Name, street, town; the country stands before a foreign postcode only."""
    country = "" if address.country == "CH" else f"{address.country}-"
    lines = (address.name, f"{address.street} {address.house_num}".strip(), f"{country}{address.pcode} {address.city}")
    return [line for line in lines if line]


def _modules(text: str) -> tuple[str, int]:
    """The dark modules of `text` as one path, a run of them at a time, and the number of modules on a side."""
    import segno

    rows = segno.make_qr(text, error="m", encoding="utf-8", boost_error=False).matrix
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for run in bytes(row).split(b"\0"):
            if run:
                runs.append(f"M{x} {y}h{len(run)}v1h-{len(run)}z")
            x += len(run) + 1
    return "".join(runs), len(rows)


def _drawing(path: str, side: int) -> str:
    """Modules and, over their middle, the Swiss cross in its white frame."""
    cross = []
    for width, height, fill in CROSS:
        w, h = width * side / SIDE, height * side / SIDE
        cross.append(
            f'<rect x="{(side - w) / 2:.3f}" y="{(side - h) / 2:.3f}" width="{w:.3f}" height="{h:.3f}" fill="{fill}"/>'
        )
    return f'<path shape-rendering="crispEdges" d="{path}"/>{"".join(cross)}'
