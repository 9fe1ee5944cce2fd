"""The guard that keeps tests on this machine."""

from __future__ import annotations

import socket

import pytest

from tests.network import Blocked


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("classes.example.org", 443)])
def test_other_machines_are_out_of_reach(address: tuple[str, int]) -> None:
    with pytest.raises(Blocked):
        socket.create_connection(address, timeout=1)
    with socket.socket() as plain, pytest.raises(Blocked):
        plain.connect(address)
    with socket.socket(type=socket.SOCK_DGRAM) as datagram, pytest.raises(Blocked):
        datagram.sendto(b"?", address)


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=1).close()
