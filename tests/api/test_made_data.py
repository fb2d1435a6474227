"""What is made of releases is made once for many readers, and no more is kept than there is room for."""

import threading
import time

import pytest

from gateway.api.made_data import Made


def test_many_readers_at_once_wait_for_one_that_makes() -> None:
    made: Made[bytes] = Made(100, len)
    calls: list[int] = []

    def make() -> bytes:
        calls.append(1)
        time.sleep(0.05)
        return b"data"

    found: list[bytes] = []
    readers = [threading.Thread(target=lambda: found.append(made.get(("q", "1"), make))) for _ in range(8)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()

    assert (found, len(calls)) == ([b"data"] * 8, 1)


def test_the_oldest_goes_and_what_is_too_large_is_never_kept() -> None:
    made: Made[bytes] = Made(8, len)
    calls: list[str] = []

    def get(name: str, size: int) -> bytes:
        def make() -> bytes:
            calls.append(name)
            return b"x" * size

        return made.get((name,), make)

    for name, size in (
        ("a", 2),
        ("b", 2),
        ("c", 2),
        ("d", 2),
        ("a", 2),
        ("e", 2),
        ("a", 2),
        ("b", 2),
        ("f", 3),
        ("f", 3),
    ):
        assert len(get(name, size)) == size

    assert calls == ["a", "b", "c", "d", "e", "b", "f", "f"]


def test_what_fails_is_tried_again_by_the_next() -> None:
    made: Made[bytes] = Made(100, len)

    def fail() -> bytes:
        raise ValueError("cannot be made")

    with pytest.raises(ValueError, match="cannot"):
        made.get(("q",), fail)
    assert made.get(("q",), lambda: b"data") == b"data"
