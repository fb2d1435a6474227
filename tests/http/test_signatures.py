"""Signed calls and replies: nothing of them can be changed, moved, kept for later or sent twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.formats.note import Signer, Verifier
from gateway.http.signatures import (
    SKEW,
    VALID,
    Call,
    ClockError,
    Here,
    Reply,
    UnsignedError,
    key_id,
    sign_call,
    sign_reply,
    verify_call,
    verify_reply,
)

NODE = Signer.generate("region.example/kh/calls")
HUB = Signer.generate("region.example/log/calls")
REGION = "region.example/log"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HERE = Here(REGION, NOW)
BODY = b'{"seen_size": 3}'


def known(name: str) -> Verifier | None:
    return NODE.verifier if name == key_id(NODE.key) else None


def call(body: bytes = BODY, path: str = "/federation/v2/poll", here: Here = HERE) -> Call:
    made = Call("POST", f"https://hub.example{path}", {"Content-Type": "application/json"})
    sign_call(made, body, NODE, here)
    return made


def test_a_call_says_who_calls() -> None:
    signed = verify_call(call(), BODY, known, HERE)

    assert signed.key_id == key_id(NODE.key)
    assert signed.until > NOW + VALID


def test_no_two_calls_have_the_same_nonce() -> None:
    assert len({verify_call(call(), BODY, known, HERE).nonce for _ in range(50)}) == 50


@given(body=st.binary(max_size=200))
def test_any_body_can_be_signed_and_no_other_passes(body: bytes) -> None:
    made = call(body)

    verify_call(made, body, known, HERE)
    with pytest.raises(UnsignedError):
        verify_call(made, body + b" ", known, HERE)


@pytest.mark.parametrize(
    "changed",
    [
        lambda c: Call("PUT", c.url, c.headers),
        lambda c: Call(c.method, c.url.replace("poll", "answers"), c.headers),
        lambda c: Call(c.method, c.url, {**c.headers, "Content-Type": "text/plain"}),
        lambda c: Call(c.method, c.url, {**c.headers, "Content-Digest": "sha-256=:AAAA:"}),
        lambda c: Call(c.method, c.url, {k: v for k, v in c.headers.items() if k != "Content-Digest"}),
        lambda c: Call(c.method, c.url, {k: v for k, v in c.headers.items() if k != "Signature"}),
        lambda c: Call(c.method, c.url, {**c.headers, "Signature": "safelane=:AAAA:"}),
        lambda c: Call(c.method, c.url, {**c.headers, "Signature": "\x00"}),
        lambda c: Call(
            c.method,
            c.url,
            {**c.headers, "Signature-Input": c.headers["Signature-Input"].replace(' "content-digest"', "")},
        ),
        lambda c: Call(
            c.method,
            c.url,
            {**c.headers, "Signature-Input": c.headers["Signature-Input"].replace("nonce", "once")},
        ),
    ],
)
def test_what_was_changed_on_the_way_is_refused(changed) -> None:
    with pytest.raises(UnsignedError):
        verify_call(changed(call()), BODY, known, HERE)


def test_the_query_is_covered() -> None:
    asked = call(path="/federation/v2/poll?since=3&member=KH")
    verify_call(asked, BODY, known, HERE)
    without = call()
    for made, url in (
        (asked, asked.url.replace("since=3", "since=4")),
        (asked, asked.url.replace("since=3&member=KH", "member=KH&since=3")),
        (asked, asked.url + "&more=1"),
        (asked, asked.url.partition("?")[0]),
        (without, without.url + "?since=3"),
        (without, without.url + "?"),
    ):
        with pytest.raises(UnsignedError):
            verify_call(Call(made.method, url, made.headers), BODY, known, HERE)


def test_a_call_to_another_region_is_refused() -> None:
    with pytest.raises(UnsignedError):
        verify_call(call(), BODY, known, Here("other.example/log", NOW))


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(UnsignedError):
        verify_call(call(), BODY, lambda _: None, HERE)


def test_another_key_under_the_same_name_is_refused() -> None:
    other = Signer.generate(NODE.key.name)

    with pytest.raises(UnsignedError):
        verify_call(call(), BODY, lambda _: other.verifier, HERE)


@pytest.mark.parametrize(
    "apart", [-timedelta(hours=1), timedelta(hours=1), VALID + SKEW + timedelta(seconds=1)]
)
def test_a_clock_that_is_wrong_is_told(apart: timedelta) -> None:
    with pytest.raises(ClockError, match="here it is 2026-03-01"):
        verify_call(call(), BODY, known, Here(REGION, NOW + apart))


@pytest.mark.parametrize("apart", [-SKEW, timedelta(0), VALID + SKEW])
def test_clocks_may_differ_a_little(apart: timedelta) -> None:
    verify_call(call(), BODY, known, Here(REGION, NOW + apart))


def reply_to(asked: Call, body: bytes, signer: Signer = HUB, status: int = 200) -> Reply:
    made = Reply(status, {"Content-Type": "application/json"}, asked)
    sign_reply(made, body, signer, HERE)
    return made


def test_a_reply_belongs_to_its_call() -> None:
    first, second = call(), call()
    reply = reply_to(first, b"[]")

    verify_reply(reply, b"[]", [HUB.verifier], HERE)
    with pytest.raises(UnsignedError):
        verify_reply(Reply(200, reply.headers, second), b"[]", [HUB.verifier], HERE)


def test_a_reply_cannot_be_changed_or_come_from_another() -> None:
    asked = call()
    reply = reply_to(asked, b"[]")

    with pytest.raises(UnsignedError):
        verify_reply(reply, b"[1]", [HUB.verifier], HERE)
    with pytest.raises(UnsignedError):
        verify_reply(Reply(204, reply.headers, asked), b"[]", [HUB.verifier], HERE)
    with pytest.raises(UnsignedError):
        verify_reply(reply_to(asked, b"[]", NODE), b"[]", [HUB.verifier], HERE)
