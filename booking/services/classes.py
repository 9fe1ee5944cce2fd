"""Classes as the desk keeps them: written, changed by several people, copied, shown to everybody and taken back.

Values are flat, as `values_of` gives them: 'title_fr', 'trainers' as a list of slugs, 'policy' as a slug or ''. What
everybody reads stays whole: a class that is shown cannot lose what it was published with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from booking import config
from booking.domain.actor import Actor
from booking.domain.catalogue import CatalogueRefused, NotPublishable, check_prices, lacking
from booking.domain.completeness import asked
from booking.domain.errors import ChangedMeanwhile, NotFound, SlugRefused, StillBooked, StillUsed
from booking.domain.marks import changed
from booking.domain.publication import SHOWN, Publication
from booking.domain.state import IllegalTransition
from booking.persistence import class_index, counters, editions, journal, plain_values, settings
from booking.persistence.bookings import seats_taken
from booking.persistence.class_specs import class_spec, shown_editions
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass, Question, Trainer, lock_class
from booking.persistence.policies import PolicyTemplate
from booking.persistence.settings import CERTIFICATE_TEXT
from booking.persistence.slugs import free_slug, hold_names
from booking.persistence.transaction import atomic

TEXTS: Final = plain_values.pairs(MasterClass)
FIELDS: Final = ("slug", "kind", "language", "contact_email", "vat_exempt", "topics", "related", *TEXTS)
UNORDERED: Final = ("topics", "related")
ASKED: Final = ("key", "position", "kind", "label", "hint", "choices", "required", "when")


def values_of(offer: MasterClass) -> dict[str, Any]:
    """All that the form of a class shows; lists sorted, as their order is none that a form knows."""
    return plain_values.read(offer, FIELDS) | {
        **{name: sorted(getattr(offer, name)) for name in UNORDERED},
        "policy": offer.policy_template.slug if offer.policy_template else "",
        "trainers": sorted(trainer.slug for trainer in offer.trainers),
    }


def missing(offer: MasterClass) -> list[NotPublishable]:
    """What must be written before everybody may read of the class, in the class itself and in its dates."""
    languages = asked(offer.language, offer.one_language, config.current().languages)
    return lacking(class_spec(offer, shown_editions(offer), published=True), languages)


def write(wish: str, values: Mapping[str, Any], now: datetime, by: Actor) -> str:
    """A new draft with these values, those that are not named empty; its slug is `wish`, or the next that is free.

    Raises NotFound for a policy that is not there.
    """
    with atomic():
        slug = free_slug(MasterClass, wish)
        offer = MasterClass(slug=slug, kind=values["kind"], language=values["language"], state=Publication.DRAFT)
        offer.contact_email = values["contact_email"]
        offer.policy_template = _policy(values.get("policy", ""))
        empty = {f"{name}_{language}": "" for name in TEXTS for language in ("fr", "en")}
        plain_values.write(offer, TEXTS, empty | dict(values))
        db.session.add(offer)
        journal.note("class_written", by, now, master_class=slug)
        return slug


def change(slug: str, values: Mapping[str, Any], seen: str, now: datetime, by: Actor) -> None:
    """Saves the form. `seen` marks what it was filled from.

    Raises NotFound, ChangedMeanwhile, SlugRefused, NotPublishable (a class that is shown would lose what it needs) and
    PolicyUnfitForPrice.
    """
    with atomic():
        if values["slug"] != slug:
            hold_names(MasterClass)
        offer = lock_class(slug)
        if changed(seen, values_of(offer)):
            raise ChangedMeanwhile
        whole_before = {what for problem in missing(offer) for what in problem.what}
        altered = _written(offer, values)
        if not altered:
            return
        if "policy" in altered:
            _check_policy(offer, now)
        lost = [what for problem in missing(offer) for what in problem.what if what not in whole_before]
        if offer.shown and lost:
            raise NotPublishable(f"class {offer.slug}", tuple(lost))
        journal.note("class_changed", by, now, master_class=offer.slug, fields=altered)
        counters.catalogue_changed()


def copy(slug: str, now: datetime, by: Actor) -> str:
    """A draft with the same texts, pictures, trainers, policy and questions, without dates; gives its slug."""
    with atomic():
        free = free_slug(MasterClass, slug)
        offer = lock_class(slug)
        names = [*FIELDS, "one_language", "picture", "picture_credit", "photo_id", "policy_id"]
        twin = MasterClass(**{name: getattr(offer, name) for name in names}, state=Publication.DRAFT)
        twin.slug = free
        twin.trainers = list(offer.trainers)
        questions = [question for question in offer.questions if not question.retired]
        twin.questions = [Question(**{name: getattr(question, name) for name in ASKED}) for question in questions]
        db.session.add(twin)
        journal.note("class_copied", by, now, master_class=twin.slug, original=slug)
        return twin.slug


def keep_to_one_language(slug: str, alone: bool, now: datetime, by: Actor) -> None:
    """From now on the class is to be written only in the language in which it is taught, or again in all those of the
    site. Raises NotFound."""
    with atomic():
        offer = lock_class(slug)
        if offer.one_language != alone:
            offer.one_language = alone
            journal.note("class_changed", by, now, master_class=slug, fields=["one_language"])


def move_to(slug: str, old: Publication, new: Publication, now: datetime, by: Actor) -> None:
    """From draft to published, and on. `old` is the state that was shown with the button.

    Raises NotFound, ChangedMeanwhile, CatalogueRefused with all that is missing, StillBooked.
    """
    with atomic():
        offer = lock_class(slug)
        if offer.state is not old:
            raise ChangedMeanwhile
        if new in SHOWN and (problems := missing(offer)):
            raise CatalogueRefused(tuple(problems))
        if new not in SHOWN and (seats := seats_to_come(offer, now)):
            raise StillBooked(seats)
        try:
            offer.move_to(new)
        except IllegalTransition as error:
            raise ChangedMeanwhile from error
        journal.note("class_moved", by, now, master_class=slug, old=old.value, new=new.value)
        counters.catalogue_changed()


def delete(slug: str, now: datetime, by: Actor) -> None:
    """A draft, with its dates and questions. Raises NotFound; ChangedMeanwhile when it is no draft any more; StillUsed
    when one of its dates was ever booked, or a voucher is for it."""
    with atomic():
        offer = lock_class(slug)
        if offer.state is not Publication.DRAFT:
            raise ChangedMeanwhile
        if used := class_index.use_of(offer):
            raise StillUsed(*used)
        for edition in offer.editions:
            editions.erase(edition)
        _tell_others(offer, None)
        settings.write(f"{CERTIFICATE_TEXT}.{offer.id}", None, now)
        db.session.flush()
        db.session.expire(offer)
        db.session.delete(offer)
        journal.note("class_deleted", by, now, master_class=slug)
        counters.catalogue_changed()


def seats_to_come(offer: MasterClass, now: datetime) -> int:
    """Seats that people hold on dates of the class which are not over."""
    return sum(seats_taken(edition.id, now) for edition in offer.editions if edition.ends_at > now)


def _written(offer: MasterClass, values: Mapping[str, Any]) -> list[str]:
    """The names of what differs from before."""
    if values["slug"] != offer.slug:
        _rename(offer, values["slug"])
    kept = {name: getattr(offer, name) for name in UNORDERED if sorted(getattr(offer, name)) == sorted(values[name])}
    altered = plain_values.write(offer, FIELDS, {**values, **kept})
    trainers = list(db.session.scalars(select(Trainer).where(Trainer.slug.in_(values["trainers"]))))
    if {trainer.id for trainer in trainers} != {trainer.id for trainer in offer.trainers}:
        offer.trainers = trainers
        altered.append("trainers")
    policy = _policy(values["policy"])
    if policy is not offer.policy_template:
        offer.policy_template = policy
        altered.append("policy")
    return altered


def _rename(offer: MasterClass, slug: str) -> None:
    """Checks the new slug, and tells classes that name the old one."""
    if offer.announced or offer.shown:
        raise SlugRefused("kept")
    if db.session.scalar(select(func.count(MasterClass.id)).where(MasterClass.slug == slug)):
        raise SlugRefused("taken")
    _tell_others(offer, slug)


def _tell_others(offer: MasterClass, slug: str | None) -> None:
    """Classes that name this one name it so from now on; None: no longer."""
    for other in db.session.scalars(select(MasterClass).where(MasterClass.id != offer.id)):
        if offer.slug in other.related:
            names = [slug if name == offer.slug else name for name in other.related]
            other.related = [name for name in names if name]


def _policy(slug: str) -> PolicyTemplate | None:
    if not slug:
        return None
    template = db.session.scalar(select(PolicyTemplate).where(PolicyTemplate.slug == slug).with_for_update())
    if template is None:
        raise NotFound("policy")
    return template


def _check_policy(offer: MasterClass, now: datetime) -> None:
    """Raises PolicyUnfitForPrice at the price of a date that can still be booked."""
    if offer.policy_template:
        coming = [edition for edition in offer.editions if edition.starts_at > now and edition.called_off_at is None]
        prices = {price for edition in coming for price in (edition.price, edition.early_price) if price}
        check_prices(offer.policy_template.policy, sorted(prices))
