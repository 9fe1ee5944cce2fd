"""Mails that waited, for a server or for a quick person: what is no longer true is not sent."""

from __future__ import annotations

from booking import chores
from booking.adapters.mail import mailbox
from booking.config import current
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Refund
from booking.services import refund
from tests.web.participant import PAYER_IBAN, Participant


def subjects(participant: Participant) -> list[str]:
    """The subjects of what was sent, without the booking's class; nothing may be left over in the outbox."""
    participant.run_jobs()
    with participant.rows() as session:
        assert session.query(OutboxJob).filter(OutboxJob.done_at.is_(None)).all() == []
        return sorted(letter.subject.partition(":")[0] for letter in mailbox.letters(current().data_dir))


def test_a_hold_cancelled_before_its_mail_left_is_not_asked_to_be_paid(participant: Participant):
    own = participant.book(participant.edition())
    participant.browser.submit(participant.cancellation(own))
    assert len(subjects(participant)) == 2  # that it was cancelled, to both


def test_a_hold_that_ended_before_its_mail_left_is_not_asked_to_be_paid(participant: Participant):
    participant.book(participant.edition())
    participant.at("2026-11-25 09:00")
    assert len(subjects(participant)) == 2


def test_who_paid_by_card_meanwhile_is_not_asked_for_a_transfer(participant: Participant):
    own = participant.book(participant.edition())
    paying = participant.browser.submit(own, "channel=demo")
    participant.browser.submit(paying, "button=pay")
    sent = subjects(participant)
    assert len(sent) == 2
    assert not any("transfer" in subject or "virement" in subject for subject in sent), sent


def test_a_confirmation_does_not_follow_a_cancellation(participant: Participant):
    own = participant.book_and_pay(participant.edition())
    participant.browser.submit(participant.cancellation(own))
    assert len(subjects(participant)) == 3  # cancelled, to both; refunded


def test_a_refund_that_was_sent_is_not_asked_for_again(participant: Participant):
    own = participant.book_and_pay(participant.edition(), refunds="fail")
    participant.browser.submit(participant.cancellation(own))
    with participant.rows() as session:
        (task,) = session.query(Refund).all()
        chores.send_refund({"refund_id": task.id}, participant.now)
        refund.supply_iban(task.id + 1, PAYER_IBAN, "Ada Exemple", participant.now)
        refund.mark_refunded(task.id + 1, participant.now)
    assert len(subjects(participant)) == 3  # cancelled, to both; refunded
