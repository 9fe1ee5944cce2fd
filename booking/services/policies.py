"""Cancellation policies as the desk keeps them. Bookings hold their own frozen copy: nothing here touches one."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import func, select

from booking.domain.actor import Actor
from booking.domain.bilingual import Bilingual
from booking.domain.catalogue import check_prices
from booking.domain.errors import ChangedMeanwhile, NotFound, StillUsed
from booking.domain.policy import CancellationPolicy
from booking.persistence import counters, journal
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.policies import PolicyTemplate
from booking.persistence.slugs import free_slug
from booking.persistence.transaction import atomic


def fingerprint(template: PolicyTemplate) -> str:
    """What a form was filled from, posted back with it: two people cannot overwrite each other unseen."""
    plain = json.dumps([template.title.fr, template.title.en, template.definition], sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def create(slug: str, title: Bilingual, policy: CancellationPolicy, now: datetime, by: Actor) -> str:
    """Stores a new policy under `slug`, or under the next one that is free, which it gives."""
    with atomic():
        free = free_slug(PolicyTemplate, slug)
        db.session.add(PolicyTemplate(slug=free, title=title, definition=policy.to_json()))
        journal.note("policy_written", by, now, policy=free)
        return free


def change(slug: str, title: Bilingual, policy: CancellationPolicy, shown: str, now: datetime, by: Actor) -> None:
    """What is booked from now on accepts the new schedule. `shown` is the fingerprint of what was on the form.

    Raises NotFound, ChangedMeanwhile, PolicyUnfitForPrice.
    """
    with atomic():
        template = _locked(slug)
        if fingerprint(template) != shown:
            raise ChangedMeanwhile
        check_prices(policy, _prices(template.id, now))
        template.title, template.definition = title, policy.to_json()
        journal.note("policy_changed", by, now, policy=slug)
        counters.catalogue_changed()


def delete(slug: str, now: datetime, by: Actor) -> None:
    """Raises NotFound, or StillUsed while a class has it."""
    with atomic():
        template = _locked(slug)
        query = select(func.count(MasterClass.id)).where(MasterClass.policy_id == template.id)
        if used := db.session.scalar(query) or 0:
            raise StillUsed("class", used)
        db.session.delete(template)
        journal.note("policy_deleted", by, now, policy=slug)


def _prices(template_id: int, now: datetime) -> list[int]:
    """All prices, full and early, of the coming dates whose class has the policy."""
    coming = (
        select(Edition.price, Edition.early_price)
        .join(Edition.master_class)
        .where(MasterClass.policy_id == template_id, Edition.starts_at > now)
    )
    return sorted({price for row in db.session.execute(coming) for price in row if price})


def _locked(slug: str) -> PolicyTemplate:
    query = select(PolicyTemplate).where(PolicyTemplate.slug == slug).with_for_update()
    template = db.session.scalar(query.execution_options(populate_existing=True))
    if template is None:
        raise NotFound("policy")
    return template
