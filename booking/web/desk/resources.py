"""Venues, trainers and topics are kept alike: a list, a form, a button that deletes what nothing uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.characters import slug_of
from booking.domain.errors import ChangedMeanwhile, PlacePromised, StillUsed
from booking.domain.marks import marks
from booking.domain.permission import Permission
from booking.persistence import resources as rows
from booking.persistence.resources import Kind
from booking.services import resources
from booking.web.desk.class_forms import same
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.refusals import sentence


class Words(NamedTuple):
    """What is said of one kind."""

    title: LazyString
    add: LazyString
    edit: LazyString
    empty: LazyString
    delete: LazyString


@dataclass(frozen=True)
class Resource:
    """One kind. `area` names its blueprint, addresses and templates; `named` is what a row is called in a list."""

    kind: Kind
    area: str
    form: type[FlaskForm]
    named: Callable[[Any], str]
    words: Words
    seats: Callable[[Any], int] = lambda _row: 0  # held at a place on dates to come

    def typed_name(self, values: dict[str, Any]) -> str:
        """Out of which the slug of a new one is made."""
        return str(values.get("name") or values.get("title_en") or values.get("title_fr") or "")

    def rows(self) -> list[tuple[Any, int]]:
        """All of them by name, each with the number of dates or classes that use it."""
        used = rows.uses(self.kind)
        by_name = sorted(rows.rows(self.kind), key=lambda row: self.named(row).casefold())
        return [(row, used[row.slug]) for row in by_name]


def resource_area(resource: Resource, import_name: str) -> Blueprint:
    """The pages of one kind: index, new, create, edit, change, delete; its route argument is <kind>_slug."""
    blueprint = desk_area(resource.area, import_name)
    one, all_ = f"/{resource.area}/<{resource.kind}_slug>", f"/{resource.area}/"
    pages = Pages(resource)
    for rule, name, method in (
        (all_, "index", "GET"),
        (f"{all_}new", "new", "GET"),
        (f"{all_}new", "create", "POST"),
        (one, "edit", "GET"),
        (one, "change", "POST"),
        (f"{one}/deletion", "delete", "POST"),
    ):
        blueprint.add_url_rule(rule, name, needs(Permission.CLASSES)(_view(pages, name)), methods=[method])
    return blueprint


def _view(pages: Pages, name: str) -> Callable[..., Any]:
    """A function for the route, as a bound method cannot be marked with its permission."""

    def view(**arguments: str) -> Any:
        return getattr(pages, name)(*arguments.values())

    return view


class Pages:
    """The views of one kind."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._endpoint = f"desk_{resource.area}"

    def index(self) -> str:
        """All of them."""
        resource = self._resource
        return render_template(f"desk/{resource.area}/index.html", rows=resource.rows(), resource=resource,
                               endpoint=self._endpoint)  # fmt: skip

    def new(self) -> str:
        """An empty form."""
        return self._page(self._resource.form(formdata=None))

    def create(self) -> Any:
        """Stores a new one."""
        form = self._resource.form()
        if not form.validate():
            return self._page(form), 422
        values = self._values(form, {})
        wish = slug_of(self._resource.typed_name(values)) or self._resource.kind
        resources.write(self._resource.kind, wish, values, clock.now(), actor())
        said, back = _("It is saved, and can be chosen now."), request.args.get("back")
        if back and self._resource.kind == "venue":  # missed while a date of that class was being written
            return done(said, "desk_editions.new", class_slug=back)
        return done(said, f"{self._endpoint}.index")

    def edit(self, slug: str) -> str:
        """One of them, to change."""
        row = rows.find(self._resource.kind, slug)
        values = rows.values_of(self._resource.kind, row)
        return self._page(self._resource.form(formdata=None, data={**values, "seen": marks(values)}), row)

    def change(self, slug: str) -> Any:
        """Stores what was changed."""
        kind, form = self._resource.kind, self._resource.form()
        row = rows.find(kind, slug)
        if not form.validate():
            return self._page(form, row), 422
        values = self._values(form, rows.values_of(kind, row))
        same_place = bool("same_place" in form and form.same_place.data)
        try:
            resources.change(kind, slug, values, form.seen.data or "", clock.now(), actor(), same_place)
        except ChangedMeanwhile as refusal:
            row = rows.find(kind, slug)
            form.seen.data = marks(rows.values_of(kind, row))
            return self._page(form, row, sentence(refusal), rows.values_of(kind, row)), 409
        except PlacePromised as refusal:
            form.same_place.errors = [sentence(refusal)]
            return self._page(form, rows.find(kind, slug)), 409
        return done(_("The changes are saved."), f"{self._endpoint}.index")

    def delete(self, slug: str) -> Response:
        """Takes away what nothing uses."""
        try:
            resources.delete(self._resource.kind, slug, clock.now(), actor())
        except StillUsed as refusal:
            flash(sentence(refusal), "error")
            arguments: dict[str, Any] = {f"{self._resource.kind}_slug": slug}
            return redirect(url_for(f"{self._endpoint}.edit", **arguments), 303)
        return done(_("It is deleted."), f"{self._endpoint}.index")

    def _values(self, form: Any, before: dict[str, Any]) -> dict[str, Any]:
        """The form as flat values; what was not touched stays as it was `before`."""
        names = [name for name in form.data if name not in ("csrf_token", "seen", "same_place")]
        typed = {name: form[name].data for name in names}
        return {name: before[name] if name in before and same(value, before[name]) else value
                for name, value in typed.items()}  # fmt: skip

    def _page(self, form: Any, row: Any = None, problem: str | None = None, stored: Any = None) -> str:
        resource = self._resource
        return render_template(
            f"desk/{resource.area}/form.html",
            form=form,
            row=row,
            resource=resource,
            endpoint=self._endpoint,
            used=rows.uses(resource.kind).get(row.slug, 0) if row else 0,
            seats=resource.seats(row) if row else 0,
            problem=problem,
            stored={name: text for name, text in (stored or {}).items() if text and name in form},
        )
