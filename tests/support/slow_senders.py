"""Strangers who begin requests and do not go on, and an application that tells whether others are served."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask, request

BEGUN = (
    b"",
    b"GET / HT",
    b"POST / HTTP/1.1\r\nHost: hub\r\n",
    b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 9\r\n\r\n1",
)


def application() -> Flask:
    app = Flask("empty")
    app.get("/healthz", endpoint="health")(lambda: "well")
    app.post("/size", endpoint="size")(lambda: str(len(request.get_data())))
    app.get("/large", endpoint="large")(lambda: "x" * 900_000)
    return app


@contextmanager
def strangers(address: tuple[str, int], count: int) -> Iterator[None]:
    """Connections that have begun a request, each in one of four ways, and do not go on."""
    with ExitStack() as held:
        for number in range(count):
            one = held.enter_context(socket.create_connection(address))
            one.sendall(BEGUN[number % len(BEGUN)])
        yield
