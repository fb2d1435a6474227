"""Each member keeps a mirror of the regional log; a lost hub is founded anew from mirrors and goes on."""

import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import UNENCRYPTED
from databases import new_database
from federation import Federation, federation
from memory_log import MemoryStorage

from audit.commands.command_line import main as audit_main
from audit.errors import AuditError, ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Note
from audit.formats.tiles import Bundle
from audit.log.directory import LogDirectory, export
from audit.log.log import Log
from audit.log.mirror import mirrored
from gateway.bootstrap.serving.mirror_loop import MirrorLoop
from gateway.bootstrap.serving.shutdown import Stop
from gateway.bootstrap.setup.backup import back_up
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import add_user, open_hub
from gateway.bootstrap.setup.open_member import open_member
from gateway.bootstrap.setup.region_mirrors import MirrorsError, write_mirror
from gateway.cli import main
from gateway.config import MemberConfig, read_config, write_config
from gateway.hub.asking import ask
from gateway.hub.context import Hub
from gateway.hub.errors import PollRefusedError
from gateway.hub.polling import poll
from gateway.member.answer.polling import run_round
from gateway.member.errors import LinkError
from gateway.member.region.region_mirror import is_behind, mirror_regional_log
from gateway.question import parse
from gateway.watching.recovering import RecoveringError
from gateway.wire.poll import Poll

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "found-a-lost-hub-anew.md"


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path / "region", "KH", "LA", ready=False) as running:
        yield running


def ask_one(region: Federation, hub: Hub | None = None) -> int:
    hub = hub or region.hub
    body = {"measure": "casualties", "by": ["outcome"], "where": {}, "purpose": "regional-reporting"}
    return ask(hub, region.analyst, parse(hub.dictionary, body), timedelta(seconds=60)).asked_index


def begin_again(region: Federation, hub: Hub) -> int:
    """Accounts are lost with the hub's disk: the analyst is let in anew, and asks."""
    who = region.analyst
    add_user(hub, who.user, who.organisation, who.role, who.purposes)
    return ask_one(region, hub)


def use(region: Federation, rounds: int = 1) -> None:
    """A question, which every node then witnesses and answers."""
    ask_one(region)
    for _ in range(rounds + 1):
        for member in region.members.values():
            member.round()


def mirror(region: Federation, code: str, tmp_path: Path) -> Path:
    """The node's mirror, brought up to date."""
    path = Layout(tmp_path / "region" / code).region_log
    mirror_regional_log(region.members[code].node, path, region.members[code].link)
    return path


def written(region: Federation, tmp_path: Path, *codes: str) -> list[Path]:
    """The mirrors of members, as they send them."""
    found = []
    for code in codes:
        mirror(region, code, tmp_path)
        found.append(tmp_path / f"mirror-of-{code}")
        write_mirror(region.members[code].node, tmp_path / "region" / code, found[-1])
    return found


def refound(mirrors: list[Path], region: Federation, directory: Path, *more: str) -> tuple[int, str]:
    words = [
        "hub",
        "refound",
        *map(str, mirrors),
        "--log-key",
        str(region.hub.log.key),
        "--dir",
        str(directory),
        *UNENCRYPTED,
    ]
    done = CliRunner().invoke(main, [*words, "--database", new_database(), *more])
    return done.exit_code, done.output


def call(region: Federation, hub: Hub, code: str) -> None:
    """The node calls another hub than before."""
    link = region.members[code].link
    former, link.hub = link.hub, hub
    try:
        region.members[code].round()
    finally:
        link.hub = former


@contextmanager
def opened(directory: Path, region: Federation) -> Iterator[Hub]:
    with open_hub(directory, region.clock) as hub:
        yield hub


def head(hub: Hub) -> Checkpoint:
    with hub.store.reading() as view:
        return Checkpoint.parse(hub.log.checkpoint(view.log).text)


def test_a_node_mirrors_what_it_has_cosigned_and_its_mirror_is_a_log(
    region: Federation, tmp_path: Path
) -> None:
    node, path = region.members["KH"].node, Layout(tmp_path / "region" / "KH").region_log
    use(region)
    assert is_behind(node, path)
    mirror(region, "KH", tmp_path)
    assert not is_behind(node, path)
    use(region)
    assert is_behind(node, path)
    mirror(region, "KH", tmp_path)

    assert mirrored(path) == head(region.hub)
    assert audit_main(["verify", str(path), "--vkey", str(region.hub.log.key)]) == 0
    with region.hub.store.reading() as view:
        size = head(region.hub).size
        assert [e for some in LogDirectory(path).all_entries(size) for e in some] == list(
            view.log.read_entries(0, size)
        )


