"""A hub that sends a byte now and then, or without end, holds neither a node's round nor its monitor."""

import time
from collections.abc import Iterator

import httpx
import pytest
from dripping import BODY_WITHOUT_END, HEADERS_WITHOUT_END, dripping

from gateway.http import timely_transport
from gateway.http.link import HttpLink
from gateway.http.timely_transport import TimelyTransport
from gateway.member.errors import LinkError


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timely_transport, "GRACE_SECONDS", 0.1)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    transport = TimelyTransport(httpx.HTTPTransport())
    with httpx.Client(transport=transport, timeout=0.2, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("begin", [HEADERS_WITHOUT_END, BODY_WITHOUT_END], ids=["headers", "body"])
def test_a_reply_without_end_is_given_up(client: httpx.Client, begin: bytes) -> None:
    started = time.monotonic()
    with dripping(begin) as port, pytest.raises(httpx.ReadTimeout, match="does not come to an end"):
        client.post(f"http://127.0.0.1:{port}", json={})
    assert time.monotonic() - started < 5


def test_a_reply_larger_than_any_is_given_up(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timely_transport, "LARGEST_REPLY", 100)
    with (
        dripping(BODY_WITHOUT_END + bytes(101)) as port,
        pytest.raises(httpx.ReadError, match="more than 100 bytes"),
    ):
        client.get(f"http://127.0.0.1:{port}")


def test_a_slow_reply_that_goes_on_fast_enough_is_read(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timely_transport, "SLOWEST", 10)
    with dripping(BODY_WITHOUT_END.replace(b"1000", b"30"), pause=0.05, bytes_more=30) as port:
        assert client.get(f"http://127.0.0.1:{port}", timeout=1.0).content == b"x" * 30


def test_a_reply_that_ends_by_itself_is_an_ordinary_failure(client: httpx.Client) -> None:
    with dripping(BODY_WITHOUT_END, bytes_more=3) as port, pytest.raises(httpx.RemoteProtocolError):
        client.get(f"http://127.0.0.1:{port}")


def test_a_node_is_told_that_its_hub_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.http.link.REPLY_SECONDS", 0.2)
    with dripping(BODY_WITHOUT_END) as port:
        link = HttpLink(f"http://127.0.0.1:{port}", signatures=None)  # type: ignore[arg-type]
        with pytest.raises(LinkError, match="does not come to an end"):
            link.public_checkpoint()
        link.close()
