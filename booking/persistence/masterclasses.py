"""What is taught, by whom, where and when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Table, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from sqlalchemy.orm.interfaces import ORMOption

from booking.domain.bilingual import Bilingual
from booking.domain.booking import Confirmation
from booking.domain.cancellation import Timing
from booking.domain.errors import NotFound
from booking.domain.local_time import ZONE
from booking.domain.policy import CancellationPolicy
from booking.domain.publication import PUBLICATION_TRANSITIONS, SHOWN, Publication
from booking.persistence.db import Model, db
from booking.persistence.pictures import Picture
from booking.persistence.policies import PolicyTemplate


class Trainer(Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    bio: Mapped[Bilingual]
    picture: Mapped[str] = mapped_column(default="")  # a file of this site, named by a catalogue file
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("picture.id"))  # uploaded; goes before `picture`

    photo: Mapped[Picture | None] = relationship()


class Venue(Model):
    """Where a class meets. `access` says how to come (Markdown); `online_url` is shown to confirmed attendees only."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    house_number: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="CH")
    access: Mapped[Bilingual]
    map_url: Mapped[str] = mapped_column(default="")


class_trainers = Table(
    "class_trainer",
    db.metadata,
    Column("master_class_id", ForeignKey("master_class.id", ondelete="CASCADE"), primary_key=True),
    Column("trainer_id", ForeignKey("trainer.id"), primary_key=True),
)


