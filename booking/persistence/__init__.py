"""Tables that remember, one noun a file: thin guarded verbs that never commit and never send."""

from booking.persistence import (
    bookings,
    cancellations,
    counters,
    demo,
    documents,
    drafts,
    journal,
    ledger,
    masterclasses,
    organisers,
    outbox,
    payments,
    policies,
    provider_events,
    terms,
    vouchers,
)

__all__ = [
    "bookings",
    "cancellations",
    "counters",
    "demo",
    "documents",
    "drafts",
    "journal",
    "ledger",
    "masterclasses",
    "organisers",
    "outbox",
    "payments",
    "policies",
    "provider_events",
    "terms",
    "vouchers",
]
