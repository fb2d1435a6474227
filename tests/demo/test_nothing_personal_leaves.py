"""Whatever real nodes send, log, export, say or store outside their vault is searched for the demo's people.

The members of a copy of the demo call the hub through a relay that keeps every byte; commands are run that
succeed and that fail; then everything is searched for every name, number, telephone, village, birth date and
piece of a story, in every encoding that makes sense. Only the register itself is left out.
"""

import base64
import gc
import json
import os
import re
import shutil
import sys
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from forked_processes import Fork, popen
from forking import Forking
from recording import Recorder
from searching import ASCII, NATIVE, Needles, fragments

from gateway.demo.people import demo_members, make_people
from gateway.demo.preparing import CONTROLLER, PASSPHRASE
from gateway.demo.region import SEED, member_directory
from gateway.demo.vaults import key_file

pytestmark = pytest.mark.processes

MEMBERS = demo_members()
QUESTION = ("--measure", "casualties", "--by", "country,year,sex", "--purpose", "regional-reporting")
IMPORTED = ("gateway.cli.member.extracts", "gateway.cli.member.loading", "gateway.cli.region.ask")
"""Modules of the commands that are run, imported once for all of them."""
SHORTEST = 7
PATIENCE = 180
"""Seconds after which a process that was told to end does not: a hub waits for calls that it has, and a busy
machine for the hub."""


def secrets(member: str) -> set[str]:
    """Everything personal in a member's records, and pieces of its stories.

    Of Cambodia's 65,086 records those since 2010: all are read, kept and reported in the same way.
    """
    people = make_people(member, SEED)
    found = {s for s in people.secrets() if len(s) >= SHORTEST}
    return found | {piece for record in people.records for piece in fragments(record.narrative)}


@dataclass
class Run:
    """A copy of the demo that was used; what passed on the wire, and what commands said."""

    directory: Path
    folder: Path
    safelane: str
    programs: Forking
    said: list[str] = field(default_factory=list)
    heard: bytes = b""

    def command(self, *arguments: object, fails: bool = False) -> str:
        words = [self.safelane, *map(str, arguments)]
        done = self.programs.run(words, self.folder, {**os.environ, "SAFELANE_PASSPHRASE": PASSPHRASE})
        self.said += [done.stdout, done.stderr]
        assert (done.returncode != 0) == fails, done.stderr[-2000:]
        return done.stdout

    def serve(self, *arguments: object) -> Fork:
        words = [sys.executable, "-m", "gateway.cli", *map(str, arguments)]
        with (self.folder / f"output{len(list(self.folder.iterdir()))}").open("wb") as output:
            return popen(words, stdout=output, stderr=output, cwd=self.folder)


