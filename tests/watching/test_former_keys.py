"""A thief of a key that a log has replaced can neither go on with the log nor make it look like a liar."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from databases import new_database
from federation import Link
from memory_log import MemoryStorage
from simulation import HandClock

from audit.commands.command_line import main as audit_main
from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence import Evidence, Finding
from audit.formats.note import Signer, sign
from audit.log.directory import LogDirectory, export
from audit.log.log import Log
from gateway.bootstrap.setup.key_rotation import rotate_log_key, rotate_witness_key
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.bootstrap.setup.region_mirrors import MirrorsError, read_mirrors
from gateway.hub.context import Hub
from gateway.hub.witnessing import keep_objection
from gateway.keys.files import read_signer
from gateway.member.answer.polling import run_round
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import LinkError
from gateway.member.node.context import Node
from gateway.member.region.monitor import MonitorRules, monitor
from gateway.member.region.public_log import compare_with_public
from gateway.store.engine.migrate import HUB, MEMBER
from gateway.watching.clocks import Tick

OVERLAP = timedelta(days=30)


@dataclass
class Region:
    """A hub whose log key was changed in order, and a node that knows; `former` is what the thief has."""

    hub: Hub
    node: Node
    link: Link
    former: Signer
    present: Signer

    def call(self) -> None:
        """A call of the node. Raises LinkError."""
        run_round(self.node, CubeCache(self.node.dictionary, self.node.member, self.node.store), self.link, 0)

    def forged(self, *signers: Signer, size: int | None = None, root: bytes = bytes(32)) -> str:
        """A checkpoint of another history, of the log's size unless said otherwise."""
        with self.hub.store.reading() as view:
            true = Checkpoint.parse(self.hub.log.checkpoint(view.log).text)
        return str(sign(str(Checkpoint(true.origin, size or true.size, root)), *signers))


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    place, clock = tmp_path_factory.mktemp("former"), HandClock()
    create_hub(place / "hub", "log.example/hub", clock=clock, database=new_database(HUB))
    new = create_member(place / "KH", "KH", "log.example")
    with open_hub(place / "hub", clock) as hub:
        keys = enrol(hub, new.enrolment)
    connect(place / "KH", "KH", "http://127.0.0.1:0", keys, clock, database=new_database(MEMBER))
    former = read_signer(Layout(place / "hub").keys / "log.key")
    rotate_log_key(place / "hub", "yearly", OVERLAP, clock)
    rotate_witness_key(place / "hub", "so that the log grows", OVERLAP, clock)
    (made,) = (Layout(place / "hub").keys).glob("log-*.key")
    with open_hub(place / "hub", clock) as hub, open_member(place / "KH", clock) as node:
        region = Region(hub, node, Link(hub, new.enrolment), former, read_signer(made))
        region.call()
        region.call()
        yield region


def test_a_node_keeps_what_a_former_key_signed_as_a_reason_to_look_and_not_as_a_fork(region: Region) -> None:
    def found() -> list[Finding]:
        with region.node.store.reading() as view:
            return [kept.finding for kept in view.watch.evidence()]

    stolen = region.forged(region.former)
    region.link.bend = lambda reply: replace(reply, checkpoint=stolen)
    with pytest.raises(LinkError, match="does not extend"):
        region.call()
    region.link.bend = lambda reply: reply
    for root in (bytes(32), b"\1" * 32):
        compare_with_public(region.node, region.forged(region.former, root=root), region.link.public_resource)
    assert found() == [Finding.FORMER_KEY]
    raised = monitor(region.node, MonitorRules(), None, Tick(region.node.clock.now(), 0.0), [])
    assert any("former-key: " in alert.message and "by telephone" in alert.message for alert in raised)

    region.call()  # the honest hub is answered as before
    compare_with_public(
        region.node, region.forged(region.former, region.present), region.link.public_resource
    )
    assert found() == [Finding.FORMER_KEY, Finding.FORK]


def test_a_hub_is_not_accused_by_a_member_that_shows_what_a_former_key_signed(region: Region) -> None:
    def found() -> list[Finding]:
        with region.hub.store.reading() as view:
            return [kept.finding for kept in view.watch.evidence()]

    for root in (bytes(32), bytes(32), b"\1" * 32):
        keep_objection(region.hub, region.link.enrolment, region.forged(region.former, root=root))
    assert found() == [Finding.FORMER_KEY]
    keep_objection(region.hub, region.link.enrolment, region.forged(region.present))
    assert found() == [Finding.FORMER_KEY, Finding.FORK]


@pytest.fixture
def exported(region: Region, tmp_path: Path) -> Path:
    with region.hub.store.reading() as view:
        export(region.hub.log, view.log, tmp_path / "export")
    return tmp_path / "export"


def size_of(exported: Path) -> int:
    return Checkpoint.parse(LogDirectory(exported).checkpoint().text).size


def continued(region: Region, exported: Path, target: Path) -> Path:
    """A mirror to which the thief added an entry."""
    with region.hub.store.reading() as view:
        entries = view.log.read_entries(0, size_of(exported))
    storage, log = MemoryStorage(region.hub.log.origin), Log(region.former)
    log.create(storage, 1)
    log.append(storage, [*entries, b"{}"], 1)
    export(log, storage, target)
    return target


def test_a_hub_is_not_founded_anew_from_what_a_thief_added(
    region: Region, exported: Path, tmp_path: Path
) -> None:
    keys = [region.former.verifier, region.present.verifier]
    assert read_mirrors([exported], keys).checkpoint.size > 0
    with pytest.raises(MirrorsError, match="former key"):
        read_mirrors([exported, continued(region, exported, tmp_path / "thief")], keys)


def test_an_auditor_with_both_keys_is_told_what_only_the_former_one_signed(
    region: Region, exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [word for key in (region.former, region.present) for word in ("--vkey", str(key.key))]
    seen, proof = tmp_path / "seen", tmp_path / "proof.json"
    size = size_of(exported)
    for signer, excused in ((region.former, True), (region.present, False)):
        seen.write_text(region.forged(signer, size=size))
        command = ["verify", str(exported), *both, "--seen", str(seen), "--evidence-to", str(proof)]
        assert audit_main(command) == 1
        assert ("no proof against the log" in capsys.readouterr().err) is excused
        assert audit_main(["verify", str(proof), *both]) == 0
        said = capsys.readouterr().out
        assert f"size {size} is signed by {signer.key}" in said
        assert "whoever stole it may have signed" in said

    thief = continued(region, exported, tmp_path / "thief")
    assert audit_main(["verify", str(thief), *both]) == 1
    assert audit_main(["reconcile", str(thief), *both]) == 1
    assert capsys.readouterr().err.count("stolen a former key") == 2
    assert Evidence.parse(proof.read_text()).verify([region.present.verifier]) is Finding.FORK
