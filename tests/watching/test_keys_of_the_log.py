"""A log's key and a witness's key are changed: in order, after a theft, when lost, and killed half-way."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import UNENCRYPTED
from databases import new_database
from federation import Link
from simulation import HandClock

from audit.commands.command_line import main as audit_main
from audit.errors import SignatureError, UntrustedCheckpointError
from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Note, Verifier, sign
from audit.formats.vkey import COSIGNATURE_V1, SUBTREE_V1, VerifierKey
from audit.log.policy import Policy
from gateway.bootstrap.serving.serving_hub import running_hub
from gateway.bootstrap.serving.serving_member import running_member
from gateway.bootstrap.serving.shutdown import Stop
from gateway.bootstrap.setup import key_rotation
from gateway.bootstrap.setup.backup import back_up
from gateway.bootstrap.setup.key_rotation import Rotation, rotate_log_key, rotate_witness_key
from gateway.bootstrap.setup.layout import Layout, database_url, own_config
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.bootstrap.upkeep.check_result import State
from gateway.bootstrap.upkeep.doctor import examine
from gateway.cli import main
from gateway.config import HubConfig, MemberConfig, read_config, write_config
from gateway.hub.errors import PollRefusedError
from gateway.hub.polling import poll
from gateway.keys.files import KeyFileError, read_signer
from gateway.member.answer.polling import run_round
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import LinkError
from gateway.member.region.log_exchange import region_keys, region_of, show
from gateway.member.region.monitor import MonitorRules, monitor
from gateway.store.engine.log_lock import LogHeldError, hold_log
from gateway.store.engine.migrate import HUB, MEMBER
from gateway.watching.clocks import Tick
from gateway.watching.keys import LOG, check_signs
from gateway.wire.enrolment import Enrolment
from gateway.wire.poll import PollReply

OVERLAP = timedelta(days=30)
NONE = timedelta(0)


@dataclass
class Pair:
    """A hub and the node of KH, each opened only while it runs."""

    hub: Path
    node: Path
    clock: HandClock
    enrolment: Enrolment

    def run(self, rounds: int = 2) -> None:
        """Both run for some calls of the node. Raises LinkError."""
        with open_hub(self.hub, self.clock) as hub, open_member(self.node, self.clock) as node:
            cube_cache = CubeCache(node.dictionary, node.member, node.store)
            for _ in range(rounds):
                run_round(node, cube_cache, Link(hub, self.enrolment), 0.0)

    def head(self) -> Note:
        with open_hub(self.hub, self.clock) as hub, hub.store.reading() as view:
            return hub.log.checkpoint(view.log)

    def node_head(self) -> Note:
        with open_member(self.node, self.clock) as node, node.store.reading() as view:
            return node.log.checkpoint(view.log)

    def witnessed(self) -> str:
        with open_member(self.node, self.clock) as node, node.store.reading() as view:
            latest = view.witness.latest(region_of(node))
        return "" if latest is None else latest.text

    def key(self) -> str:
        with open_hub(self.hub, self.clock) as hub:
            return str(hub.log.key)

    def alerts(self) -> list[str]:
        with open_member(self.node, self.clock) as node:
            monitor(node, MonitorRules(), None, Tick(self.clock.now(), 0.0), [])
            with node.store.reading() as view:
                return [kept.alert.kind for kept in view.watch.alerts(ended=False)]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    clock = HandClock()
    create_hub(tmp_path / "hub", "log.example/hub", clock=clock, database=new_database(HUB))
    new = create_member(tmp_path / "KH", "KH", "log.example")
    with open_hub(tmp_path / "hub", clock) as hub:
        keys = enrol(hub, new.enrolment)
    connect(tmp_path / "KH", "KH", "http://127.0.0.1:0", keys, clock, database=new_database(MEMBER))
    made = Pair(tmp_path / "hub", tmp_path / "KH", clock, new.enrolment)
    made.run()
    return made


def signed_by(note: Note, *keys: str) -> bool:
    return {k for k in map(VerifierKey.parse, keys) if any(s.is_by(k) for s in note.signatures)} == set(
        map(VerifierKey.parse, keys)
    )


def test_in_the_overlap_both_keys_sign_and_afterwards_only_the_new_one(pair: Pair) -> None:
    rotation = rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)

    assert pair.key() == rotation.present
    assert signed_by(pair.head(), rotation.former, rotation.present)
    pair.clock.move(days=31)
    with open_hub(pair.hub, pair.clock) as hub:
        enrol(hub, create_member(pair.hub.parent / "LA", "LA", "log.example").enrolment)
    assert signed_by(pair.head(), rotation.present)
    assert not signed_by(pair.head(), rotation.former)


def test_a_node_learns_the_new_key_from_the_log_and_goes_on_after_the_overlap(pair: Pair) -> None:
    rotation = rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)
    pair.run()
    assert pair.alerts() == ["new-key"]
    pair.clock.move(days=31)
    with open_hub(pair.hub, pair.clock) as hub:
        enrol(hub, create_member(pair.hub.parent / "LA", "LA", "log.example").enrolment)

    pair.run()

    Policy.of(Verifier.parse(rotation.present)).verify(pair.head())
    with pytest.raises(SignatureError):
        Policy.of(Verifier.parse(rotation.former)).verify(pair.head())


def test_a_node_that_was_away_during_the_whole_overlap_must_compare_the_key(pair: Pair) -> None:
    rotation = rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)
    pair.clock.move(days=31)
    with open_hub(pair.hub, pair.clock) as hub:
        enrol(hub, create_member(pair.hub.parent / "LA", "LA", "log.example").enrolment)
    with pytest.raises(LinkError):
        pair.run()

    config = read_config(pair.node, MemberConfig)
    write_config(pair.node, replace(config, hub_log_key=rotation.present))

    pair.run()


def test_a_stolen_key_signs_nothing_more_and_the_new_one_is_believed_once_compared(pair: Pair) -> None:
    rotation = rotate_log_key(pair.hub, "the laptop was stolen", NONE, pair.clock)
    assert signed_by(pair.head(), rotation.present)
    assert not signed_by(pair.head(), rotation.former)
    with pytest.raises(LinkError, match="does not extend"):
        pair.run()

    config = read_config(pair.node, MemberConfig)
    write_config(pair.node, replace(config, hub_log_key=rotation.present))

    pair.run()


def test_keys_follow_one_another(pair: Pair) -> None:
    first = rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)
    second = rotate_log_key(pair.hub, "again", OVERLAP, pair.clock)
    assert second.former == first.present
    assert signed_by(pair.head(), first.former, second.former, second.present)
    pair.run()


@pytest.mark.parametrize("overlap", [OVERLAP, NONE])
def test_a_witness_key_of_a_node_is_changed(overlap: timedelta, pair: Pair) -> None:
    rotation = rotate_witness_key(pair.node, "yearly", overlap, pair.clock)
    pair.run(rounds=3)
    assert signed_by(pair.head(), rotation.present)


def test_a_region_goes_from_one_type_of_witness_keys_to_the_other_and_back(pair: Pair) -> None:
    """A line of ML-DSA-44 has 3.2 kB, also in the call that brings it and in the database."""
    for key_type in (COSIGNATURE_V1, SUBTREE_V1):
        kept = []
        for own in (pair.node, pair.hub):
            rotation = rotate_witness_key(own, "another type", OVERLAP, pair.clock, key_type)
            assert VerifierKey.parse(rotation.present).kind == key_type
            kept.append(rotation.present)
        pair.run(rounds=3)
        assert signed_by(pair.head(), kept[0])
        assert signed_by(pair.node_head(), kept[1])


@pytest.mark.parametrize("overlap", [OVERLAP, NONE])
def test_a_lost_reply_after_a_change_of_witness_keys_locks_nobody_out(overlap: timedelta, pair: Pair) -> None:
    """The hub knows the new key, the node still sends what its former key cosigned."""
    rotation = rotate_witness_key(pair.node, "yearly", overlap, pair.clock)
    with open_hub(pair.hub, pair.clock) as hub, open_member(pair.node, pair.clock) as node:
        cube_cache = CubeCache(node.dictionary, node.member, node.store)

        def lost(_: object) -> None:
            raise LinkError("The reply was lost.")

        link = Link(hub, pair.enrolment, bend=lost)
        with pytest.raises(LinkError, match="lost"):
            run_round(node, cube_cache, link, 0.0)
    pair.run(rounds=3)
    assert signed_by(pair.head(), rotation.present)


@pytest.mark.parametrize("overlap", [OVERLAP])
def test_a_nodes_log_key_is_changed_and_the_hub_follows(overlap: timedelta, pair: Pair) -> None:
    rotation = rotate_log_key(pair.node, "yearly", overlap, pair.clock)
    pair.run()
    pair.clock.move(days=31)
    rotate_witness_key(pair.node, "an entry under the new key alone", OVERLAP, pair.clock)
    pair.run()
    assert signed_by(pair.node_head(), rotation.present)
    assert not signed_by(pair.node_head(), rotation.former)


@pytest.mark.parametrize("overlap", [OVERLAP, NONE])
def test_the_hubs_witness_key_is_changed(overlap: timedelta, pair: Pair) -> None:
    rotation = rotate_witness_key(pair.hub, "yearly", overlap, pair.clock)
    pair.run()
    rotate_witness_key(pair.node, "so that the node's log grows", OVERLAP, pair.clock)
    pair.run(rounds=3)
    assert signed_by(pair.node_head(), rotation.present)


@pytest.mark.parametrize("rotate", [rotate_log_key, rotate_witness_key])
@pytest.mark.parametrize("step", ["write_secret", "_record", "add_key_change"])
def test_killed_at_any_step_it_is_the_old_state_or_the_new(
    step: str, rotate: Callable[..., Rotation], pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the step that is killed, whatever came before it is on disk."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = pair.head()
    owner = key_rotation.SqlWatch if step == "add_key_change" else key_rotation
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, killed)
        with pytest.raises(KeyboardInterrupt):
            rotate(pair.hub, "yearly", OVERLAP, pair.clock)

    assert str(pair.head()) == str(before)
    pair.run()
    rotation = rotate(pair.hub, "yearly", OVERLAP, pair.clock)
    pair.run()
    rotate_witness_key(pair.node, "so that the node's log grows and is cosigned", OVERLAP, pair.clock)
    pair.run(rounds=3)
    assert signed_by(pair.head() if rotate is rotate_log_key else pair.node_head(), rotation.present)


def test_a_committed_change_counts_even_if_nobody_learned_of_it(pair: Pair) -> None:
    """Killed after the commit: the next start finds the new key by the log's own entry."""
    rotation = rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)
    assert pair.key() == rotation.present
    assert (pair.hub / "keys").stat().st_mode & 0o777 == 0o700
    files = sorted(p.name for p in (pair.hub / "keys").iterdir() if p.name.startswith("log"))
    files.remove("log.vkey")  # the public half of the first key
    assert files == [f"log-{VerifierKey.parse(rotation.present).key_id.hex()}.key", "log.key"]


