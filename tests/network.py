"""Nothing leaves this machine during tests: a forgotten call to the outside fails loudly, instead of sometimes."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


class Blocked(Exception):
    """A test tried to reach another machine. Not an OSError, which code under test might take for an outage."""


def block(patch: pytest.MonkeyPatch) -> None:
    """Lets sockets reach loopback and Unix addresses only, and names resolve only to those."""

    def guarded(name: str) -> None:
        original = getattr(socket.socket, name)

        def method(self: socket.socket, *arguments: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                _check(arguments[-1][0])
            return original(self, *arguments)

        patch.setattr(socket.socket, name, method)

    def getaddrinfo(host: str | bytes | None, *arguments: Any, **options: Any) -> Any:
        _check(host)
        return resolve(host, *arguments, **options)

    for name in ("connect", "connect_ex", "sendto"):
        guarded(name)
    resolve = socket.getaddrinfo
    patch.setattr(socket, "getaddrinfo", getaddrinfo)


def _check(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        local = ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Blocked(f"tests reach no other machine, and {name} is one")
