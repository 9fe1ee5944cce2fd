"""Where a booking stands: what was done, what is owed, what comes next, in the words of its page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from booking.adapters import qr_bill
from booking.adapters.gateways import current_ports
from booking.domain import reference
from booking.domain.account import pay_by
from booking.domain.booking import ALIVE, BookingState, Channel, Confirmation, editing_closes, transfer_due
from booking.domain.payment import LedgerKind, RefundState
from booking.persistence import certificates, documents, ledger, payments, queries
from booking.persistence.bookings import Booking
from booking.persistence.documents import Document
from booking.persistence.payments import Refund
from booking.web import channels, formatting
from booking.web.schedule import Schedule, schedule_of


@dataclass(frozen=True)
class Bill:
    """What a transfer needs, and the code that holds it all."""

    amount: int  # centimes
    iban: str
    payable_to: str
    reference: str
    due_at: datetime | None
    svg: str
    number: str


def standing_of(booking: Booking, now: datetime) -> dict[str, Any]:
    """Everything the booking's page shows, as template variables."""
    edition, owed = booking.edition, ledger.balance(booking.id)
    papers = documents.of_booking(booking.id)
    alive = booking.state in ALIVE
    # Where no page was ever opened, nobody can have paid.
    checking = any(attempt.provider_id for attempt in payments.open_attempts(booking.id))
    bill = _bill(booking, owed, papers)
    return {
        "edition": edition,
        "owed": owed,
        "alive": alive,
        "checking": checking,
        "state_label": state_words(booking.state),
        "heading": _heading(booking),
        "next_lines": list(_next_lines(booking, owed, bill, now)),
        "hold_until": _kept_until(booking),
        "rows": _rows(booking),
        "papers": papers,
        "certificates": certificates.of_booking(booking.id),
        "bill": bill,
        "pay_buttons": [(channel, channels.pay_button(channel, owed)) for channel in _pay_channels(booking, owed, now)],
        "refunds": [(refund, refund_words(refund)) for refund in queries.refunds_of(booking.id)],
        "schedule": _schedule(booking, now),
        "moved_until": _moved_until(booking, now),
        "can_edit": alive and now <= editing_closes(edition.starts_at),
        "edit_until": _local(booking, editing_closes(edition.starts_at)),
        "can_cancel": alive and now < edition.ends_at,
    }


def refund_words(refund: Refund) -> str:
    """What happens with a refund, and when the money shows. One that was withdrawn is not spoken of."""
    delay = _("By card, that takes 5 to 10 days; by TWINT, usually less.")
    on_its_way = _("On its way back the way you paid.") + " " + delay
    words: dict[RefundState, str] = {
        RefundState.REQUESTED: on_its_way,
        RefundState.PENDING: on_its_way,
        RefundState.NEEDS_IBAN: _("We need your IBAN to send it back by bank transfer."),
        RefundState.TO_PAY: _("Will be sent to your bank account within 10 days."),
        RefundState.SUCCEEDED: _("Sent back the way you paid.") + " " + delay,
        RefundState.FAILED: _("It could not be sent back the way you paid: a bank transfer replaces it."),
    }
    if refund.state is RefundState.SUCCEEDED and refund.channel is Channel.TRANSFER:
        return str(_("Sent to your bank account. It shows there within one or two working days."))
    if refund.reason == "dispute":
        return str(_("Your bank has given it back to you, after the payment was contested."))
    if refund.state is RefundState.REQUESTED and refund.payment and refund.payment.dispute == "open":
        return str(_("It waits until your bank has decided about the payment that was contested."))
    return words[refund.state]


def _kept_until(booking: Booking) -> datetime | None:
    pending = booking.state is BookingState.PENDING
    return _local(booking, booking.hold_until) if pending and booking.hold_until else None


def state_words(state: BookingState) -> str:
    """'Confirmed'."""
    labels: dict[BookingState, str] = {
        BookingState.PENDING: pgettext("booking state", "Awaiting payment"),
        BookingState.CONFIRMED: pgettext("booking state", "Confirmed"),
        BookingState.CANCELLED: pgettext("booking state", "Cancelled"),
        BookingState.EXPIRED: pgettext("booking state", "Expired"),
    }
    return labels[state]


def _heading(booking: Booking) -> str:
    seats = len(booking.active)
    if booking.state is BookingState.CONFIRMED:
        return str(ngettext("Your seat is confirmed", "Your %(num)d seats are confirmed", seats))
    if booking.state is BookingState.PENDING:
        return str(ngettext("Your seat is kept for you", "Your %(num)d seats are kept for you", seats))
    if booking.state is BookingState.CANCELLED:
        return str(_("Your booking is cancelled"))
    return str(_("This booking has expired"))