@pytest.mark.parametrize("side", ["hub", "node"])
def test_a_log_that_is_served_keeps_its_key(side: str, pair: Pair) -> None:
    directory = pair.hub if side == "hub" else pair.node
    config = own_config(directory)
    name = config.origin if isinstance(config, HubConfig) else config.member
    with hold_log(database_url(directory, config), name), pytest.raises(LogHeldError, match="serves"):
        rotate_log_key(directory, "yearly", OVERLAP, pair.clock)


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["log", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_commands_and_what_an_auditor_then_checks(pair: Pair, tmp_path: Path) -> None:
    code, said = run("rotate-key", "--dir", pair.hub, "--reason", "yearly", "--overlap-days", 7)
    assert (code, "Both are valid until" in said) == (0, True)
    former, present = (line.partition(":")[2].strip() for line in said.splitlines()[:2])

    assert run("export", tmp_path / "out", "--dir", pair.hub)[0] == 0

    assert (tmp_path / "out" / "vkey").read_text("utf-8") == f"{present}\n{former}\n"
    for key in (former, present, str(tmp_path / "out" / "vkey")):
        assert audit_main(["verify", str(tmp_path / "out"), "--vkey", key]) == 0
    code, said = run("list", "--dir", pair.hub)
    assert "key-changed" in said
    assert run("rotate-witness-key", "--dir", pair.hub, "--reason", "yearly")[0] == 0
    code, said = run("rotate-key", "--dir", pair.hub, "--reason", "stolen", "--compromised")
    assert (code, "is no longer valid" in said) == (0, True)
    assert run("rotate-key", "--dir", pair.hub, "--reason", "x", "--compromised", "--overlap-days", 3)[0] == 2


def lose(directory: Path, name: str) -> None:
    for file in (directory / "keys").glob(f"{name}*.key"):
        file.unlink()


@pytest.mark.parametrize("side", ["hub", "node"])
def test_a_log_whose_key_is_lost_is_read_exported_checked_and_backed_up_and_signs_nothing(
    side: str, pair: Pair, tmp_path: Path
) -> None:
    directory = pair.hub if side == "hub" else pair.node
    head = pair.head() if side == "hub" else pair.node_head()
    lose(directory, "log")

    for words in (["list"], ["explain", 0], ["check"], ["export", tmp_path / "out"]):
        code, said = run(*words, "--dir", directory)
        assert code == 0, said
    assert audit_main(["verify", str(tmp_path / "out"), "--vkey", str(directory / "keys" / "log.vkey")]) == 0
    back_up(directory, tmp_path / "backup")
    (keys,) = [found for found in examine(directory) if found.about == "keys"]
    assert (keys.state, "is lost" in keys.detail) == (State.WRONG, True)

    serving = running_hub(directory, Stop()) if side == "hub" else running_member(directory, None, Stop())
    with pytest.raises(KeyFileError, match="is lost: nothing can be signed"), serving:
        pass
    for command in ("rotate-key", "rotate-witness-key"):
        code, said = run(command, "--dir", directory, "--reason", "lost")
        assert code != 0
    assert str(pair.head() if side == "hub" else pair.node_head()) == str(head)
    assert not list((directory / "keys").glob("*-*.key"))


def test_without_the_public_half_it_is_said_where_that_stands(pair: Pair) -> None:
    public = pair.hub / "keys" / "log.vkey"
    key = public.read_text("utf-8")
    public.unlink()
    lose(pair.hub, "log")
    with pytest.raises(KeyFileError) as refused, open_hub(pair.hub, pair.clock):
        pass
    assert f"write its public key to {public}" in refused.value.remedy

    public.write_text("damaged", "utf-8")
    with pytest.raises(KeyFileError, match="damaged"), open_hub(pair.hub, pair.clock):
        pass
    public.write_text(key, "utf-8")
    assert run("list", "--dir", pair.hub)[0] == 0


def test_a_log_whose_key_is_lost_goes_on_under_a_new_one_that_is_compared(pair: Pair, tmp_path: Path) -> None:
    lose(pair.hub, "log")
    rotation = rotate_log_key(pair.hub, "the disk with the key broke", NONE, pair.clock)
    with pytest.raises(LinkError, match="does not extend"):
        pair.run()
    config = read_config(pair.node, MemberConfig)
    write_config(pair.node, replace(config, hub_log_key=rotation.present))
    pair.run(rounds=3)

    # whatever was signed and cosigned under the former key is read and proved under the present one
    code, said = run("explain", 0, "--dir", pair.hub)
    assert (code, "proved" in said) == (0, True)
    receipt, entry = tmp_path / "receipt", tmp_path / "entry"
    assert run("receipt", 0, "--dir", pair.hub, "--receipt", receipt, "--entry", entry)[0] == 0
    assert audit_main(["verify", str(receipt), "--entry", str(entry), "--vkey", rotation.present]) == 0
    back_up(pair.hub, tmp_path / "backup")


@pytest.mark.parametrize("overlap", [OVERLAP, NONE])
def test_a_new_witness_key_is_made_without_the_old(overlap: timedelta, pair: Pair) -> None:
    lose(pair.node, "witness")
    with pytest.raises(KeyFileError, match="is lost"):
        pair.run()
    rotation = rotate_witness_key(pair.node, "lost", overlap, pair.clock)
    pair.run(rounds=3)
    assert signed_by(pair.head(), rotation.present)


def test_a_former_key_that_is_lost_in_the_overlap_holds_nothing_up(pair: Pair) -> None:
    rotation = rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)
    (pair.hub / "keys" / "log.key").unlink()
    rotate_witness_key(pair.hub, "so that the log grows", OVERLAP, pair.clock)
    assert signed_by(pair.head(), rotation.present)
    assert not signed_by(pair.head(), rotation.former)