class MasterClass(Model):
    """A subject that is taught; its dated runs are editions. Texts are Markdown unless they are titles or summaries."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # 'master_class' | 'workshop' | 'course' | 'information_session'
    language: Mapped[str]  # taught in: 'fr' | 'en'
    one_language: Mapped[bool] = mapped_column(default=False)  # is written in that one alone
    title: Mapped[Bilingual]
    summary: Mapped[Bilingual]
    objectives: Mapped[Bilingual]
    programme: Mapped[Bilingual]
    method: Mapped[Bilingual]
    audience: Mapped[Bilingual]
    prerequisites: Mapped[Bilingual]
    bring: Mapped[Bilingual]
    included: Mapped[Bilingual]
    credits: Mapped[Bilingual]
    series: Mapped[Bilingual]
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)  # slugs of Topic
    related: Mapped[list[str]] = mapped_column(JSON, default=list)  # slugs of other classes
    picture: Mapped[str] = mapped_column(default="")  # a file of this site, named by a catalogue file
    picture_credit: Mapped[str] = mapped_column(default="")  # of that file
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("picture.id"))  # uploaded; goes before `picture`
    contact_email: Mapped[str] = mapped_column(default="")
    vat_exempt: Mapped[bool] = mapped_column(default=False)  # as most teaching is; of weight only where VAT is charged
    state: Mapped[Publication] = mapped_column(default=Publication.DRAFT)
    announced: Mapped[bool] = mapped_column(default=False)  # shown to everybody once: its address stays what it is
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy_template.id"))

    policy_template: Mapped[PolicyTemplate | None] = relationship()
    photo: Mapped[Picture | None] = relationship()
    trainers: Mapped[list[Trainer]] = relationship(secondary=class_trainers, order_by=Trainer.id)
    questions: Mapped[list[Question]] = relationship(
        order_by="Question.position", back_populates="master_class", cascade="all, delete-orphan"
    )
    editions: Mapped[list[Edition]] = relationship(order_by="Edition.starts_at", back_populates="master_class")

    @property
    def shown(self) -> bool:
        """Whether everybody may read of it."""
        return self.state in SHOWN

    def move_to(self, state: Publication) -> None:
        """Changes the state at the desk. Raises IllegalTransition."""
        PUBLICATION_TRANSITIONS.check(self.state, state)
        self.announced = self.announced or self.shown or state in SHOWN
        self.state = state


class Topic(Model):
    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[Bilingual]


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    YES_NO = "yes_no"


class Question(Model):
    """Something asked of each attendee. `when` is 'booking' (on the form) or 'before' (pre-course questionnaire)."""

    __table_args__ = (Index("uq_question_key", "master_class_id", "key", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    master_class_id: Mapped[int] = mapped_column(ForeignKey("master_class.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column()
    label: Mapped[Bilingual]
    hint: Mapped[Bilingual]
    choices: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # [{"key", "fr", "en"}]
    required: Mapped[bool] = mapped_column(default=False)
    when: Mapped[str] = mapped_column(default="booking")
    retired: Mapped[bool] = mapped_column(default=False)  # answered once, no longer asked

    master_class: Mapped[MasterClass] = relationship(back_populates="questions")


class Edition(Model):
    """One dated run of a class. Prices in centimes; `zone` is the IANA zone in which its days are counted."""

    __table_args__ = (
        CheckConstraint("capacity >= 1", name="capacity_positive"),
        CheckConstraint("minimum >= 0 and minimum <= capacity", name="minimum_within_capacity"),
        CheckConstraint("price >= 0", name="price_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    master_class_id: Mapped[int] = mapped_column(ForeignKey("master_class.id"), index=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    online_url: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default=ZONE)
    price: Mapped[int]
    early_price: Mapped[int | None]
    early_until: Mapped[datetime | None]
    minimum: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int]
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    decision_at: Mapped[datetime | None]
    confirmation: Mapped[Confirmation] = mapped_column(default=Confirmation.ON_PAYMENT)
    state: Mapped[Publication] = mapped_column(default=Publication.PUBLISHED)
    starts_at: Mapped[datetime] = mapped_column(index=True)  # of the first meeting, for sorting and locking rules
    ends_at: Mapped[datetime]  # of the last meeting
    called_off_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]  # when date or place last changed for people who had booked
    run_decided_at: Mapped[datetime | None]  # the organiser said that it takes place below its minimum

    master_class: Mapped[MasterClass] = relationship(back_populates="editions")
    venue: Mapped[Venue | None] = relationship()
    meetings: Mapped[list[Meeting]] = relationship(order_by="Meeting.starts_at", cascade="all, delete-orphan")

    def timing(self, booked_at: datetime | None = None) -> Timing:
        """What the cancellation schedule needs to know of this edition."""
        called_off = self.called_off_at is not None
        return Timing(self.zone, self.starts_at, self.registration_closes_at, booked_at, self.moved_at, called_off)

    @property
    def shown(self) -> bool:
        """Whether everybody may read of it."""
        return self.state in SHOWN and self.master_class.shown

    @property
    def bookable(self) -> bool:
        """Whether it takes bookings as far as publication goes; dates, deadlines and seats are another matter."""
        published = self.state is Publication.PUBLISHED and self.master_class.state is Publication.PUBLISHED
        return published and self.called_off_at is None

    @property
    def policy(self) -> CancellationPolicy | None:
        """The class's current policy; None for free classes without one."""
        template = self.master_class.policy_template
        return template.policy if template else None


class Meeting(Model):
    """One sitting of an edition."""

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[Bilingual]


def lock_edition(edition_id: int) -> Edition:
    """The edition, its row locked until the transaction ends. Every change of seats begins here.

    On SQLite the lock is the write transaction itself. Several editions at once: lock them in id order.
    """
    return db.session.get_one(
        Edition, edition_id, options=at_hand(), with_for_update={"of": Edition}, populate_existing=True
    )


@cache
def at_hand() -> tuple[ORMOption, ...]:
    """Read with an edition: its class with the policy, and its venue, which every order, letter and paper names."""
    return joinedload(Edition.master_class).joinedload(MasterClass.policy_template), joinedload(Edition.venue)


def lock_class(slug: str) -> MasterClass:
    """The class, its row locked after those of all its dates, in id order. Raises NotFound.

    Meanwhile nobody books one of them, changes its price or answers a question.
    """
    class_id = db.session.scalar(select(MasterClass.id).where(MasterClass.slug == slug))
    if class_id is None:
        raise NotFound("class")
    dates = select(Edition).where(Edition.master_class_id == class_id).order_by(Edition.id).with_for_update()
    db.session.scalars(dates.execution_options(populate_existing=True)).all()
    return db.session.get_one(MasterClass, class_id, with_for_update=True, populate_existing=True)
