"""Pages that take a picture: who may send so much, and what everybody else is told before anything was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, request
from flask_security import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from booking.domain.errors import PictureRefused
from booking.domain.permission import Permission
from booking.domain.pictures import MAX_BYTES
from booking.web.errors import show_error
from booking.web.refusals import sentence

FORM: Final = 64 * 1024  # bytes that the other fields and the frame of the form may take


def take_pictures(blueprint: Blueprint, permission: Permission, page: Callable[[str], str]) -> None:
    """The blueprint's pages alone take large requests, of those who are granted `permission`. For one that is too large
    even so, `page` shows the form again with the sentence it is given (413)."""

    def welcome() -> bool:
        return bool(current_user.is_authenticated and current_user.may(permission))

    @blueprint.url_value_preprocessor
    def allow(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
        """Before anything looks into the request."""
        if welcome():
            request.max_content_length = MAX_BYTES + FORM

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_heavy(error: RequestEntityTooLarge) -> Any:
        """What was sent was not read. This comes before the guard, who has not looked yet."""
        if not welcome():
            return show_error(error)
        return page(sentence(PictureRefused("heavy"))), 413
