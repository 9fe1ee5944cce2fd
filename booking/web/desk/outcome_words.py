"""What an act does to a booking, as sentences for the organiser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from booking.adapters.wording import document_name
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import RefundState
from booking.persistence.outcomes import Mail, Outcome, Paper, Return
from booking.web.formatting import chf
from booking.web.i18n import current_language


@dataclass(frozen=True)
class Told:
    """Sentences, by what they are about. Empty ones are left out of the page."""

    booking: list[str]
    money: list[str]
    papers: list[str]
    mails: list[str]


def told(outcome: Outcome) -> Told:
    """An outcome in words."""
    silence = [_("None to the participant, who has no e-mail address: tell them yourself.")] if outcome.silent else []
    return Told(
        booking=[_state(outcome)] if outcome.state is not outcome.was else _seats(outcome),
        money=list(_money(outcome)),
        papers=[_paper(paper) for paper in outcome.papers],
        mails=[*silence, *(_mail(mail) for mail in outcome.mails)],
    )


def _state(outcome: Outcome) -> str:
    words: dict[BookingState, str] = {
        BookingState.PENDING: _("The seats are held until the money has come."),
        BookingState.CONFIRMED: _("The booking is confirmed."),
        BookingState.CANCELLED: _("The whole booking is cancelled, and its seats are free."),
        BookingState.EXPIRED: _("The hold ends, and its seats are free."),
    }
    return words[outcome.state]


def _seats(outcome: Outcome) -> list[str]:
    if outcome.seats < outcome.had:
        lost = outcome.had - outcome.seats
        free = ngettext("%(num)d seat is free again.", "%(num)d seats are free again.", lost)
        return [free, ngettext("The booking keeps %(num)d seat.", "The booking keeps %(num)d seats.", outcome.seats)]
    if outcome.seats > outcome.had:
        return [ngettext("The booking then has %(num)d seat.", "The booking then has %(num)d seats.", outcome.seats)]
    return []


def _money(outcome: Outcome) -> Iterator[str]:
    if outcome.withdrawn:
        yield _("Refunds of %(amount)s are no longer needed.", amount=chf(outcome.withdrawn))
    for refund in outcome.refunds:
        yield _refund(refund)
    if outcome.owed > 0:
        yield _("%(amount)s is owed after that.", amount=chf(outcome.owed))
    elif not outcome.refunds:
        yield _("Nothing is owed after that.")


def _refund(refund: Return) -> str:
    amount = chf(refund.amount)
    if refund.state is RefundState.NEEDS_IBAN:
        return str(_("%(amount)s goes back by bank: the participant is asked for an IBAN.", amount=amount))
    if refund.state is RefundState.TO_PAY:
        return str(_("%(amount)s goes back by bank: you find the transfer to make among the refunds.", amount=amount))
    if refund.channel is Channel.STRIPE:
        return str(_("%(amount)s goes back to the card, or by TWINT, by itself.", amount=amount))
    return str(_("%(amount)s goes back the way it was paid, by itself.", amount=amount))


def _paper(paper: Paper) -> str:
    name, total = document_name(paper.kind, current_language()), chf(paper.total)
    if paper.due and paper.due != paper.total:
        return str(_("%(paper)s for %(total)s, %(due)s of it to be paid", paper=name, total=total, due=chf(paper.due)))
    if paper.due:
        return str(_("%(paper)s for %(total)s, to be paid", paper=name, total=total))
    return str(_("%(paper)s for %(total)s", paper=name, total=total))


def _mail(mail: Mail) -> str:
    reader = {
        "booker": pgettext("reader", "to the participant"),
        "attendee": pgettext("reader", "to the person who attends"),
        "organiser": pgettext("reader", "your copy"),
    }[mail.reader]
    return f"{mail_name(mail.kind)} ({reader})"


def mail_name(kind: str) -> str:
    """What a letter about one booking is called."""
    names = {
        "received": pgettext("mail", "The seats are held, with the invoice"),
        "confirmed": pgettext("mail", "Confirmation"),
        "expired": pgettext("mail", "The hold has ended"),
        "cancelled": pgettext("mail", "Cancellation, with its figures"),
        "refunded": pgettext("mail", "The refund has left"),
        "refund_iban": pgettext("mail", "Which account may we refund you to?"),
        "refund_task": pgettext("mail", "To do: refund by bank"),
        "late_refund": pgettext("mail", "Money goes back"),
        "paid": pgettext("mail", "Payment received, with the receipt"),
        "corrected": pgettext("mail", "A payment was booked by mistake"),
        "waived": pgettext("mail", "No longer asked for"),
        "seat_added": pgettext("mail", "One more seat"),
        "substitute": pgettext("mail", "Somebody else takes the seat"),
        "joining": pgettext("mail", "Everything practical"),
        "link": pgettext("mail", "Fresh link"),
    }
    return str(names.get(kind, kind))