def test_a_mirror_takes_nothing_that_does_not_go_on_from_what_the_node_saw(
    region: Federation, tmp_path: Path
) -> None:
    use(region)
    link = region.members["KH"].link
    earlier = link.public_checkpoint()
    use(region)
    path = mirror(region, "KH", tmp_path)
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}

    link.shown_head = earlier
    with pytest.raises(ProofError, match="does not extend"):
        mirror(region, "KH", tmp_path)
    link.shown_head = str(Note.parse(earlier).with_signatures(())).replace("\n—", "\n— x", 1)
    with pytest.raises(AuditError):
        mirror(region, "KH", tmp_path)
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_the_loop_of_a_serving_node_mirrors_soon_after_each_round(region: Federation, tmp_path: Path) -> None:
    use(region)
    member, stop = region.members["KH"], Stop()
    looked: list[bool] = []
    path = tmp_path / "mirror"
    loop = MirrorLoop(member.node, path, member.link, stop)
    loop._look()
    assert mirrored(path) == head(region.hub)
    member.link.shown_head = "nonsense"
    use(region)
    loop.start()  # what the hub shows is refused, and the thread goes on
    member.link.shown_head = None
    while mirrored(path) != head(region.hub):
        loop.look_soon()
        looked.append(stop.wait(0.01))
    stop()
    assert not any(looked)


def test_a_lost_hub_is_founded_anew_and_the_same_log_goes_on(region: Federation, tmp_path: Path) -> None:
    use(region)
    old = tmp_path / "region" / "hub"
    mirrors = written(region, tmp_path, "KH", "LA")
    before = head(region.hub)

    code, said = refound(mirrors, region, tmp_path / "again", "--keys", str(old / "keys"))
    assert code == 0, said
    assert "once these members have called: KH, LA" in said
    with opened(tmp_path / "again", region) as hub:
        assert head(hub) == before
        with hub.store.reading() as view:
            assert [enrolment.member for enrolment in view.enrolments()] == ["KH", "LA"]
        for member in ("KH", "LA"):
            call(region, hub, member)
        index = begin_again(region, hub)
        for _ in range(3):
            for member in ("KH", "LA"):
                call(region, hub, member)
        with hub.store.reading() as view:
            assert len(view.log.cosignatures(head(hub).size)) == 2
            assert index >= before.size
    assert CliRunner().invoke(main, ["log", "check", "--dir", str(tmp_path / "again")]).exit_code == 0
    back_up(tmp_path / "again", tmp_path / "backup")


def test_the_log_waits_for_every_member_whatever_the_mirrors_say(region: Federation, tmp_path: Path) -> None:
    use(region)
    (mirror_of_kh,) = written(region, tmp_path, "KH")
    keys = ("--keys", str(tmp_path / "region" / "hub" / "keys"))
    # Cosignatures are public: one of LA in what KH hands over is not heard from LA.
    with region.hub.store.reading() as view:
        (mirror_of_kh / "seen").write_text(str(region.hub.log.checkpoint(view.log)), "utf-8")
    code, said = refound([mirror_of_kh], region, tmp_path / "again", *keys)
    assert (code, "once these members have called: KH, LA" in said) == (0, True)
    with opened(tmp_path / "again", region) as hub:
        call(region, hub, "KH")
        with pytest.raises(RecoveringError, match="LA"):
            begin_again(region, hub)
        call(region, hub, "LA")
        begin_again(region, hub)

    code, said = refound([mirror_of_kh], region, tmp_path / "sooner", *keys, "--without", "LA")
    assert (code, "once these members have called: KH" in said) == (0, True)
    with opened(tmp_path / "sooner", region) as hub:
        call(region, hub, "KH")
        begin_again(region, hub)
    assert refound([mirror_of_kh], region, tmp_path / "wrong", *keys, "--without", "TH")[0] == 5


def test_a_log_of_which_more_was_seen_never_goes_on(region: Federation, tmp_path: Path) -> None:
    use(region)
    path = mirror(region, "KH", tmp_path)
    shutil.copytree(path, tmp_path / "short")
    use(region)
    keys = ("--keys", str(tmp_path / "region" / "hub" / "keys"))

    # the mirror is behind what its own node says that it has seen
    (seen,) = written(region, tmp_path, "KH")
    for file in ("seen", "hub-call-key"):
        shutil.copy(seen / file, tmp_path / "short" / file)
    code, said = refound([tmp_path / "short"], region, tmp_path / "again", *keys)
    assert (code, "has seen is not in the longest mirror" in said) == (5, True)
    assert not (tmp_path / "again").exists()

    # nobody says so, and the node does with its first call
    (tmp_path / "short" / "seen").unlink()
    assert refound([tmp_path / "short"], region, tmp_path / "again", *keys)[0] == 0
    with opened(tmp_path / "again", region) as hub:
        with region.members["KH"].node.store.reading() as view:
            note = view.witness.latest(region.hub.log.origin)
        assert note is not None
        size = Checkpoint.parse(note.text).size
        with pytest.raises(PollRefusedError):
            poll(hub, region.members["KH"].link.enrolment, Poll(size, str(note), None, 0.0))
        with pytest.raises(RecoveringError, match="KH, LA"):
            begin_again(region, hub)