def _next_lines(booking: Booking, owed: int, bill: Bill | None, now: datetime) -> list[str]:
    """What comes next, a sentence each."""
    lines: list[str] = []
    starts = formatting.full_date(formatting.local(booking.edition.starts_at, booking.edition.zone))
    if booking.state is BookingState.PENDING and booking.channel is Channel.TRANSFER and booking.hold_until:
        due = formatting.full_date(_local(booking, booking.hold_until))
        lines.append(_("Pay %(amount)s by %(day)s, with the QR-bill below.", amount=formatting.chf(owed), day=due))
        lines.append(_("We confirm your booking by e-mail as soon as the money has arrived."))
    elif booking.state is BookingState.PENDING:
        lines.append(_("Pay %(amount)s to confirm your booking.", amount=formatting.chf(owed)))
    elif booking.state is BookingState.CONFIRMED:
        lines.append(_("You receive the confirmation, with a calendar file, at %(email)s.", email=booking.email))
        if owed > 0 and bill:
            lines.append(_("Pay the invoice of %(amount)s with the QR-bill below.", amount=formatting.chf(owed)))
        elif owed > 0:  # the payer's bank took the money back
            lines.append(_("%(amount)s is still to be paid.", amount=formatting.chf(owed)))
        if booking.edition.ends_at > now:
            lines.append(_("We look forward to seeing you on %(day)s.", day=starts))
    elif booking.state is BookingState.EXPIRED:
        lines.append(_("No payment arrived in time, so the seats are free again. You owe nothing."))
        lines.append(_("You can book again as long as there are free seats."))
    elif booking.edition.called_off_at and owed <= 0:
        lines.append(_("Everything you paid for it goes back to you. You owe nothing more."))
    elif owed > 0:
        lines.append(_("%(amount)s of the cancellation fee remains to be paid.", amount=formatting.chf(owed)))
    else:
        lines.append(_("You owe nothing more."))
    return lines


def _rows(booking: Booking) -> list[dict[str, Any]]:
    """The account: what was charged, credited, paid and given back."""
    sums = ledger.totals(booking.id)
    price = sums.get(LedgerKind.PRICE, 0) + sums.get(LedgerKind.DISCOUNT, 0)
    labels: list[tuple[str, int]] = [
        (ngettext("%(num)d seat", "%(num)d seats", len(booking.attendees)), price),
        (_("Cancelled seats"), sums.get(LedgerKind.CANCELLATION_CREDIT, 0)),
        (_("Cancellation fee"), sums.get(LedgerKind.CANCELLATION_FEE, 0)),
        (_("Written off"), sums.get(LedgerKind.WRITE_OFF, 0)),
        (_("Paid"), sums.get(LedgerKind.PAYMENT, 0)),
        (_("Paid back"), sums.get(LedgerKind.REFUND, 0)),
    ]
    return [{"label": label, "amount": amount} for label, amount in labels if amount]


def _bill(booking: Booking, owed: int, papers: list[Document]) -> Bill | None:
    """The latest paper that asks for a transfer, while something is owed: for all of that, as the page says it. A seat
    on account and the fee of another one have a paper each, and whatever comes under either is the booking's."""
    waits = booking.state is not BookingState.PENDING or booking.channel is Channel.TRANSFER
    asking = [paper for paper in papers if paper.reference and paper.frozen.asks_for_transfer]
    if owed <= 0 or not waits or not asking or booking.state is BookingState.EXPIRED:
        return None
    paper = asking[-1]
    content = paper.frozen
    if owed != content.due:  # a part has come or was waived since, or an earlier paper is open as well
        content = replace(content, paid=content.total - owed)
    due_at = pay_by(paper.due_at, booking.state, booking.hold_until)
    return Bill(
        amount=content.due,
        iban=reference.in_fours(content.iban or ""),
        payable_to=f"{content.payable_to}, {content.creditor.postcode} {content.creditor.town}",
        reference=reference.formatted(paper.reference or ""),
        due_at=_local(booking, due_at) if due_at else None,
        svg=qr_bill.screen_svg(content, _("QR code of the bill, to be scanned with your banking app")),
        number=paper.number,
    )


def _pay_channels(booking: Booking, owed: int, now: datetime) -> list[Channel]:
    """How what is owed can be paid now."""
    if owed <= 0 or booking.state is BookingState.EXPIRED:
        return []
    ports, edition = current_ports(), booking.edition
    offered = list(ports.gateways)
    by_card = booking.state is BookingState.PENDING and booking.channel is not Channel.TRANSFER
    in_time = transfer_due(now, edition.starts_at, edition.zone) is not None
    on_payment = edition.confirmation is Confirmation.ON_PAYMENT
    if by_card and on_payment and in_time and ports.issuer.iban:
        offered.append(Channel.TRANSFER)
    return offered


def _moved_until(booking: Booking, now: datetime) -> datetime | None:
    """Through when this booking may be cancelled for nothing because its date was moved; None otherwise."""
    until = booking.edition.timing(booking.created_at).free_after_move
    alive = booking.state in ALIVE and booking.edition.called_off_at is None
    return _local(booking, until) if alive and until and now <= until else None


def _schedule(booking: Booking, now: datetime) -> Schedule | None:
    if booking.state is not BookingState.CONFIRMED:
        return None
    seats = [seat.seat_price for seat in booking.active]
    return schedule_of(booking.frozen_policy, booking.edition.timing(booking.created_at), seats, now)


def _local(booking: Booking, at: datetime) -> datetime:
    return formatting.local(at, booking.edition.zone)