def test_the_drill_of_a_lost_key_works_as_the_page_says(pair: Pair, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "keys-of-the-log.md").read_text("utf-8")
    drill = page.partition("\n## A key is lost\n")[2].partition("\n## ")[0]
    commands = [line.split(maxsplit=1)[1] for line in drill.splitlines() if line.startswith("   safelane ")]
    assert len(commands) == 7
    places = {"DIRECTORY": pair.hub, "EXPORT": tmp_path / "export", "BACKUP": tmp_path / "backup"}
    for name in ("log", "witness", "call"):
        lose(pair.hub, name)

    for command in commands:
        words = [str(places.get(word, word)) for word in shlex.split(command)]
        if words[0] == "backup":
            words += UNENCRYPTED
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, f"{command}: {result.output}"

    assert (
        audit_main(["verify", str(tmp_path / "export"), "--vkey", str(pair.hub / "keys" / "log.vkey")]) == 0
    )
    with running_hub(pair.hub, Stop()):
        pass


def test_who_has_the_former_key_cannot_go_on_with_the_log_once_the_new_one_is_announced(pair: Pair) -> None:
    """A thief of the former key, in the overlap: growth that it alone has signed is refused."""
    former = read_signer(Layout(pair.hub).keys / "log.key")
    rotation = rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)
    with open_hub(pair.hub, pair.clock) as hub, hub.store.reading() as view:
        announced = hub.log.checkpoint(view.log)
    by_former = sign(announced.text, former)
    pair.run(1)  # the node copies the entry with the announcement

    with open_member(pair.node, pair.clock) as node, node.store.reading() as view:
        changes, keys = view.watch.key_changes(region_of(node)), region_keys(node, view)
    size = Checkpoint.parse(announced.text).size
    check_signs(LOG, keys, changes, announced, size)
    check_signs(LOG, keys, changes, by_former, size - 1)  # of before the entry: the log as it was then
    with pytest.raises(UntrustedCheckpointError, match="former key alone"):
        check_signs(LOG, keys, changes, by_former, size)

    with open_hub(pair.hub, pair.clock) as hub:
        enrol(hub, create_member(pair.hub.parent / "LA", "LA", "log.example").enrolment)
        before = pair.witnessed()

        def stolen(reply: PollReply) -> PollReply:
            """What the log grew by, under the key that the thief has."""
            return replace(reply, checkpoint=str(sign(Note.parse(reply.checkpoint).text, former)))

        with open_member(pair.node, pair.clock) as node, pytest.raises(LinkError, match="former key alone"):
            cube_cache = CubeCache(node.dictionary, node.member, node.store)
            run_round(node, cube_cache, Link(hub, pair.enrolment, bend=stolen), 0.0)
    assert pair.witnessed() == before
    pair.run()
    assert signed_by(pair.head(), rotation.former, rotation.present)
    assert pair.witnessed() != before


def test_who_has_a_members_former_key_cannot_go_on_with_its_log(pair: Pair) -> None:
    former = read_signer(Layout(pair.node).keys / "log.key")
    rotate_log_key(pair.node, "yearly", OVERLAP, pair.clock)
    pair.run()
    rotate_witness_key(pair.node, "growth", OVERLAP, pair.clock)

    with open_hub(pair.hub, pair.clock) as hub, open_member(pair.node, pair.clock) as node:
        with node.store.reading() as view:
            call = show(node, view, 0.0)
        assert call.log is not None
        stolen = str(sign(Note.parse(call.log.checkpoint).text, former))
        with pytest.raises(PollRefusedError, match="former key alone"):
            poll(hub, pair.enrolment, replace(call, log=replace(call.log, checkpoint=stolen)))
    pair.run()
