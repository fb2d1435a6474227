"""Hub and nodes as processes of their own: commands beside them show the findings of the monitor."""

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from databases import new_database
from forked_processes import forked
from sqlalchemy import text

from audit.commands.command_line import main as audit_main
from audit.log.policy import Policy
from gateway.bootstrap.setup.open_hub import add_user, create_hub, enrol, log_key, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.cli import main
from gateway.config import HubConfig, MemberConfig, read_config, write_config
from gateway.demo.access import HUB, MEMBERS, address, grant
from gateway.demo.processes import Child, Processes
from gateway.hub.context import Hub
from gateway.hub.model import Role

pytestmark = pytest.mark.processes

CODES = ("KH", "LA")
QUESTION = (
    "--measure",
    "casualties",
    "--by",
    "country",
    "--purpose",
    "regional-reporting",
    "--deadline",
    "5",
)


def hurried(directory: Path, kind: type[HubConfig] | type[MemberConfig]) -> None:
    """A monitor that checks every second, with a patience of three."""
    config = read_config(directory, kind)
    write_config(directory, dataclasses.replace(config, monitor_seconds=1, monitor_patience_seconds=3))


@dataclasses.dataclass
class Running:
    directory: Path
    processes: Processes

    def start(self, code: str) -> Child:
        place = self.directory / MEMBERS / code
        arguments = ["member", "serve", "--dir", str(place), "--hub", address(self.directory)]
        return self.processes.start(code, arguments, place / "output.log")

    def called(self, code: str) -> None:
        """Wait until a member has called and seen the log as it is."""
        with open_hub(self.directory / HUB) as hub:
            self.processes.wait_until(lambda: self._witnessed(hub, code), f"the first call of {code}")

    def _witnessed(self, hub: Hub, code: str) -> bool:
        """Whether the hub has been told that the member saw its present log."""
        with hub.store.reading() as view:
            checkpoint = view.log.latest_checkpoint()
            seen = {present.member: present.witnessed_size for present in view.presence()}
        return checkpoint is not None and seen.get(code) == checkpoint.size

    def alerts(self, code: str | None = None) -> str:
        place = self.directory / HUB if code is None else self.directory / MEMBERS / code
        return CliRunner().invoke(main, ["log", "alerts", "--dir", str(place)]).output

    def until(self, words: str, code: str | None = None) -> None:
        end = time.monotonic() + 60
        while words not in self.alerts(code):
            assert time.monotonic() < end, self.alerts(code)
            time.sleep(0.5)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Running]:
    create_hub(tmp_path / HUB, "log.example/hub", database=new_database())
    key = log_key(tmp_path / HUB)
    witnesses = {}
    with open_hub(tmp_path / HUB) as hub:
        grant(tmp_path, add_user(hub, "analyst", "ARMAC", Role.ANALYST, ["regional-reporting"]), key)
        for code in CODES:
            place = tmp_path / MEMBERS / code
            new = create_member(place, code, "log.example")
            keys = enrol(hub, new.enrolment)
            connect(place, code, "http://127.0.0.1:0", keys, database=new_database())
            witnesses[code] = new.enrolment.witness_key
            hurried(place, MemberConfig)
    hurried(tmp_path / HUB, HubConfig)
    (tmp_path / "log-policy").write_text(Policy.text(key, witnesses, len(CODES)), encoding="utf-8")
    with forked(), Processes() as processes:
        running = Running(tmp_path, processes)
        processes.start(HUB, ["hub", "serve", "--dir", str(tmp_path / HUB)], tmp_path / HUB / "output.log")
        processes.wait_until((tmp_path / HUB / "address").exists, "the hub's address")
        yield running


def ask(region: Running, *more: str) -> tuple[int, str]:
    arguments = ["ask", *QUESTION, "--dir", str(region.directory), *more]
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


def test_whoever_asks_is_told_of_the_quorum_and_a_member_that_is_away_is_noticed(region: Running) -> None:
    policy = ("--log-policy", str(region.directory / "log-policy"))
    children = {code: region.start(code) for code in CODES}
    for code in CODES:
        region.called(code)
    end = time.monotonic() + 60
    # A slow machine may not gather both cosignatures in the moment that the command waits for them.
    # 4: neither member shares this, and both said so.
    while (answer := ask(region, *policy, "--require-quorum"))[0] != 4:
        assert time.monotonic() < end, answer
    assert "Cosigned by a quorum of witnesses: KH, LA." in answer[1]

    children["LA"].process.kill()
    children["LA"].process.wait()
    region.until("silent  LA")
    code, said = ask(region, *policy)
    assert (code, "Warning: not yet cosigned by a quorum" in said) == (0, True)
    code, said = ask(region, *policy, "--require-quorum")
    assert (code, "Too few witnesses" in said) == (10, True)
    region.until("below-quorum")
    assert "missing-in" not in region.alerts()

    region.start("LA")
    end = time.monotonic() + 60
    while "silent  LA" in region.alerts():
        assert time.monotonic() < end
        time.sleep(0.5)


def test_a_node_keeps_the_evidence_against_a_hub_that_was_put_back(region: Running, tmp_path: Path) -> None:
    """An old backup of the hub is served again: the node stops, and both signed checkpoints are in a file.

    The refused reply is in another.
    """
    region.start("KH")
    region.called("KH")
    ask(region)
    place = region.directory / MEMBERS / "KH"
    node_seen = _seen(place)
    region.processes.stop()
    forged = _put_back(region.directory / HUB, node_seen - 1)
    assert forged < node_seen
    with Processes() as processes:
        hub = region.directory / HUB
        (hub / "address").unlink(missing_ok=True)
        processes.start(HUB, ["hub", "serve", "--dir", str(hub)], hub / "output.log")
        processes.wait_until((hub / "address").exists, "the hub's address")
        again = Running(region.directory, processes)
        again.start("KH")
        again.until("contradiction", "KH")

    said = CliRunner().invoke(main, ["log", "evidence", "--dir", str(place)]).output
    assert "rollback: log.example/hub" in said
    refused, path = sorted((place / "evidence").iterdir())  # what the hub sent, and what that contradicts
    assert refused.name.startswith("refused-")
    assert {str(refused), str(path)} <= set(said.split())
    assert audit_main(["verify", str(path), "--vkey", log_key(region.directory / HUB)]) == 0


def _seen(place: Path) -> int:
    with open_member(place) as node, node.store.reading() as view:
        latest = view.witness.latest("log.example/hub")
    assert latest is not None
    return int(latest.text.split("\n")[1])


def _put_back(hub_directory: Path, size: int) -> int:
    """Take the last entries out of the hub's log, as an older backup would be."""
    with open_hub(hub_directory) as hub, hub.store.notes() as notes:
        connection = notes.log._connection
        newest = text("SELECT max(size) FROM log_checkpoints WHERE size <= :size")
        kept = connection.execute(newest, {"size": size}).scalar_one()
        for statement in (
            "DELETE FROM log_checkpoints WHERE size > :kept",
            "DELETE FROM log_entries WHERE number >= :kept",
            "UPDATE log_sizes SET size = :kept",
        ):
            connection.execute(text(statement), {"kept": kept})
    return int(kept)
