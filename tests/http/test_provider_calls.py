"""A provider that is silent or endless holds few threads for a short time, and is then left alone."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest

from gateway.accounts.errors import BusyError, IdentityRefusedError
from gateway.http import provider_calls
from gateway.http.provider_calls import MOST_AT_ONCE, ProviderCalls

ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + 2000 * (
    b"400\r\n" + b"x" * 1024 + b"\r\n"
)
DEEP = b"[" * 100_000
TOO_DEEP = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + DEEP
NO_OBJECT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
REFUSAL = b"HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def provider(says: bytes) -> Iterator[tuple[str, list[int]]]:
    """A provider that says the same to everybody and then nothing more, with the number of its calls."""
    calls: list[int] = []
    with ExitStack() as held, socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    one = held.enter_context(server.accept()[0])
                    calls.append(1)
                    with suppress(OSError):
                        one.sendall(says)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", calls


def test_a_silent_provider_holds_few_threads_and_is_left_alone_afterwards(monkeypatch) -> None:
    monkeypatch.setattr(provider_calls, "SILENCE_SECONDS", 1.0)
    calls = ProviderCalls()

    def outcome(url: str) -> tuple[str, float]:
        begun = time.monotonic()
        with pytest.raises((BusyError, IdentityRefusedError)) as refused:
            calls.get(url)
        return type(refused.value).__name__, time.monotonic() - begun

    with provider(b"") as (url, called), ThreadPoolExecutor(30) as pool:
        found = list(pool.map(outcome, [url] * 30))
        assert [name for name, _ in found].count("IdentityRefusedError") == MOST_AT_ONCE
        assert all(seconds < 0.9 for name, seconds in found if name == "BusyError")
        assert len(called) == MOST_AT_ONCE
        assert outcome(url)[1] < 0.5
        assert len(called) == MOST_AT_ONCE


@pytest.mark.parametrize("says", [ENDLESS, TOO_DEEP, NO_OBJECT, REFUSAL])
def test_what_is_no_answer_is_refused(says: bytes) -> None:
    with provider(says) as (url, _), pytest.raises(IdentityRefusedError):
        ProviderCalls().get(url)
