"""`safelane-encrypt` with the real gocryptfs: a thief reads nothing, and nothing is lost half-way.

Where nothing can be mounted this file is left out (`tests/conftest.py`).
"""

import os
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import safelane
from people_at_rest import OF_PEOPLE, node_with_people, spellings

from gateway.bootstrap.setup.disk_encryption import means_of
from gateway.bootstrap.setup.layout import Layout
from gateway.keys.files import read_secret

SCRIPT = Path(__file__).parents[2] / "deploy" / "debian" / "encrypt.sh"
PASSPHRASE = "seven quiet rivers under one bridge"
KEPT = {
    "hub/safelane.sqlite": b"SQLite format 3\0Battambang;mine;7 injured" * 900,
    "hub/keys/log.key": b"PRIVATE 99",
}


class Machine:
    """A directory of a service, and the command on it. `after`: what was seen when it was begun."""

    after: tuple[dict[str, bytes], str | None]

    def __init__(self, place: Path) -> None:
        self.directory = place / "safelane"
        self.passphrase = place / "stick"
        self.passphrase.write_text(f"{PASSPHRASE}\n")
        self.directory.mkdir(mode=0o700)
        for name, content in KEPT.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @property
    def cipher(self) -> Path:
        return self.directory.with_name(f"{self.directory.name}.encrypted")

    def run(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        own = {"SAFELANE_DIRECTORY": str(self.directory), **more}
        return subprocess.run(
            [SCRIPT, *words], env={**os.environ, **own}, capture_output=True, text=True, check=False
        )

    def begun(self) -> None:
        done = self.run("begin", self.passphrase)
        assert done.returncode == 0, done.stderr

    def kept(self) -> dict[str, bytes]:
        files = (path for path in self.directory.rglob("*") if path.is_file())
        return {path.relative_to(self.directory).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One that is encrypted, and closed."""
    made = Machine(tmp_path_factory.mktemp("encrypted"))
    made.begun()
    made.after = (made.kept(), means_of(made.directory))
    made.run("close")
    yield made
    made.run("close")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.run("close")


def test_what_was_there_is_encrypted_and_the_thief_reads_none_of_it(encrypted: Machine) -> None:
    assert encrypted.after == (KEPT, "gocryptfs")

    every = b"".join(
        os.fsencode(path) + (path.read_bytes() if path.is_file() else b"")
        for path in encrypted.directory.parent.rglob("*")
        if path != encrypted.passphrase
    )

    assert encrypted.kept() == {}
    for text in (b"Battambang", b"SQLite format", b"PRIVATE", b"log.key", b"sqlite", PASSPHRASE.encode()):
        assert text not in every


def test_it_opens_with_the_passphrase_and_after_five_wrong_ones_still(
    encrypted: Machine, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("seven quiet rivers under two bridges\n")

    for _ in range(5):
        refused = encrypted.run("open", wrong)
        assert refused.returncode == 1
        assert "is the passphrase right?" in refused.stderr
        assert encrypted.kept() == {}

    assert encrypted.run("open", encrypted.passphrase).returncode == 0
    assert encrypted.run("open", encrypted.passphrase).returncode == 0, "once more does nothing"
    assert encrypted.kept() == KEPT
    assert encrypted.run("close").returncode == 0


def test_a_beginning_that_was_broken_off_loses_nothing_and_is_repeated(
    machine: Machine, tmp_path: Path
) -> None:
    """Killed after the original was set aside, before all of it was copied."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "cp").write_text("#!/bin/sh\nkill -KILL $PPID\n")
    (programs / "cp").chmod(0o755)
    machine.run("begin", machine.passphrase, PATH=f"{programs}:{os.environ['PATH']}")
    assert machine.kept() == {}
    assert (tmp_path / "safelane.unencrypted" / "hub" / "keys" / "log.key").read_bytes() == b"PRIVATE 99"
    assert "broken off" in machine.run("open", machine.passphrase).stderr or machine.kept() == {}

    machine.begun()

    assert machine.kept() == KEPT
    assert not (tmp_path / "safelane.unencrypted").exists()


def test_a_copy_that_differs_is_named_and_no_line_of_a_key_is_printed(
    machine: Machine, tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    spoilt = 'for last; do :; done; echo other > "$last/hub/keys/log.key"'
    (programs / "cp").write_text(f'#!/bin/sh\n/usr/bin/cp "$@"\n{spoilt}\n')
    (programs / "cp").chmod(0o755)

    done = machine.run("begin", machine.passphrase, PATH=f"{programs}:{os.environ['PATH']}")

    assert done.returncode == 1
    assert "log.key differ" in done.stderr
    assert "PRIVATE" not in done.stderr + done.stdout
    machine.begun()
    assert machine.kept() == KEPT


def test_a_deletion_that_was_broken_off_goes_on_and_is_no_original(machine: Machine, tmp_path: Path) -> None:
    """Half of the original taken for all of it would be encrypted in place of what is there."""
    programs = tmp_path / "programs"
    programs.mkdir()
    killed = '*.copied) test ! -e "$2" || kill -KILL $PPID;;'
    rm = f'#!/bin/sh\ncase "$2" in {killed} *) exec /usr/bin/rm "$@";; esac\n'
    (programs / "rm").write_text(rm)
    (programs / "rm").chmod(0o755)
    machine.run("begin", machine.passphrase, PATH=f"{programs}:{os.environ['PATH']}")
    left = tmp_path / "safelane.unencrypted.copied"
    (left / "hub" / "keys" / "log.key").unlink()

    assert "encrypted already" in machine.run("begin", machine.passphrase).stderr

    assert not left.exists()
    assert machine.kept() == KEPT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["open"], "nothing is encrypted yet"),
        (["begin", "short"], "15 characters"),
        (["begin", "none"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    machine: Machine, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "short").write_text("short\n")

    refused = machine.run(words[0], *(tmp_path / name for name in words[1:]))

    assert refused.returncode == 1
    assert said in refused.stderr
    assert machine.kept() == KEPT


def test_a_directory_with_something_in_it_is_not_hidden_by_the_encrypted_one(encrypted: Machine) -> None:
    set_up = encrypted.directory / "safelane.yaml"
    set_up.write_text("somebody set up a hub while it was closed")

    refused = encrypted.run("open", encrypted.passphrase)

    set_up.unlink()
    assert refused.returncode == 1
    assert "not empty" in refused.stderr


def test_a_hub_is_founded_there_without_a_word_and_a_node_with_people_tells_a_thief_nothing(
    encrypted: Machine,
) -> None:
    """Register, database, keys, vault, reports and a backup of last night: every byte is as if by chance."""
    assert encrypted.run("open", encrypted.passphrase).returncode == 0
    region = encrypted.directory / "region"
    founded = safelane("hub", "found", "--dir", region / "new", "--origin", "region.example/log")
    node = node_with_people(region)
    secret = read_secret(Layout(node).keys / "person.key")
    plain = b"".join(path.read_bytes() for path in region.rglob("*") if path.is_file())
    assert encrypted.run("close").returncode == 0
    wanted = [
        text for words in (*OF_PEOPLE, secret, "2019-01-02", "safelane.sqlite") for text in spellings(words)
    ]

    taken = [path for path in encrypted.cipher.rglob("*") if path.is_file()]
    found = b"".join(os.fsencode(path.name) + path.read_bytes() for path in taken)

    assert founded.exit_code == 0, founded.output
    assert any(text in plain for text in wanted)
    assert len(found) > len(plain)
    assert [text for text in wanted if len(text) > 5 and text in found] == []
    for path in taken:
        data = path.read_bytes()
        assert path.name == "gocryptfs.conf" or len(zlib.compress(data)) >= len(data), (
            "nothing repeats itself"
        )
