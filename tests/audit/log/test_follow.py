"""Following a log over real HTTP: it may only grow, a mirror grows with it, and every lie is an alarm."""

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any

import pytest
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.errors import MalformedError, NotInLogError, UnreachableError
from audit.events.events import KeyChanged, encode
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.evidence import Evidence, Finding
from audit.formats.note import Signer, Verifier
from audit.formats.tiles import Bundle
from audit.log.directory import LogDirectory, export
from audit.log.file_lock import held_file
from audit.log.log import FormerKey, Log
from audit.log.mirror import CheckedTiles, finish_mirror, grow_mirror
from audit.log.policy import Policy
from audit.log.serve import serve
from audit.log.verify import verify_log
from audit.log.web_source import web_source

WITNESS = Cosigner.from_seed("witness.example", bytes(range(32, 64)))
Change = Callable[[bytes], bytes | None]


class Server(ThreadingHTTPServer):
    """Without the question to the name service that the library's own asks."""

    server_bind = TCPServer.server_bind


class Served:
    """A log over HTTP. `changes` are made to the body of a path; None in place of one is status 404."""

    def __init__(self) -> None:
        self.log: Log
        self.storage: MemoryStorage
        self.changes: dict[str, Change] = {}
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = served.body(self.path.removeprefix("/log/"))
                self.send_response(404 if body is None else 200)
                if body is not None and "gzip" in self.headers.get("Accept-Encoding", ""):
                    body = gzip.compress(body, 1)
                    self.send_header("Content-Encoding", "gzip")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/log"

    def body(self, path: str) -> bytes | None:
        self.asked.append(path)
        found = serve(self.log, self.storage, path)
        body = None if found is None else found.body
        change = self.changes.get(path)
        return body if change is None else change(body or b"")

    def show(self, log: Log, storage: MemoryStorage) -> None:
        self.log, self.storage = log, storage
        self.asked.clear()


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    served = Served()
    thread = threading.Thread(target=served.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.server.shutdown()
    thread.join()
    served.server.server_close()


@pytest.fixture
def served(running: Served, log: Log, storage: MemoryStorage) -> Served:
    grow(log, storage, 0, 300)
    running.show(log, storage)
    running.changes.clear()
    return running


def grow(log: Log, storage: MemoryStorage, start: int, end: int, word: str = "entry") -> None:
    log.append(storage, [f"{word} {number}".encode() for number in range(start, end)], now=2)


@dataclass
class Following:
    """Runs the command. `path` holds its state and its mirror, `log` is the log that is followed."""

    served: Served
    path: Path
    log: Log
    honest: MemoryStorage

    def __call__(self, *more: str, key: str = "", url: str = "") -> int:
        state = str(self.path / "state")
        known = key or str(self.log.key)
        return main(["follow", url or self.served.url, "--state", state, "--vkey", known, *more])

    def mirrored(self) -> list[bytes]:
        """The entries of the mirror, read as another auditor reads any export."""
        found: list[bytes] = []
        policy = Policy.of(Verifier(self.log.key))
        verify_log(LogDirectory(self.path / "state.mirror"), policy, lambda _, entry: found.append(entry))
        return found


@pytest.fixture
def follow(served: Served, tmp_path: Path, log: Log) -> Following:
    return Following(served, tmp_path, log, served.storage)


def test_a_mirror_grows_with_the_log_and_only_what_is_new_is_fetched(
    served: Served, follow: Following, tmp_path: Path, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow() == 0
    assert len(follow.mirrored()) == 300
    assert follow() == 0
    assert "nothing new; 0 files" in capsys.readouterr().out

    grow(log, served.storage, 300, 700)
    served.asked.clear()
    assert follow() == 0

    assert follow.mirrored() == [f"entry {number}".encode() for number in range(700)]
    assert not {"tile/0/000", "tile/entries/000"} & set(served.asked)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.p/*")}
    assert len(files) == 3  # nothing of before is left at the right edge
    assert "cosigned by no known witness" in capsys.readouterr().out


def test_what_an_interrupted_run_wrote_is_kept_and_what_the_disk_lost_is_fetched_again(
    served: Served, follow: Following, tmp_path: Path, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    grow(log, served.storage, 300, 600)
    served.changes["tile/entries/001"] = lambda _: None
    assert follow() == 1
    assert "ALARM" in capsys.readouterr().err
    served.changes.clear()
    (tmp_path / "state.mirror" / "tile" / "0" / "000").write_bytes(b"rotten")
    served.asked.clear()

    assert follow() == 0

    assert len(follow.mirrored()) == 600
    assert "tile/entries/000" not in served.asked
    assert "tile/0/000" in served.asked


def test_a_sparing_mirror_asks_for_new_entries_alone_and_the_rest_follows(
    served: Served, follow: Following, log: Log, tmp_path: Path
) -> None:
    assert follow() == 0
    path = tmp_path / "state.mirror"

    def mirror(start: int, size: int) -> list[str]:
        grow(log, served.storage, start, size)
        served.asked.clear()
        note = log.checkpoint(served.storage)
        tiles = CheckedTiles(Checkpoint.parse(note.text), web_source(served.url), path, sparing=True)
        grow_mirror(tiles, path, start)
        finish_mirror(path, note, [log.key], [])
        assert len(follow.mirrored()) == size
        return list(served.asked)

    assert mirror(300, 310) == ["tile/entries/001.p/54"]
    (path / "tile" / "1" / "000.p" / "1").write_bytes(bytes(32))
    assert mirror(310, 311) == ["tile/entries/001.p/55", "tile/1/000.p/1"]


def test_a_tile_that_has_grown_since_is_had_as_a_whole(
    served: Served, follow: Following, tmp_path: Path, log: Log
) -> None:
    earlier = str(log.checkpoint(served.storage)).encode()
    grow(log, served.storage, 300, 600)
    served.changes["checkpoint"] = lambda _: earlier
    for path in ("tile/0/001.p/44", "tile/entries/001.p/44"):
        served.changes[path] = lambda _: None

    assert follow() == 0
    assert len(follow.mirrored()) == 300


@pytest.mark.parametrize(("shared", "size"), [(0, 300), (200, 300), (299, 800), (256, 301)])
def test_a_fork_is_an_alarm_with_evidence_that_anybody_can_check(
    follow: Following, capsys: pytest.CaptureFixture[str], shared: int, size: int
) -> None:
    log, served = follow.log, follow.served
    assert follow() == 0
    other = MemoryStorage(log.origin)
    log.create(other, now=1)
    if shared:
        grow(log, other, 0, shared)
    grow(log, other, shared, size, "another")
    served.show(log, other)

    assert follow() == 1
    assert follow() == 1  # the fork is not what is followed from now on
    (follow.path / "state").unlink()
    assert follow() == 1  # the mirror remembers what was seen, too

    said = capsys.readouterr().err
    assert "ALARM: fork: " in said
    evidence = follow.path / "state.evidence-1.json"
    assert str(evidence) in said
    assert Evidence.parse(evidence.read_text("utf-8")).verify([Verifier(log.key)]) is Finding.FORK
    assert not (follow.path / "state.evidence-2.json").exists()
    assert follow.mirrored()[-1] == b"entry 299"  # the first history stays


def test_an_older_state_that_was_put_back_forgets_nothing(
    follow: Following, capsys: pytest.CaptureFixture[str]
) -> None:
    log, served = follow.log, follow.served
    assert follow() == 0
    state = follow.path / "state"
    older = state.read_bytes()
    grow(log, served.storage, 300, 400)
    assert follow() == 0
    state.write_bytes(older)
    fork = MemoryStorage(log.origin)
    log.create(fork, now=1)
    grow(log, fork, 0, 300)
    grow(log, fork, 300, 500, "another")
    served.show(log, fork)

    assert follow() == 1

    assert "ALARM: fork: " in capsys.readouterr().err
    assert follow.mirrored()[-1] == b"entry 399"


def test_a_log_that_shrinks_is_an_alarm(
    served: Served, follow: Following, tmp_path: Path, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow() == 0
    other = MemoryStorage(log.origin)
    log.create(other, now=1)
    grow(log, other, 0, 200)
    served.show(log, other)

    assert follow() == 1
    assert "ALARM: rollback: " in capsys.readouterr().err
    evidence = Evidence.parse((tmp_path / "state.evidence-1.json").read_text("utf-8"))
    assert evidence.verify([Verifier(log.key)]) is Finding.ROLLBACK


def flipped(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("tile/0/001.p/44", lambda body: body + b"\0"),  # trailing bytes
        ("tile/0/001.p/44", lambda body: body[:-32]),
        ("tile/0/001.p/44", flipped),
        ("tile/0/000", flipped),
        ("tile/1/000.p/1", flipped),
        ("tile/entries/000", flipped),
        ("tile/entries/001.p/44", lambda body: body + b"\0\0"),
        ("tile/entries/001.p/44", lambda body: body[:-4]),
        ("checkpoint", lambda body: body.replace(b"300", b"301")),
        ("checkpoint", lambda _: b"\xff"),
        ("checkpoint", lambda _: b"x" * 2_000_000),
    ],
)
def test_whatever_is_not_under_the_checkpoint_is_an_alarm_and_never_in_the_mirror(
    follow: Following, capsys: pytest.CaptureFixture[str], path: str, change: Change
) -> None:
    served = follow.served
    served.changes[path] = change

    assert follow() == 1
    assert "ALARM" in capsys.readouterr().err
    assert not (follow.path / "state.mirror" / "checkpoint").exists()

    served.changes.clear()
    assert follow() == 0
    assert len(follow.mirrored()) == 300


@pytest.mark.parametrize("paths", [("tile/0/000", "tile/entries/000"), ()])
def test_tiles_and_entries_that_agree_with_each_other_must_lead_to_the_root_too(
    served: Served, follow: Following, capsys: pytest.CaptureFixture[str], paths: tuple[str, ...]
) -> None:
    forged = MemoryStorage(follow.log.origin)
    follow.log.create(forged, now=1)
    grow(follow.log, forged, 0, 300, "forged")
    honest = served.storage
    if paths:
        for path in paths:
            served.changes[path] = lambda _, path=path: serve(follow.log, forged, path).body
    else:
        checkpoint = str(follow.log.checkpoint(honest)).encode()
        served.show(follow.log, forged)
        served.changes["checkpoint"] = lambda _: checkpoint

    assert follow() == 1
    assert "ALARM" in capsys.readouterr().err
    assert not (follow.path / "state.mirror" / "tile" / "entries" / "000").exists()


def test_a_mirror_can_be_followed_and_one_that_lies_cannot(
    served: Served, follow: Following, tmp_path: Path, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow() == 0
    first = tmp_path / "state.mirror"
    for path in first.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            served.changes[path.relative_to(first).as_posix()] = lambda _, content=content: content
    second = ["--state", str(tmp_path / "second")]
    assert follow(*second) == 0

    stranger = Log(Signer.from_seed(log.origin, bytes(32)))
    forged = MemoryStorage(log.origin)
    stranger.create(forged, now=1)
    grow(stranger, forged, 0, 400)
    served.changes.clear()
    served.show(stranger, forged)
    assert follow(*second) == 1
    assert "ALARM" in capsys.readouterr().err


def test_a_state_or_a_mirror_of_another_log_is_refused_and_is_no_alarm(
    served: Served, follow: Following, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow() == 0
    other = Log(Signer.from_seed("other.example/log", bytes(32)))
    storage = MemoryStorage(other.origin)
    other.create(storage, now=1)
    served.show(other, storage)
    key = str(other.key)
    capsys.readouterr()

    assert follow(key=key) == 1
    assert "malformed state file: its checkpoint is signed by none of the keys" in (
        said := capsys.readouterr().err
    )
    assert "ALARM" not in said
    (tmp_path / "state").unlink()
    assert follow(key=key) == 1
    assert "a mirror of log.example/hub, not of other.example/log" in capsys.readouterr().err
    (tmp_path / "state").write_text("{}", "utf-8")
    assert follow(key=key) == 1
    assert "malformed state file" in capsys.readouterr().err


@pytest.mark.parametrize("time", [5, 36_000_000_000])
def test_cosignatures_of_a_time_that_cannot_be_count_for_nothing(
    served: Served, tmp_path: Path, log: Log, capsys: pytest.CaptureFixture[str], time: int
) -> None:
    policy = tmp_path / "policy"
    policy.write_text(Policy.text(str(log.key), {"w": str(WITNESS.key)}, 1), "utf-8")
    head = Checkpoint.parse(log.checkpoint(served.storage).text)
    command = ["follow", served.url, "--state", str(tmp_path / "state"), "--policy", str(policy)]
    served.storage.add_cosignatures(head.size, [WITNESS.cosign(head, time)])

    assert main(command) == 0
    assert "fewer witnesses than the policy's quorum" in (said := capsys.readouterr().out)
    assert "cosigned by no known witness" in said
    assert main([*command, "--patience", "-1"]) == 1
    assert "ALARM: no checkpoint has had the policy's quorum" in capsys.readouterr().err

    served.storage.add_cosignatures(head.size, [WITNESS.cosign(head, 1_750_000_000)])
    assert main(command) == 0
    assert "fewer witnesses" not in capsys.readouterr().out


@pytest.mark.parametrize(("days", "code"), [(30, 0), (0, 1)])
def test_a_key_that_is_announced_under_the_former_is_followed_and_one_after_a_theft_is_not(
    follow: Following, days: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    served, log = follow.served, follow.log
    new = Signer.from_seed(log.origin, bytes(range(64, 96)))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    change = KeyChanged("log", str(log.key), str(new.key), "yearly", at + timedelta(days=days), at)
    other = KeyChanged("witness", None, "another use", "yearly", at + timedelta(days=days), at)
    assert follow() == 0
    changing = Log(new, [FormerKey(log.signer, 9 if days else 0)])
    changing.append(served.storage, [encode(other), encode(change)], now=3)
    served.show(changing, served.storage)
    assert follow() == code
    capsys.readouterr()

    after = Log(new, [FormerKey(log.signer, 1)])  # its overlap is over
    grow(after, served.storage, 302, 310)
    served.show(after, served.storage)
    assert follow() == code
    said = capsys.readouterr()
    assert (str(new.key) in said.out) == (code == 0)
    assert ("ALARM" in said.err) == (code == 1)
    if code == 0:
        assert len(LogDirectory(follow.path / "state.mirror").entries(Bundle(1, 54))) == 54
        (follow.path / "state.mirror" / "tile" / "entries" / "000").write_bytes(b"rotten")
        assert follow() == 0


@pytest.mark.parametrize("days", [30, 0], ids=["replaced in order", "replaced after a theft"])
def test_a_log_does_not_go_on_under_a_key_that_it_has_replaced(
    follow: Following, capsys: pytest.CaptureFixture[str], days: int
) -> None:
    """Whoever has stolen the former key signs what follows, and shows it to one auditor."""
    served, log = follow.served, follow.log
    new = Signer.from_seed(log.origin, bytes(range(64, 96)))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    change = KeyChanged("log", str(log.key), str(new.key), "because", at + timedelta(days=days), at)
    present = Log(new, [FormerKey(log.signer, 1)])
    present.append(served.storage, [encode(change)], now=3)
    served.show(present, served.storage)
    both = ("--vkey", str(new.key))
    assert follow(*both) == 0

    thief = Log(log.signer, [FormerKey(new, 1)])  # it has no more of the new key than its signature so far
    grow(thief, served.storage, 301, 310, "stolen")
    served.show(thief, served.storage)

    assert follow(*both) == 1
    assert "a key alone that it has itself replaced" in capsys.readouterr().err
    assert LogDirectory(follow.path / "state.mirror").entries(Bundle(1, 45))[-1] == encode(change)


def test_a_first_look_at_a_log_under_a_key_that_it_has_replaced_is_an_alarm(
    follow: Following, capsys: pytest.CaptureFixture[str]
) -> None:
    """The thief copies the log with the entry that replaced the stolen key, and continues it."""
    served, log = follow.served, follow.log
    new = Signer.from_seed(log.origin, bytes(range(64, 96)))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    change = KeyChanged("log", str(log.key), str(new.key), "because", at, at)
    Log(new, [FormerKey(log.signer, 1)]).append(served.storage, [encode(change)], now=3)
    thief = Log(log.signer, [FormerKey(new, 1)])
    grow(thief, served.storage, 301, 310, "stolen")
    served.show(thief, served.storage)

    assert follow("--vkey", str(new.key)) == 1
    assert "which has not signed this checkpoint" in capsys.readouterr().err


def test_a_key_that_a_strangers_mirror_announces_is_not_believed(
    follow: Following, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mirror that somebody hands over holds a change of keys that the log never made, in its place."""
    served, log = follow.served, follow.log
    thief = Signer.from_seed(log.origin, bytes(range(64, 96)))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    change = KeyChanged("log", str(log.key), str(thief.key), "yearly", at + timedelta(days=30), at)
    forged, storage = Log(thief), MemoryStorage(log.origin)
    forged.create(storage, now=1)
    grow(forged, storage, 0, 299)
    forged.append(storage, [encode(change)], now=2)
    handed_over = tmp_path / "handed-over"
    export(forged, storage, handed_over)
    served.show(forged, storage)

    assert follow("--mirror", str(handed_over)) == 1
    assert "ALARM" in capsys.readouterr().err
    # under the true log's last checkpoint, which stands in the mirror in place of the thief's
    (handed_over / "checkpoint").write_text(str(log.checkpoint(follow.honest)), "utf-8")
    assert follow("--mirror", str(handed_over)) == 1
    assert "ALARM" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


def test_of_two_looks_at_once_the_second_is_left_out(
    follow: Following, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would write what it saw over what the other saw, which may be newer."""
    with held_file(tmp_path / "state.lock"):
        assert follow() == 4
    assert "another look" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()
    assert follow() == 0


def test_a_log_out_of_reach_is_no_alarm(follow: Following, capsys: pytest.CaptureFixture[str]) -> None:
    assert follow(url="http://127.0.0.1:1/log") == 4
    assert "nothing is known of the log" in capsys.readouterr().err
    assert follow(url="file:///etc") == 1


def test_a_small_reply_that_unpacks_to_much_is_refused(served: Served) -> None:
    served.changes["checkpoint"] = lambda _: bytes(50_000_000)
    source = web_source(served.url)

    with pytest.raises(MalformedError, match="longer than 1000 bytes"):
        source("checkpoint", 1000)
    with pytest.raises(NotInLogError):
        source("nothing", 1000)
    with pytest.raises(UnreachableError):
        web_source("http://127.0.0.1:1")("checkpoint", 1000)
