"""Messages to many participants: written, shown, sent to exactly those who were shown, each mail once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking import config
from booking.domain.actor import Actor
from booking.domain.bilingual import Bilingual
from booking.domain.errors import NotFound, PlanChanged, TextMissing
from booking.domain.message import Audience, MessageKind, Person, Reach, RecipientState, Words
from booking.persistence import audiences, counters, desk_letters, journal, letters, messages, outbox
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message, MessageRecipient
from booking.persistence.transaction import atomic

CHUNK: Final = 100  # mails posted in one transaction: others write in between


@dataclass(frozen=True)
class Draft:
    """A message as typed. `chosen` are ids of bookings, for the audience CHOSEN."""

    edition_ids: tuple[int, ...]
    audience: Audience
    reach: Reach
    chosen: tuple[int, ...]
    words: Words


@dataclass(frozen=True)
class Proposal:
    """Who would get a message now, and who is meant but has no e-mail address. `shown` says all of it in one word, to
    be posted back."""

    people: tuple[Person, ...]
    unreached: tuple[Person, ...]
    lacking: tuple[str, ...]  # languages of recipients that it has no words in
    shown: str

    @property
    def languages(self) -> Counter[str]:
        """How many people read it in which language."""
        return Counter(person.locale for person in self.people)


def write(draft: Draft, by: Actor, now: datetime) -> int:
    """Keeps a new draft and gives its id. Raises UnknownPlaceholder."""
    draft.words.check(draft.reach)
    with atomic():
        message = Message(kind=MessageKind.MESSAGE, created_at=now, organiser_id=by.organiser_id)
        _fill(message, draft)
        db.session.add(message)
        db.session.flush()
        return message.id


def rewrite(message_id: int, draft: Draft) -> None:
    """Changes a draft. Raises UnknownPlaceholder; NotFound when it was sent."""
    draft.words.check(draft.reach)
    with atomic():
        _fill(_unsent(message_id), draft)


def discard(message_id: int) -> None:
    """Deletes a draft. Raises NotFound when it was sent."""
    with atomic():
        db.session.delete(_unsent(message_id))


def rehearse(draft: Draft, now: datetime) -> Proposal:
    """As `propose`, of a message that is not kept yet."""
    message = Message(kind=MessageKind.MESSAGE)
    _fill(message, draft)
    return propose(message, now)


def propose(message: Message, now: datetime) -> Proposal:
    """Who would get it now, and in which languages it still lacks words."""
    meant = audiences.people(message, now)
    people = [person for person in meant if person.email]
    unreached = tuple(person for person in meant if not person.email)
    words = message.words
    reminder = message.kind is MessageKind.REMINDER
    spoken = config.current().languages
    read = {person.locale if person.locale in spoken else spoken[0] for person in people}
    lacking = () if reminder else words.lacking(read)
    seen = (message.kind, words, [(person.booking_id, person.attendee_id, not person.email) for person in meant])
    return Proposal(tuple(people), unreached, lacking, hashlib.sha256(repr(seen).encode()).hexdigest())


def send(message_id: int, shown: str, by: Actor, now: datetime) -> None:
    """Sends a draft to the people that were shown (`Proposal.shown`); nothing the second time.

    Raises PlanChanged when others are meant by now, TextMissing when somebody could not read it.
    """
    with atomic():
        message = messages.lock_message(message_id)
        if message.sent_at is None:
            _send(message, shown, by, now)


def remind(edition_ids: Sequence[int], shown: str, by: Actor, now: datetime) -> int:
    """Reminds those who owe, of these dates, or of all dates where payment is overdue; gives the message's id.

    Raises PlanChanged when others than the shown are meant by now.
    """
    with atomic():
        counters.increase("reminder")  # one at a time: the next one sees who was reminded by this one
        message = reminder(edition_ids, now)
        message.organiser_id = by.organiser_id
        db.session.add(message)
        _send(message, shown, by, now)
        return message.id


def reminder(edition_ids: Sequence[int], now: datetime) -> Message:
    """The ready message to those who owe, not kept yet."""
    found = [db.session.get_one(Edition, edition_id) for edition_id in sorted(edition_ids)]
    nothing = Bilingual()
    return Message(
        kind=MessageKind.REMINDER,
        audience=Audience.OWING,
        reach=Reach.BOOKERS,
        chosen=[],
        subject=nothing,
        text=nothing,
        created_at=now,
        editions=found,
    )


def test(message_id: int, by: Actor, now: datetime) -> None:
    """Mails a draft to whoever is at the desk, in each language that it has words in. Raises TextMissing when it has
    none; NotFound when its dates are gone."""
    with atomic():
        message = _unsent(message_id)
        if not message.editions:
            raise NotFound("edition")
        written = [language for language in ("fr", "en") if not message.words.lacking([language])]
        if not written or by.organiser_id is None:
            raise TextMissing(config.current().languages)
        for language in written:
            desk_letters.post("message_test", by.organiser_id, now, message_id=message.id, locale=language)


def post_letters(message_id: int, now: datetime) -> None:
    """Posts the mails of everybody who still waits, some at a time. May be killed and run again: each has its key."""
    after = 0
    while True:
        with atomic():
            chunk = messages.waiting_after(message_id, after, CHUNK)
            for recipient in chunk:
                letters.to_recipient(recipient.message.kind, recipient, now)
            if len(chunk) < CHUNK:
                return
            after = chunk[-1].id


def settle(recipient_id: int, sent: bool, now: datetime) -> None:
    """A recipient's mail left; or, when not `sent`, it was due and the person no longer meant."""
    with atomic():
        recipient = db.session.get_one(MessageRecipient, recipient_id, with_for_update=True, populate_existing=True)
        if recipient.state is RecipientState.WAITING:
            recipient.state = RecipientState.SENT if sent else RecipientState.SKIPPED
            recipient.settled_at = now


def _send(message: Message, shown: str, by: Actor, now: datetime) -> None:
    with db.session.no_autoflush:
        proposal = propose(message, now)
    if proposal.shown != shown or not proposal.people:
        raise PlanChanged
    if proposal.lacking:
        raise TextMissing(proposal.lacking)
    messages.freeze(message, (*proposal.people, *proposal.unreached), now)
    for edition_id in sorted({person.edition_id for person in proposal.people}):
        count = sum(person.edition_id == edition_id for person in proposal.people)
        action = "reminded" if message.kind is MessageKind.REMINDER else "message_sent"
        journal.note(action, by, now, edition_id=edition_id, message=message.id, people=count)
    outbox.post("message", f"message-{message.id}", now, {"message_id": message.id})


def _unsent(message_id: int) -> Message:
    message = messages.lock_message(message_id)
    if message.sent_at is not None:
        raise NotFound("draft")
    return message


def _fill(message: Message, draft: Draft) -> None:
    message.audience, message.reach = draft.audience, draft.reach
    message.chosen = list(draft.chosen) if draft.audience is Audience.CHOSEN else []
    message.subject, message.text = draft.words.subject, draft.words.text
    message.editions = [db.session.get_one(Edition, edition_id) for edition_id in sorted(draft.edition_ids)]
