"""A server that never falls silent and never comes to an end: it sends one byte after the other."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat

HEADERS_WITHOUT_END = b"HTTP/1.1 200 OK\r\nX-Slow: "
BODY_WITHOUT_END = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
HANDSHAKE_WITHOUT_END = b"\x16\x03\x03\x3f\x00\x02\x00\x3e\xfc"
"""Of TLS: a record of 16 kB that begins with a ServerHello."""


@contextmanager
def dripping(begin: bytes, pause: float = 0.02, bytes_more: int = 1_000_000) -> Iterator[int]:
    """Yield the port of a server that replies `begin` at once, and then bytes, as good as without end."""
    stop = threading.Event()

    def drip(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.recv(65536)
            for part in chain([begin], repeat(b"x", bytes_more)):
                caller.sendall(part)
                if stop.wait(pause):
                    return

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
