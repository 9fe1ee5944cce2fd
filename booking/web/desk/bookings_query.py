"""What the list of registrations shows, as its address says it: whatever is chosen there can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final, cast, get_args

from flask import url_for

from booking.domain.account import AccountState
from booking.domain.booking import BookingState
from booking.domain.local_time import ZONE
from booking.domain.payment import LedgerKind
from booking.persistence.registration_filters import Order, Wanted
from booking.web.desk.fields import first_instant

ORDERS: Final = get_args(Order)
FIRST_DESCENDING: Final = ("booked", "seats", "payment")  # what is sought there stands at the other end
DEFAULT_ORDER: Final = "-booked"
MOVED: Final = {  # beside where an account stands, what was ever booked on it
    "received": LedgerKind.PAYMENT,
    "returned": LedgerKind.REFUND,
    "charged": LedgerKind.CANCELLATION_FEE,
}
LONGEST: Final = 200  # characters of a search


@dataclass(frozen=True)
class Query:
    """Each field as in the address, '' when nothing is chosen. `since` and `until` are ISO days, `until` is included;
    `by` is 'class' where the period is about the day of the class and not of the booking."""

    q: str = ""
    state: str = ""
    payment: str = ""
    class_: str = ""
    edition: str = ""
    by: str = ""
    since: str = ""
    until: str = ""
    sort: str = DEFAULT_ORDER
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Query:
        """What an address asks for; what it cannot mean is left out."""
        page, sort = args.get("page", ""), args.get("sort", "")
        return cls(
            q=" ".join(args.get("q", "").replace("\x00", " ").split())[:LONGEST],
            state=_one_of(args.get("state", ""), list(BookingState)),
            payment=_one_of(args.get("payment", ""), [*AccountState, *MOVED]),
            class_=args.get("class", "").replace("\x00", ""),
            edition=args.get("edition", "").replace("\x00", ""),
            by=_one_of(args.get("by", ""), ["class"]),
            since=_day(args.get("since", "")),
            until=_day(args.get("until", "")),
            sort=sort if sort.removeprefix("-") in ORDERS else DEFAULT_ORDER,
            page=int(page) if page.isdecimal() and len(page) < 8 else 1,
        )

    @property
    def is_open(self) -> bool:
        """Whether nothing is chosen, but perhaps an order and a page."""
        return replace(self, sort=DEFAULT_ORDER, page=1) == Query()

    @property
    def has_more(self) -> bool:
        """Whether something is chosen beyond words, state and payment."""
        return bool(self.class_ or self.edition or self.since or self.until)

    @property
    def wanted(self) -> Wanted:
        """The same for the database."""
        after = date.fromisoformat(self.until) + timedelta(days=1) if self.until else None
        return Wanted(
            words=self.q,
            state=BookingState(self.state) if self.state else None,
            payment=AccountState(self.payment) if self.payment and self.payment not in MOVED else None,
            moved=MOVED.get(self.payment),
            class_slug=self.class_,
            edition_slug=self.edition,
            by="class" if self.by else "booked",
            since=first_instant(date.fromisoformat(self.since) if self.since else None, ZONE),
            until=first_instant(after, ZONE),
            order=cast(Order, self.sort.removeprefix("-")),
            descending=self.sort.startswith("-"),
            page=self.page,
        )

    def address(self, **changes: Any) -> str:
        """The page with these changes, in an address that says no more than it must."""
        changed, plain = replace(self, **changes), Query()
        named = {field.name: getattr(changed, field.name) for field in fields(Query)}
        chosen = {name.rstrip("_"): value for name, value in named.items() if value != getattr(plain, name)}
        return url_for("desk_bookings.index", **chosen)

    def page_address(self, page: int) -> str:
        return self.address(page=page)

    def sort_address(self, sort: str) -> str:
        """In another order, from its first page. A column is first sorted from the end that is sought."""
        turned = sort.removeprefix("-") == self.sort.removeprefix("-")
        return self.address(sort=sort if turned or sort not in FIRST_DESCENDING else f"-{sort}", page=1)


def _one_of(value: str, known: list[Any]) -> str:
    return value if value in known else ""


def _day(value: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return ""
    return day.isoformat() if 1970 < day.year < 9000 else ""
