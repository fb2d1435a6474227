"""`python -m audit witness` as a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.errors import AuditError
from audit.formats.cosignature import CosignatureVerifier, Cosigner
from audit.formats.evidence import Evidence, Finding
from audit.formats.note import Signer, Verifier
from audit.formats.vkey import SUBTREE_V1, VerifierKey
from audit.log.log import Log
from audit.witness.client import ask_witness


def former(log: Log) -> Signer:
    """The key that the log had before its present one."""
    return Signer.from_seed(log.origin, bytes(range(64, 96)))


class Process:
    def __init__(self, log: Log, directory: Path) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "audit", "witness"),
                *("--log-key", str(former(log).key), "--log-key", str(log.key)),
                *("--listen", "127.0.0.1:0", "--name", "witness.example", "--key-type", "ml-dsa-44"),
                *("--key", str(directory / "key"), "--state", str(directory / "state")),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.vkey = self.process.stdout.readline().strip()
        self.url = self.process.stdout.readline().strip().removeprefix("listening on ")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=10)
        return self.process.returncode


@pytest.fixture
def process(log: Log, tmp_path: Path) -> Iterator[Process]:
    process = Process(log, tmp_path)
    yield process
    if process.process.poll() is None:
        process.stop()


def ask(process: Process, log: Log, storage: MemoryStorage) -> None:
    note = log.checkpoint(storage)
    size = int(note.text.split("\n")[1])
    verifier = CosignatureVerifier.parse(process.vkey)
    ask_witness(
        process.url, verifier, note, lambda old: log.consistency(storage, old, size), known_size=0, timeout=5
    )


def test_a_killed_witness_remembers_what_it_cosigned(
    process: Process, log: Log, storage: MemoryStorage, tmp_path: Path
) -> None:
    log.append(storage, [b"one", b"two", b"three"], now=1)
    ask(process, log, storage)
    process.stop(signal.SIGKILL)
    again = Process(log, tmp_path)
    fork = MemoryStorage()
    log.append(fork, [b"one", b"two", b"other", b"four"], now=1)
    stolen, thief = MemoryStorage(), Log(former(log))
    thief.append(stolen, [b"one", b"two", b"three", b"stolen"], now=1)

    with pytest.raises(AuditError):
        ask(again, log, fork)
    with pytest.raises(AuditError, match="former key alone"):
        ask(again, thief, stolen)

    assert again.vkey == process.vkey
    assert VerifierKey.parse(again.vkey).kind == SUBTREE_V1
    assert again.stop() == 0
    (proof,) = tmp_path.glob("fork-*.json")
    assert Evidence.parse(proof.read_text("utf-8")).verify([Verifier(log.key)]) is Finding.FORK


def test_a_new_key_is_for_its_owner_only(process: Process, tmp_path: Path) -> None:
    assert process.vkey.startswith("witness.example+")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_a_second_witness_on_the_same_state_is_refused(
    process: Process, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert process.vkey
    files = ["--key", str(tmp_path / "key"), "--state", str(tmp_path / "state")]
    assert main(["witness", "--log-key", str(log.key), "--listen", "127.0.0.1:0", *files]) == 1
    assert "cannot be opened" in capsys.readouterr().err


def test_a_witness_that_lost_its_memory_does_not_go_on_under_its_key(
    log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever removes the state would have it cosign a second history."""
    key, state = tmp_path / "key", tmp_path / "state"
    key.write_text(Cosigner.generate("witness.example").secret() + "\n", "utf-8")
    files = ["--key", str(key), "--state", str(state), "--listen", "127.0.0.1:0"]

    assert main(["witness", "--log-key", str(log.key), *files]) == 1

    assert "a witness that forgets can be made to cosign two histories" in capsys.readouterr().err
    assert not state.exists()
    state.touch()
    assert main(["witness", "--log-key", str(log.key), *files]) == 1


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:٣"])
def test_a_wrong_address_is_an_error(
    address: str, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--key", str(tmp_path / "key"), "--state", str(tmp_path / "state"), "--listen", address]
    assert main(["witness", "--log-key", str(log.key), *arguments]) == 1
    assert "address" in capsys.readouterr().err


def test_a_wrong_log_key_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--key",
        str(tmp_path / "key"),
        "--state",
        str(tmp_path / "state"),
        "--listen",
        "127.0.0.1:0",
    ]
    assert main(["witness", "--log-key", "nonsense", *arguments]) == 1
    assert "verifier key" in capsys.readouterr().err
