"""Messages to many participants: what was written, to whom it goes, and what became of each mail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, and_, cast, func, insert, literal, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from booking.domain.bilingual import Bilingual
from booking.domain.errors import NotFound
from booking.domain.message import Audience, MessageKind, Person, Reach, RecipientState, Words
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import Model, db
from booking.persistence.masterclasses import Edition
from booking.persistence.organisers import Organiser
from booking.persistence.outbox import ALARM_AFTER, OutboxJob

PAGE: Final = 50  # messages, or recipients, on a page

message_editions = Table(
    "message_edition",
    db.metadata,
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("edition_id", ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Message(Model):
    """A message to people of some dates; a draft until `sent_at`. A reminder has no words, and no dates when it goes to
    everybody whose payment is overdue. `chosen` are ids of bookings, for the audience CHOSEN."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[MessageKind] = mapped_column(default=MessageKind.MESSAGE)
    audience: Mapped[Audience]
    reach: Mapped[Reach] = mapped_column(default=Reach.BOOKERS)
    chosen: Mapped[list[int]] = mapped_column(JSON, default=list)
    subject: Mapped[Bilingual]
    text: Mapped[Bilingual]
    created_at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"))
    sent_at: Mapped[datetime | None] = mapped_column(index=True)

    editions: Mapped[list[Edition]] = relationship(secondary=message_editions, order_by=Edition.starts_at)
    organiser: Mapped[Organiser | None] = relationship()

    @property
    def words(self) -> Words:
        return Words(self.subject, self.text)


class MessageRecipient(Model):
    """One mail of a message, fixed when it was sent. The address is the one that the person has when it leaves."""

    __table_args__ = (Index("ix_message_recipient_state", "message_id", "state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendee.id"))  # None: whoever booked
    locale: Mapped[str]
    state: Mapped[RecipientState] = mapped_column(default=RecipientState.WAITING)
    settled_at: Mapped[datetime | None]

    message: Mapped[Message] = relationship()
    booking: Mapped[Booking] = relationship()
    attendee: Mapped[Attendee | None] = relationship()


def freeze(message: Message, recipients: Sequence[Person], now: datetime) -> None:
    """From now on the message goes to these people, whatever happens to the audience; of those without an address it
    is noted that none reaches them."""
    message.sent_at = now
    db.session.flush()
    rows = [
        {
            "message_id": message.id,
            "booking_id": p.booking_id,
            "attendee_id": p.attendee_id,
            "locale": p.locale,
            "state": RecipientState.WAITING if p.email else RecipientState.UNREACHED,
        }
        for p in recipients
    ]
    if rows:
        db.session.execute(insert(MessageRecipient), rows)


def waiting_after(message_id: int, recipient_id: int, limit: int) -> list[MessageRecipient]:
    """The next recipients, by id, who have not got their mail yet."""
    query = select(MessageRecipient).where(
        MessageRecipient.message_id == message_id,
        MessageRecipient.state == RecipientState.WAITING,
        MessageRecipient.id > recipient_id,
    )
    return list(db.session.scalars(query.order_by(MessageRecipient.id).limit(limit)))


def lock_message(message_id: int) -> Message:
    """The message, its row locked. Raises NotFound."""
    message = db.session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        raise NotFound("message")
    return message


def job_key(kind: MessageKind, recipient_id: int) -> str:
    """The key of the outbox row of one mail."""
    return f"mail-{kind.value}-{recipient_id}"


def progress(message_id: int) -> dict[RecipientState, int]:
    """How many recipients are in each state."""
    return tallies([message_id])[message_id]


def newest(edition_id: int | None, page: int) -> tuple[list[Message], int]:
    """Page 1, 2 … of the messages, of one date where it is given, latest first; and how many pages there are."""
    of_these = Message.editions.any(Edition.id == edition_id) if edition_id else literal(True)
    count = db.session.scalar(select(func.count(Message.id)).where(of_these)) or 0
    order = func.coalesce(Message.sent_at, Message.created_at).desc()
    query = select(Message).where(of_these).order_by(order, Message.id.desc()).offset((page - 1) * PAGE).limit(PAGE)
    query = query.options(selectinload(Message.editions).joinedload(Edition.master_class))
    return list(db.session.scalars(query)), max(1, -(-count // PAGE))


def tallies(message_ids: Collection[int]) -> dict[int, dict[RecipientState, int]]:
    """How many recipients of each message are in each state."""
    query = select(MessageRecipient.message_id, MessageRecipient.state, func.count())
    query = query.where(MessageRecipient.message_id.in_(message_ids))
    found: dict[int, dict[RecipientState, int]] = {number: dict.fromkeys(RecipientState, 0) for number in message_ids}
    for number, state, count in db.session.execute(query.group_by(MessageRecipient.message_id, MessageRecipient.state)):
        found[number][state] = count
    return found


def _failing(message: Message) -> Any:
    """Outbox rows of the message's mails that failed at least once and still wait."""
    key = literal(job_key(message.kind, 0)[:-1]) + cast(MessageRecipient.id, String)
    return and_(OutboxJob.key == key, OutboxJob.done_at.is_(None), OutboxJob.attempts > 0, OutboxJob.error != "")


def given_up(message: Message) -> int:
    """How many mails failed so often that a person should look; they are still tried."""
    query = select(func.count(MessageRecipient.id)).join(OutboxJob, _failing(message))
    waiting = MessageRecipient.state == RecipientState.WAITING
    return (
        db.session.scalar(
            query.where(MessageRecipient.message_id == message.id, waiting, OutboxJob.attempts >= ALARM_AFTER)
        )
        or 0
    )


def find(message_id: int) -> Message:
    """Raises NotFound."""
    message = db.session.get(Message, message_id)
    if message is None:
        raise NotFound("message")
    return message


def log(message: Message, page: int) -> list[tuple[MessageRecipient, str]]:
    """(recipient, what went wrong at the last try or '') of page 1, 2 …; those whom no mail reaches first, then those
    who wait."""
    query = (
        select(MessageRecipient, func.coalesce(OutboxJob.error, ""))
        .outerjoin(OutboxJob, _failing(message))
        .where(MessageRecipient.message_id == message.id)
        .options(joinedload(MessageRecipient.booking), joinedload(MessageRecipient.attendee))
        .order_by(
            MessageRecipient.state != RecipientState.UNREACHED,
            MessageRecipient.state != RecipientState.WAITING,
            MessageRecipient.id,
        )
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return [(recipient, error) for recipient, error in db.session.execute(query)]