@pytest.fixture(scope="module")
def run(demo, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("searched")
    directory = folder / "demo"
    shutil.copytree(demo.directory, directory)
    (directory / "hub" / "address").unlink(missing_ok=True)
    with Forking(IMPORTED) as programs:
        made = Run(directory, folder, str(demo.process.args[0]), programs)
        ask(made)
        give_out(made)
        fail(made)
    return made


def ask(run: Run) -> None:
    """A hub and two members that call it through the relay; questions of every shape of output."""
    served = [run.serve("hub", "serve", "--dir", run.directory / "hub")]
    address = run.directory / "hub" / "address"
    relay = None
    try:
        wait_for(address.exists)
        port = int(address.read_text(encoding="utf-8").strip().rpartition(":")[2].rstrip("/"))
        relay = Recorder(port)
        for member in MEMBERS:
            place = member_directory(run.directory, member)
            served.append(run.serve("member", "serve", "--dir", place, "--hub", relay.url))
        wait_for(lambda: relay.heard().count(b"POST") >= len(MEMBERS))
        for form, seconds in (("table", 20), ("csv", 3), ("json", 3)):
            run.command("ask", *QUESTION, "--format", form, "--deadline", seconds, "--dir", run.directory)
        run.heard = relay.heard()
    finally:
        if relay is not None:
            relay.close()
        for process in served:
            process.terminate()
        for process in served:
            process.wait(PATIENCE)


def give_out(run: Run) -> None:
    """An extract, from the request to the sealed file and its reader's table."""
    place, keys = member_directory(run.directory, "MM"), run.folder / "keys"
    keys.mkdir()
    run.command("keys", "create", "reviewer", "--by", CONTROLLER, "--dir", place)
    run.command("epoch", "begin", keys / "epochs", "--member", "MM", "--key-file", keys / "lock")
    reader = run.command("extract", "keys", keys / "reader").strip()
    columns = [part for name in ("date", "age", "device") for part in ("--column", name)]
    asked = run.command(
        "extract", "prepare", "--dir", place, "--by", "reviewer", "--recipient", "ARMAC",
        "--purpose", "regional-reporting", *columns, "--reader", reader,
    )  # fmt: skip
    (name,) = re.findall(r"x-[0-9a-f]{16}", asked)
    run.command("extract", "review", name, "--dir", place)
    run.command("extract", "approve", name, "--dir", place, "--by", CONTROLLER)
    epochs = ("--epochs", keys / "epochs", "--epochs-key-file", keys / "lock")
    run.command("extract", "seal", name, "--dir", place, *epochs, "-o", run.folder / "sealed")
    opened = run.folder / "opened.csv"
    run.command("extract", "open", run.folder / "sealed", "--key", keys / "reader", "-o", opened)
    assert len(opened.read_text(encoding="utf-8").splitlines()) > 100


def fail(run: Run) -> None:
    """Commands that fail over real records: what they say must not repeat any."""
    place = member_directory(run.directory, "KH")
    record = make_people("KH", SEED).records[0]
    broken = run.folder / "broken"
    shutil.copytree(place / "source", broken)
    victims = broken / "victims.csv"
    lines = victims.read_text(encoding="utf-8").splitlines()
    victims.write_text("\n".join([*lines[:50], '"' + lines[50]]), encoding="utf-8")
    run.command("member", "load", broken, "--mapping", place / "mapping.yaml", "--dir", place, fails=True)
    story = run.folder / "story.jsonl"
    story.write_text(
        f'{{"id": "{record.identity.name_latin}", "text": ["{record.narrative}"]}}\n', encoding="utf-8"
    )
    run.command("redact", story, "-o", run.folder / "out.jsonl", fails=True)
    ill = run.folder / "ill.csv"
    ill.write_text(f"ID\n{record.identity.name_latin},{record.identity.phone}\n", encoding="utf-8")
    run.command("risk", ill, "--quasi", "ID", fails=True)
    wrong = key_file(place, "second")
    run.command("vault", "check", "--dir", place, "--as", "first", "--key-file", wrong, fails=True)
    for file in (story, ill):
        file.unlink()
    shutil.rmtree(broken)


def wait_for(happened) -> None:
    end = time.monotonic() + 300  # on a busy machine
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def needles() -> Needles:
    gc.disable()  # millions of texts are made, and none is garbage
    made = Needles(secret for member in MEMBERS for secret in secrets(member))
    gc.freeze()
    gc.enable()
    return made


def stored(run: Run) -> Iterator[tuple[str, bytes]]:
    """Every file of the region, databases with their WAL among them, but the registers."""
    for path in sorted(run.folder.rglob("*")):
        if path.is_file() and "source" not in path.parts:
            yield str(path.relative_to(run.folder)), path.read_bytes()


def unpacked(path: Path) -> bytes:
    """The bytes of a file; of a workbook those that are packed in it."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return b"".join(map(packed.read, packed.namelist()))


def test_the_search_finds_what_is_there(needles: Needles, run: Run) -> None:
    """The register itself is full of it, in each member's own spelling: the search is not blind."""
    for member in MEMBERS:
        register = b"".join(map(unpacked, (member_directory(run.directory, member) / "source").iterdir()))
        assert len(needles.found_in(register, enough=301)) > 300, member
    assert len(needles) > 100_000


@pytest.mark.parametrize(
    "wrapped", ["utf-8", "utf-16-le", "utf-16-be", "base64", "hex", "json", "NFD", "native"]
)
def test_the_search_finds_every_encoding(needles: Needles, wrapped: str) -> None:
    person = next(r.identity for r in make_people("KH", SEED).records if r.identity.phone)
    text = person.name_local
    suppressed = {
        "base64": lambda: base64.b64encode(b"ab" + text.encode()),
        "hex": lambda: text.encode().hex().encode(),
        "json": lambda: json.dumps(text).encode(),
        "NFD": lambda: unicodedata.normalize("NFD", text).encode(),
        "native": lambda: person.phone.translate(str.maketrans(ASCII, NATIVE[0])).encode(),
    }.get(wrapped, lambda: text.encode(wrapped))()
    assert needles.found_in(b"\x00" * 13 + suppressed + b"\xff" * 9)


def test_nothing_of_a_person_passes_on_the_wire(needles: Needles, run: Run) -> None:
    assert len(run.heard) > 10_000
    assert b"POST" in run.heard
    assert needles.found_in(run.heard) == []


def test_nothing_of_a_person_is_said_by_commands_or_logs(needles: Needles, run: Run) -> None:
    said = "".join(run.said)
    assert "safelane:" in said  # commands failed, and said so
    assert needles.found_in(said.encode()) == []


def test_nothing_of_a_person_is_stored_outside_the_register_and_the_vault(needles: Needles, run: Run) -> None:
    """The vault stands in the database: encrypted, it passes the same search as all the rest."""
    found = {name: needles.found_in(data)[:3] for name, data in stored(run)}
    assert any(name.endswith("safelane.sqlite") for name in found)
    assert {name: hits for name, hits in found.items() if hits} == {}
