"""Whoever sends a byte now and then holds up nobody: neither a follower of a log nor who asks a witness."""

import gzip
import time
from pathlib import Path

import pytest
from dripping import BODY_WITHOUT_END, HANDSHAKE_WITHOUT_END, HEADERS_WITHOUT_END, dripping

from audit.commands.command_line import main
from audit.errors import MalformedError, UnreachableError, WitnessError
from audit.formats.cosignature import Cosigner
from audit.log import web_source as fetching
from audit.log.log import Log
from audit.log.web_source import web_source
from audit.witness.client import ask_witness

WAYS = [
    pytest.param("http", HEADERS_WITHOUT_END, id="headers"),
    pytest.param("http", BODY_WITHOUT_END, id="body"),
    pytest.param("https", HANDSHAKE_WITHOUT_END, id="handshake"),
]


@pytest.mark.parametrize(("scheme", "begin"), WAYS)
def test_a_resource_without_end_is_out_of_reach(scheme: str, begin: bytes) -> None:
    with dripping(begin) as port:
        started = time.monotonic()
        with pytest.raises(UnreachableError, match=r"no whole reply within|handshake operation timed out"):
            web_source(f"{scheme}://127.0.0.1:{port}", timeout=0.2)("checkpoint", 1000)
        assert time.monotonic() - started < 5


def test_a_follower_says_so_and_does_not_wait_for_ever(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetching, "SLOWEST", 10_000_000)
    monkeypatch.setattr("audit.commands.follow_commands.web_source", lambda url: web_source(url, timeout=0.2))
    state = str(tmp_path / "state")

    with dripping(BODY_WITHOUT_END) as port:
        code = main(["follow", f"http://127.0.0.1:{port}", "--state", state, "--vkey", str(log.key)])

    assert code == 4
    assert "no whole reply" in capsys.readouterr().err


def test_a_witness_without_end_gives_no_cosignature(log: Log, storage: object) -> None:
    note = log.checkpoint(storage)  # type: ignore[arg-type]
    witness = Cosigner.from_seed("witness.example", bytes(32)).verifier
    with dripping(BODY_WITHOUT_END) as port, pytest.raises(WitnessError, match="cannot be reached"):
        ask_witness(f"http://127.0.0.1:{port}", witness, note, lambda _: (), known_size=0, timeout=0.2)


def test_a_reply_that_was_cut_off_is_no_alarm() -> None:
    with dripping(BODY_WITHOUT_END, pause=0.0, bytes_more=1000) as port:
        assert web_source(f"http://127.0.0.1:{port}")("checkpoint", 1000) == b"x" * 1000
    with (
        dripping(BODY_WITHOUT_END, bytes_more=5) as port,
        pytest.raises(UnreachableError, match="cut off: 995 bytes did not come"),
    ):
        web_source(f"http://127.0.0.1:{port}")("checkpoint", 1000)


PACKED = gzip.compress(b"entries", mtime=0)


@pytest.mark.parametrize(
    ("coding", "body", "fault"),
    [
        ("gzip", PACKED[:-3], "ends too early"),
        ("gzip", PACKED + b"more", "something behind it"),
        ("gzip", PACKED + PACKED, "something behind it"),
        ("gzip", b"no gzip at all", "not the gzip that it claims to be"),
        ("br", PACKED, "which nobody asked for"),
    ],
    ids=["cut off", "with more", "twice", "none", "another coding"],
)
def test_packed_bytes_that_are_not_whole_are_refused(coding: str, body: bytes, fault: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    with (
        dripping(head.encode() + body, bytes_more=0) as port,
        pytest.raises(MalformedError, match=fault),
    ):
        web_source(f"http://127.0.0.1:{port}")("tile/entries/000", 1000)
