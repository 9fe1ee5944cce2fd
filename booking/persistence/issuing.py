"""Writing documents: what is charged, credited and received, frozen as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from booking.domain import reference
from booking.domain.booking import payable_within, transfer_due
from booking.domain.documents import DocumentContent, Issuer, Line, Party
from booking.domain.payment import DocumentKind
from booking.domain.vat import Vat
from booking.persistence import documents, ledger
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.payments import Payment

TERM_DAYS: Final = 30  # of bills on account, and of fees


def invoice(
    booking: Booking,
    issuer: Issuer,
    now: datetime,
    due_at: datetime | None,
    paid: int = 0,
    seats: Sequence[Attendee] = (),
) -> Document:
    """The invoice of `seats` (by default all active ones); with a QR-bill when something is due and there is an
    account to pay it to, and with the tax it holds where one is charged."""
    asks = _reference(booking, issuer) if due_at and issuer.iban else None
    lines = _seat_lines(seats or booking.active)
    return _issue(
        booking, issuer, DocumentKind.INVOICE, now, lines, due_at, paid, asks, rate=_vat_rate(booking, issuer)
    )


def receipt(booking: Booking, issuer: Issuer, payment: Payment, now: datetime) -> Document:
    """The receipt for money that came in."""
    line = Line(booking.edition.master_class.title.best(booking.locale), 1, payment.amount, payment.amount)
    return _issue(booking, issuer, DocumentKind.RECEIPT, now, (line,), None, payment.amount, None)


def credit_note(booking: Booking, issuer: Issuer, seats: Sequence[Attendee], now: datetime) -> Document | None:
    """Takes back the price of `seats` on the booking's latest invoice, at the rate of tax of that one; None when none
    was ever issued."""
    cited = documents.latest_invoice(booking.id)
    if cited is None or not any(seat.net_price for seat in seats):
        return None
    rate = cited.frozen.vat.rate if cited.frozen.vat else None
    return _issue(booking, issuer, DocumentKind.CREDIT_NOTE, now, _seat_lines(seats), None, 0, None, cited, rate)


def anew(
    booking: Booking, issuer: Issuer, credited: Sequence[Attendee], now: datetime, due_at: datetime | None
) -> Document:
    """Takes the price of `credited` back on the latest invoice, and writes one for the seats that are active now,

    less what is paid of them already. An invoice is never changed (docs/adr/voided-invoice.md).
    """
    credit_note(booking, issuer, credited, now)
    paid = sum(seat.net_price for seat in booking.active) - owed_for_seats(booking)
    return invoice(booking, issuer, now, due_at, max(0, paid))


def term(booking: Booking, now: datetime) -> datetime:
    """Until when a confirmed booking pays what it comes to owe: as a transfer would, else on account."""
    edition = booking.edition
    return transfer_due(now, edition.starts_at, edition.zone) or on_account(booking, now)


def on_account(booking: Booking, now: datetime) -> datetime:
    """Until when a bill on account, or of a fee, is to be paid."""
    return payable_within(TERM_DAYS, now, booking.edition.zone)


def owed_for_seats(booking: Booking) -> int:
    """What of the balance is not asked for by a fee's own bill, centimes. Money is taken to have paid the seats first:
    who is asked for a fee twice is worse off than who is asked for it later."""
    papers = documents.of_booking(booking.id)
    billed = sum(paper.frozen.due for paper in papers if paper.kind is DocumentKind.FEE_INVOICE)
    return max(0, ledger.balance(booking.id) - billed)


def fee_invoice(
    booking: Booking, issuer: Issuer, seats: Sequence[tuple[Attendee, int]], due: int, now: datetime
) -> Document | None:
    """The cancellation fee of each seat in centimes: damages, so without VAT. `due` is what is still to be paid of it;
    then it has its own reference and 30 days. None when there is no fee."""
    charged = [(seat, fee) for seat, fee in seats if fee]
    if not charged:
        return None
    lines = tuple(Line(f"{_title(booking)}\n{seat.name}", 1, fee, fee) for seat, fee in charged)
    total = sum(fee for _, fee in charged)
    cited = documents.latest_invoice(booking.id)
    due_at = on_account(booking, now) if due else None
    return _issue(booking, issuer, DocumentKind.FEE_INVOICE, now, lines, due_at, total - due, None, cited)


def _issue(
    booking: Booking,
    issuer: Issuer,
    kind: DocumentKind,
    now: datetime,
    lines: tuple[Line, ...],
    due_at: datetime | None,
    paid: int,
    asks: str | None,
    cited: Document | None = None,
    rate: int | None = None,
) -> Document:
    serial, number = documents.next_number(kind)
    if kind is DocumentKind.FEE_INVOICE and due_at and issuer.iban:
        asks = reference.make("fee", serial, issuer.iban)
    zone = ZoneInfo(booking.edition.zone)
    total = sum(line.amount for line in lines)
    content = DocumentContent(
        kind=kind,
        number=number,
        locale=booking.locale,
        issued_on=now.astimezone(zone).date(),
        due_on=due_at.astimezone(zone).date() if due_at else None,
        creditor=issuer.party,
        iban=issuer.iban or None,
        debtor=_debtor(booking),
        booking_ref=booking.reference,
        title=_title(booking),
        days=_days(booking, zone),
        place=_place(booking),
        lines=lines,
        total=total,
        paid=paid,
        reference=asks,
        cites=cited.number if cited else None,
        vat=Vat.held_in(total, rate) if rate else None,
        account_holder=issuer.account_holder,
        accent=issuer.accent,
    )
    cites_id = cited.id if cited else None
    return _written(content, booking_id=booking.id, serial=serial, issued_at=now, due_at=due_at, cites_id=cites_id)


def _written(content: DocumentContent, **facts: Any) -> Document:
    sums = {"total": content.total, "reference": content.reference}
    document = Document(kind=content.kind, number=content.number, content=content.to_json(), **sums, **facts)
    db.session.add(document)
    db.session.flush()
    return document


def _reference(booking: Booking, issuer: Issuer) -> str:
    """The booking's own, of the kind that the account takes. It is made anew when the organiser has changed to an
    account of the other kind since; what is paid under the old one is still found by the documents that name it."""
    known = booking.qr_reference
    if known is None or reference.kind_of(known) != reference.kind_of_iban(issuer.iban):
        booking.qr_reference = known = reference.make("booking", booking.id, issuer.iban)
    return known


def _vat_rate(booking: Booking, issuer: Issuer) -> int | None:
    """The rate of the day on which the class begins, in hundredths of a percent; None where no tax is charged."""
    if issuer.vat is None or booking.edition.master_class.vat_exempt:
        return None
    return issuer.vat.rate_on(booking.edition.starts_at.astimezone(ZoneInfo(booking.edition.zone)).date())


def _title(booking: Booking) -> str:
    return booking.edition.master_class.title.best(booking.locale)


def _seat_lines(seats: Sequence[Attendee]) -> tuple[Line, ...]:
    """Seats of one price on one line, with the names below."""
    prices = dict.fromkeys(seat.net_price for seat in seats)
    return tuple(_seat_line([seat for seat in seats if seat.net_price == price], price) for price in prices)


def _seat_line(seats: Sequence[Attendee], price: int) -> Line:
    title = seats[0].booking.edition.master_class.title.best(seats[0].booking.locale)
    return Line("\n".join((title, *(seat.name for seat in seats))), len(seats), price, price * len(seats))


def _debtor(booking: Booking) -> Party:
    name, extra = (booking.company, (booking.name,)) if booking.company else (booking.name, ())
    return Party(
        name,
        booking.street,
        booking.house_number,
        booking.postcode,
        booking.town,
        booking.country,
        extra,
        booking.email,
    )


def _days(booking: Booking, zone: ZoneInfo) -> tuple[date, ...]:
    return tuple(meeting.starts_at.astimezone(zone).date() for meeting in booking.edition.meetings)


def _place(booking: Booking) -> str:
    venue = booking.edition.venue
    return f"{venue.name}, {venue.town}" if venue else ""
