"""Rows as the plain values of `domain/catalogue.py`, so that one set of rules judges what a file says and what the desk
writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from booking.domain.catalogue import (
    ClassSpec,
    PolicySpec,
    QuestionSpec,
    TopicSpec,
    TrainerSpec,
    VenueSpec,
    VoucherSpec,
)
from booking.domain.publication import SHOWN
from booking.persistence.editions import spec_of
from booking.persistence.masterclasses import Edition, MasterClass, Question, Topic, Trainer, Venue
from booking.persistence.policies import PolicyTemplate
from booking.persistence.vouchers import Voucher


def class_spec(offer: MasterClass, editions: Iterable[Edition], published: bool) -> ClassSpec:
    """The class with those of its dates; `published` says whether it is judged as one that everybody may read."""
    return ClassSpec(
        slug=offer.slug,
        kind=offer.kind,
        language=offer.language,
        title=offer.title,
        summary=offer.summary,
        objectives=offer.objectives,
        programme=offer.programme,
        method=offer.method,
        audience=offer.audience,
        prerequisites=offer.prerequisites,
        bring=offer.bring,
        included=offer.included,
        credits=offer.credits,
        series=offer.series,
        topics=tuple(offer.topics),
        related=tuple(offer.related),
        trainers=tuple(trainer.slug for trainer in offer.trainers),
        picture=offer.picture,
        picture_credit=offer.picture_credit,
        contact=offer.contact_email,
        published=published,
        policy=offer.policy_template.slug if offer.policy_template else None,
        questions=tuple(question_spec(question) for question in offer.questions if not question.retired),
        editions=tuple(spec_of(edition) for edition in editions),
    )


def question_spec(question: Question) -> QuestionSpec:
    """The question as a file would write it."""
    return QuestionSpec(
        key=question.key,
        kind=question.kind.value,
        label=question.label,
        hint=question.hint,
        choices=tuple(question.choices),
        required=question.required,
        when=question.when,
    )


def policy_spec(template: PolicyTemplate) -> PolicySpec:
    """The policy as a file would write it."""
    return PolicySpec(template.slug, template.title, template.policy)


def venue_spec(venue: Venue) -> VenueSpec:
    """The venue as a file would write it."""
    return VenueSpec(**{each.name: getattr(venue, each.name) for each in fields(VenueSpec)})


def trainer_spec(trainer: Trainer) -> TrainerSpec:
    """The trainer as a file would write it."""
    return TrainerSpec(trainer.slug, trainer.name, trainer.bio, trainer.picture)


def topic_spec(topic: Topic) -> TopicSpec:
    """The topic as a file would write it."""
    return TopicSpec(topic.slug, topic.title)


def voucher_spec(voucher: Voucher, slugs: Mapping[int, str]) -> VoucherSpec:
    """The voucher as a file would write it; `slugs` of classes by their id."""
    return VoucherSpec(
        code=voucher.code,
        kind=voucher.kind,
        value=voucher.value,
        max_uses=voucher.max_uses,
        valid_from=voucher.valid_from,
        valid_until=voucher.valid_until,
        master_class=slugs[voucher.master_class_id] if voucher.master_class_id else None,
    )


def shown_editions(offer: MasterClass) -> list[Edition]:
    """The dates that everybody reads of once the class is published."""
    return [edition for edition in offer.editions if edition.state in SHOWN and edition.called_off_at is None]
