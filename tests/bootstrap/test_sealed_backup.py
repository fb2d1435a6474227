"""A sealed backup opens with its passphrase, as a whole, or not at all."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import UNENCRYPTED
from federation import federation
from hypothesis import given
from hypothesis import strategies as st

from gateway.bootstrap.setup.backup import BackupError, check
from gateway.bootstrap.setup.open_hub import log_key
from gateway.bootstrap.upkeep.sealed_backup import back_up_sealed, opened_backup
from gateway.cli import main
from gateway.keys.sealed_stream import CHUNK, OpeningReader, SealedStreamError, SealingWriter

PASSPHRASE = "seven quiet rivers under one bridge"
CHEAP = 4
"""A guess need not cost much here."""


def sealed(text: bytes, *, pieces: int = 1000) -> bytes:
    sink = io.BytesIO()
    writer = SealingWriter(sink, PASSPHRASE, CHEAP)
    for start in range(0, len(text), pieces):
        writer.write(text[start : start + pieces])
    writer.close()
    return sink.getvalue()


def opened(data: bytes, passphrase: str = PASSPHRASE, piece: int = 70_000) -> bytes:
    reader = OpeningReader(io.BytesIO(data), passphrase)
    found = b""
    while part := reader.read(piece):
        found += part
    reader.finish()
    return found


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_what_goes_in_comes_out(size: int) -> None:
    text = bytes(n % 251 for n in range(size))

    assert opened(sealed(text)) == text
    assert opened(sealed(text, pieces=CHUNK), piece=1 + size // 3) == text


@given(at=st.integers(0, 2**30), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(at: int, bit: int) -> None:
    data = bytearray(LONG)
    data[at % len(data)] ^= 1 << bit

    with pytest.raises(SealedStreamError):
        opened(bytes(data))


@given(length=st.integers(0, 2**30))
def test_no_end_can_be_cut_off(length: int) -> None:
    with pytest.raises(SealedStreamError):
        opened(LONG[: length % len(LONG)])


def test_chunks_cannot_be_cut_at_their_edges_swapped_or_added() -> None:
    head = len(LONG) - 2 * (CHUNK + 16) - (7 + 16)
    start, chunks = LONG[:head], [LONG[head + n * (CHUNK + 16) :][: CHUNK + 16] for n in range(3)]
    assert start + b"".join(chunks) == LONG

    for order in ([0], [0, 1], [1, 0, 2], [0, 0, 1, 2], [0, 1, 2, 2], [0, 2], [1, 2]):
        with pytest.raises(SealedStreamError, match=r"cut off, changed or damaged"):
            opened(start + b"".join(chunks[n] for n in order))


LONG = sealed(bytes(n % 253 for n in range(2 * CHUNK + 7)))


def test_another_passphrase_is_told_at_once() -> None:
    with pytest.raises(SealedStreamError, match="passphrase is another one"):
        OpeningReader(io.BytesIO(LONG), PASSPHRASE + " ")


def test_the_same_text_is_never_sealed_in_the_same_way() -> None:
    assert sealed(b"text") != sealed(b"text")


def test_a_short_passphrase_seals_nothing() -> None:
    with pytest.raises(SealedStreamError, match="shorter than 12"):
        SealingWriter(io.BytesIO(), "short")


@pytest.mark.parametrize("asked", ["scrypt 25 8 1", "scrypt 0 8 1", "scrypt 4 8 1 1"])
def test_a_header_that_nobody_writes_is_refused(asked: str) -> None:
    with pytest.raises(SealedStreamError):
        opened(LONG.replace(b"scrypt 4 8 1", asked.encode(), 1))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("region")
    with federation(place, "KH", ready=False):
        yield place / "hub"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_commands_seal_check_and_restore(hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFELANE_PASSPHRASE", PASSPHRASE)
    file, again = tmp_path / "hub.sealed", tmp_path / "again"
    beside = names(hub.parent)
    run = CliRunner().invoke

    made = run(main, ["backup", str(file), "--sealed", "--dir", str(hub)])
    assert made.exit_code == 0, made.output
    assert "Sealed, read back and whole" in made.output
    assert (file.stat().st_mode & 0o077, names(tmp_path), names(hub.parent)) == (0, ["hub.sealed"], beside)
    assert b"PRIVATE+KEY" not in file.read_bytes()

    back = run(main, ["restore", str(file), "--dir", str(again), *UNENCRYPTED])
    assert back.exit_code == 0, back.output
    assert log_key(again) == log_key(hub)

    monkeypatch.setenv("SAFELANE_PASSPHRASE", "another one altogether")
    refused = run(main, ["restore", str(file), "--dir", str(tmp_path / "never"), *UNENCRYPTED])
    assert refused.exit_code == 7
    assert "passphrase is another one" in refused.output
    file.write_bytes(file.read_bytes()[:-1])
    monkeypatch.setenv("SAFELANE_PASSPHRASE", PASSPHRASE)
    cut = run(main, ["restore", str(file), "--dir", str(tmp_path / "never"), *UNENCRYPTED])
    assert cut.exit_code == 7
    assert names(tmp_path) == ["again", "hub.sealed"]


def test_an_interrupted_one_leaves_nothing(hub: Path, tmp_path: Path) -> None:
    beside = names(hub.parent)

    def interrupted(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up_sealed(hub, tmp_path / "never", PASSPHRASE, interrupted)
    assert (names(tmp_path), names(hub.parent)) == ([], beside)


def test_what_is_sealed_must_be_a_backup(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(sealed(b"no archive" * 1000))

    with (
        pytest.raises(BackupError, match="is no backup"),
        opened_backup(tmp_path / "text", PASSPHRASE, tmp_path) as folder,
    ):
        check(folder)
    assert names(tmp_path) == ["text"]