def test_what_was_changed_or_is_another_history_founds_nothing(region: Federation, tmp_path: Path) -> None:
    use(region)
    good, other = written(region, tmp_path, "KH", "LA")
    keys = ("--keys", str(tmp_path / "region" / "hub" / "keys"))

    size = Checkpoint.parse(LogDirectory(other).checkpoint().text).size
    bundle = other / Bundle(0, size).path
    bundle.write_bytes(bundle.read_bytes().replace(b'"KH"', b'"TH"'))
    code, said = refound([good, other], region, tmp_path / "again", *keys)
    assert (code, f"{other} is no whole mirror" in said) == (5, True)

    # the log has signed another history too, which is longer
    with region.hub.store.reading() as view:
        entries = list(view.log.read_entries(0, size))
    other_log, storage = Log(region.hub.log.signer), MemoryStorage()
    other_log.append(storage, [*entries[:-1], entries[0], entries[0]], int(region.clock.now().timestamp()))
    export(other_log, storage, tmp_path / "two")
    code, said = refound([good, tmp_path / "two"], region, tmp_path / "again", *keys)
    assert (code, "two histories" in said) == (5, True)
    assert "--evidence-to" in said

    # keys of another hub
    shutil.copytree(tmp_path / "region" / "KH" / "keys", tmp_path / "keys")
    assert refound([good], region, tmp_path / "again", "--keys", str(tmp_path / "keys"))[0] != 0
    # no key, and nobody says what key the hub's replies had
    (good / "hub-call-key").write_text("no key", "utf-8")
    code, said = refound([good], region, tmp_path / "again")
    assert (code, "hub-call-key is no key" in said) == (5, True)
    (good / "hub-call-key").unlink()
    code, said = refound([good], region, tmp_path / "again")
    assert (code, "No mirror says" in said) == (5, True)
    assert not (tmp_path / "again").exists()
    with pytest.raises(MirrorsError, match="is there already"):
        write_mirror(region.members["KH"].node, tmp_path / "region" / "KH", good)


def test_the_drill_works_as_the_page_says_also_without_any_key(region: Federation, tmp_path: Path) -> None:
    use(region)
    for code in ("KH", "LA"):
        mirror(region, code, tmp_path)
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("safelane ")]
    assert len(lines) == 9
    key = str(region.hub.log.key)
    places = {
        "KEY": key, "KEYS": str(tmp_path / "region" / "hub" / "keys"), "HUB": str(tmp_path / "first"),
    }  # fmt: skip
    for line in lines:
        words = shlex.split(line)[1:]
        if words[:2] == ["log", "mirror"]:
            for code in ("KH", "LA"):
                said = _run(["log", "mirror", str(tmp_path / code), "--dir", str(tmp_path / "region" / code)])
                assert f"This node has seen {head(region.hub).size} entries of it." in said
            continue
        if words[:2] == ["hub", "refound"]:
            words += UNENCRYPTED
            if "--keys" not in words:
                places["HUB"] = str(tmp_path / "second")
            place = words.index("MIRROR")
            words[place : place + 1] = [str(tmp_path / "KH"), str(tmp_path / "LA")]
            if "--without" in words:
                place = words.index("--without")
                words[place : place + 2] = ["--without", "KH", "--without", "LA"]
        if words[1] == "rotate-witness-key" and places["HUB"].endswith("first"):
            with opened(tmp_path / "first", region) as hub:  # served, until each member has called
                for code in ("KH", "LA"):
                    call(region, hub, code)
        _run([places.get(word, word) for word in words])

    # Each node is told the two keys by telephone, and believes the hub again.
    with opened(tmp_path / "second", region) as hub:
        log_key, call_key = str(hub.log.key), str(hub.reply_signer.key)
        assert log_key != key
        begin_again(region, hub)
        for code, member in region.members.items():
            place = tmp_path / "region" / code
            with pytest.raises(LinkError, match="does not extend"):
                call(region, hub, code)
            config = read_config(place, MemberConfig)
            write_config(place, replace(config, hub_log_key=log_key, hub_call_key=call_key))
            with open_member(place, region.clock) as node:
                link = replace(member.link, hub=hub)
                for _ in range(3):
                    run_round(node, member.cube_cache, link, 0.0)
        with hub.store.reading() as view:
            assert len(view.log.cosignatures(head(hub).size)) == 2


def _run(words: list[str]) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, f"{words}: {done.output}"
    return done.output
