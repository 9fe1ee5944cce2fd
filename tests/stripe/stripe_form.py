"""Which forms Stripe takes: names and kinds are those of the SDK's own types; the rest is refused as Stripe does."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from stripe import RequestOptions, StripeObject

Json = dict[str, Any]


class Refused(Exception):
    """An error answer. `kept`: the work had begun, so the answer is repeated for the same Idempotency-Key."""

    def __init__(
        self,
        message: str,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
        kept: bool = False,
    ) -> None:
        super().__init__(message)
        self.status, self.kept = status, kept
        said = {"message": message, "param": param, "code": code, "type": kind}
        self.body = {"error": {name: value for name, value in said.items() if value is not None}}


def nest(text: str) -> Json:
    """`a[0][b]=c&d[]=e` as {'a': {'0': {'b': 'c'}}, 'd': {'0': 'e'}}."""
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *branches, leaf = re.findall(r"[^][]+|(?<=\[)(?=\])", name) or [name]
        node = tree
        for branch in branches:
            node = node.setdefault(branch or str(len(node)), {})
            if not isinstance(node, dict):
                raise Refused(f"Invalid object: {node}", name)
        node[leaf or str(len(node))] = value
    return tree


def check(form: Json, shape: type, within: str = "") -> Json:
    """The form with integers, booleans and lists for text; raises Refused for whatever `shape` does not know."""
    kinds = _kinds(shape)
    unknown = [_name(within, key) for key in form if key not in kinds]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise Refused(f"Received unknown parameter{plural}: {', '.join(unknown)}", unknown[0], "parameter_unknown")
    for key in sorted(getattr(shape, "__required_keys__", frozenset()) - form.keys()):
        name = _name(within, key)
        raise Refused(f"Missing required param: {name}.", name, "parameter_missing")
    return {key: _value(raw, kinds[key], _name(within, key)) for key, raw in form.items()}


@cache
def _kinds(shape: type) -> dict[str, tuple[Any, ...]]:
    own = {name: kind for name, kind in shape.__annotations__.items() if name not in RequestOptions.__annotations__}
    bare = type(shape.__name__, (), {"__annotations__": own, "__module__": shape.__module__})
    return {name: _choices(kind) for name, kind in get_type_hints(bare).items()}


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _name(within: str, key: str) -> str:
    return f"{within}[{key}]" if within else key


def _value(raw: Any, choices: tuple[Any, ...], name: str) -> Any:
    if isinstance(raw, dict):
        return _branch(raw, choices, name)
    words = [word for choice in choices if get_origin(choice) is Literal for word in get_args(choice)]
    if raw == "" and "" not in words:
        message = f"You passed an empty string for '{name}'. Leave it out, or send a value."
        raise Refused(message, name, "parameter_invalid_empty")
    if raw in words:
        return raw
    if int in choices and re.fullmatch(r"-?\d{1,18}", raw):
        return int(raw)
    if bool in choices and raw in ("true", "false"):
        return raw == "true"
    if Decimal in choices and re.fullmatch(r"-?\d+(\.\d{1,12})?", raw):
        return raw
    if [word for word in words if word]:
        raise Refused(f"Invalid {name}: must be one of {', '.join(filter(None, words))}", name)
    if str in choices:
        return raw
    raise _mismatch(raw, choices, name)


def _mismatch(raw: str, choices: tuple[Any, ...], name: str) -> Refused:
    if int in choices:
        return Refused(f"Invalid integer: {raw}", name, "parameter_invalid_integer")
    wanted = "boolean" if bool in choices else "decimal" if Decimal in choices else "object"
    wanted = "array" if any(get_origin(choice) is list for choice in choices) else wanted
    return Refused(f"Invalid {wanted}: {raw}", name)


def _branch(raw: Json, choices: tuple[Any, ...], name: str) -> Any:
    for choice in choices:
        if get_origin(choice) is list and all(key.isdigit() for key in raw):
            item = _choices(get_args(choice)[0])
            return [_value(raw[key], item, _name(name, key)) for key in sorted(raw, key=int)]
        origin = get_origin(choice)
        if isinstance(origin, type) and issubclass(origin, dict | StripeObject):
            return _metadata(raw, name)
        if hasattr(choice, "__required_keys__"):
            return check(raw, choice, name)
    raise Refused(f"Invalid string: {raw}", name)


def _metadata(raw: Json, name: str) -> Json:
    if len(raw) > 50:
        raise Refused("Metadata can have up to 50 keys.", name)
    for key, value in raw.items():
        if not isinstance(value, str) or len(key) > 40 or len(value) > 500:
            raise Refused("Metadata takes keys of 40 and text of 500 characters at most.", _name(name, key))
    return {key: value for key, value in raw.items() if value}
