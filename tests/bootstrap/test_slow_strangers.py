"""Whoever sends slowly shuts nobody out, and is shut out in time."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from slow_senders import application, strangers

from gateway.bootstrap.serving.listener import Listener
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.http.proxies import Proxies

STRANGERS = 500


@contextmanager
def listening(listener: Listener | str = "127.0.0.1:0") -> Iterator[tuple[WebServer, tuple[str, int]]]:
    server = WebServer(application(), listener)
    server.start()
    url = httpx.URL(server.url)
    try:
        yield server, (url.host, url.port or 0)
    finally:
        server.close()


def test_five_hundred_of_them_keep_nobody_waiting() -> None:
    with listening() as (server, address), strangers(address, STRANGERS):
        assert httpx.get(f"{server.url}/healthz", timeout=1, trust_env=False).text == "well"


@pytest.fixture
def impatient() -> Iterator[tuple[WebServer, tuple[str, int]]]:
    """A server whose patience is a fraction of a second, where the real one's is a minute."""
    with listening() as (server, address):
        server._server.adj.channel_timeout, server._server.adj.cleanup_interval = 0.3, 0.05
        server._server.next_channel_cleanup = 0
        yield server, address


def test_a_header_that_drips_is_dropped(impatient) -> None:
    _, address = impatient
    with socket.create_connection(address, timeout=5) as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            for _ in range(40):
                one.sendall(b"X-A: b\r\n")
                time.sleep(0.05)


def test_a_body_that_drips_is_dropped_and_a_slow_one_is_not(impatient) -> None:
    _, address = impatient
    head = b"POST /size HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(address, timeout=5) as one:
        one.sendall(head)
        with pytest.raises(ConnectionError):
            for _ in range(40):
                one.sendall(b"x")
                time.sleep(0.05)
    with socket.create_connection(address, timeout=5) as one:
        one.sendall(head)
        for _ in range(10):
            one.sendall(b"x" * 100)
            time.sleep(0.05)
        assert one.recv(4096).startswith(b"HTTP/1.1 200 OK")


def test_a_connection_from_a_machine_without_leave_is_not_read() -> None:
    elsewhere = Listener("127.0.0.1:0", plain=Proxies.parse("192.0.2.7"))
    with listening(elsewhere) as (server, _), pytest.raises(httpx.TransportError):
        httpx.get(f"{server.url}/healthz", trust_env=False)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 6\r\nTransfer-Encoding: chunked", b"200"),
        (b"Content-Length: 6\r\nContent-Length: 5", b"400"),
        (b"Content-Length: +6", b"400"),
        (b"Transfer-Encoding: xchunked", b"501"),
        (b"Transfer-Encoding : chunked", b"400"),
        (b"X-A: " + b"x" * 70_000, b"431"),
        (b"Content-Length: 99999999999", b"413"),
    ],
)
def test_where_a_request_ends_is_never_in_doubt(head: bytes, status: bytes) -> None:
    """With both lengths the chunks count, and what follows is a second request that never ends."""
    request = b"POST /size HTTP/1.1\r\nHost: h\r\n" + head + b"\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n"
    with listening() as (_, address), socket.create_connection(address, timeout=5) as one:
        with suppress(OSError):  # the server may have answered and gone already
            one.sendall(request)
            one.shutdown(socket.SHUT_WR)
        got = b""
        with suppress(ConnectionError):
            while part := one.recv(4096):
                got += part
    assert got.split()[1] == status
    assert got.count(b"HTTP/1.") == 1
