"""What breaks around a log: the disk fills, the clock jumps, witnesses lie and stall. The log stays whole."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from federation import Federation, federation
from memory_log import MemoryStorage
from simulation import HandClock
from sqlalchemy import event

from audit.errors import WitnessError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.note import Note, Signer, Verifier
from audit.log.directory import LogDirectory, export
from audit.log.log import SignedCheckpoint
from audit.log.policy import Policy
from audit.log.staging import SequencedLog
from audit.log.verify import verify_log
from audit.witness.client import ask_witnesses
from audit.witness.server import WitnessServer
from audit.witness.state import FileWitnessStorage
from audit.witness.witness import MemoryWitnessStorage, Witness
from gateway.hub.asking import ask
from gateway.hub.monitoring import MonitorRules, monitor
from gateway.question import ask as question_of
from gateway.store.engine.database import Database, StorageError, sqlite_url
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.schema import metadata
from gateway.store.engine.sequencer import Sequencer, sequence
from gateway.watching.clocks import Tick, clock_alerts
from gateway.watching.quorum import Gathering, gather, witness_alerts

LOG = SequencedLog(Signer.from_seed("log.example/hub", bytes(range(32))))


def checked(database: Database, where: Path) -> list[bytes]:
    """Every entry of the log in a database, once an auditor's check of the whole log has passed."""
    found: list[bytes] = []
    with database.reading() as connection:
        export(LOG, SqlLogStorage(connection, LOG.origin), where)
    verify_log(LogDirectory(where), Policy.of(Verifier(LOG.key)), lambda _, entry: found.append(entry))
    return found


def write(sequencer: Sequencer, entry: bytes) -> None:
    with sequencer.writing() as unit:
        LOG.append(unit.log, [entry], 0)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(sqlite_url(tmp_path / "state.sqlite"))
    with opened.writing() as connection:
        metadata.create_all(connection)
        LOG.create(SqlLogStorage(connection, LOG.origin), now=1)
    yield opened
    opened.close()


def test_a_disk_that_fills_refuses_entries_with_the_reason_and_loses_none(
    database: Database, tmp_path: Path
) -> None:
    pages = [0]

    def limit(connection: Any) -> None:
        if pages[0]:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages[0]}")

    event.listen(database._writer, "begin", limit)
    sequencer = sequence(database, LOG)
    write(sequencer, b"before")
    with database.reading() as connection:
        pages[0] = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 8
    kept, refused = [b"before"], list[StorageError]()
    for number in range(200):
        entry = b"%03d" % number + bytes(2000)
        try:
            write(sequencer, entry)
            kept.append(entry)
        except StorageError as error:
            refused.append(error)
    assert refused
    assert all("full" in error.message for error in refused)
    assert kept == checked(database, tmp_path / "full")

    pages[0] = 1_000_000
    write(sequencer, b"after")

    assert [*kept, b"after"] == checked(database, tmp_path / "again")


def test_a_witness_whose_disk_is_full_cosigns_nothing(tmp_path: Path) -> None:
    state = FileWitnessStorage(tmp_path / "state")
    state._database.execute("PRAGMA max_page_count=2")
    cosigned: list[SequencedLog] = []

    def cosign_many() -> None:
        for number in range(60):
            log = SequencedLog(Signer.generate(f"log.example/{number:03}" + "x" * 150))
            log.create(storage := MemoryStorage(), 1)
            cosigned.append(log)
            witness = Witness(Cosigner.generate("w.example"), [Verifier(log.key)], state)
            witness.update(0, [], log.checkpoint(storage), 1)

    with pytest.raises(WitnessError, match="could not keep"):
        cosign_many()
    assert [state.latest(log.origin) is not None for log in cosigned] == [True] * (len(cosigned) - 1) + [
        False
    ]
    state.close()


def test_a_clock_that_jumps_changes_neither_order_nor_proof(database: Database, tmp_path: Path) -> None:
    """Numbers order the entries; times are only what the clock said."""
    times = iter([1_000, 2_000, 500, 499, 4_000_000_000, 600])
    sequencer = sequence(database, LOG, lambda: float(next(times)))
    entries = [b"entry %d" % n for n in range(6)]
    for entry in entries:
        write(sequencer, entry)
    assert checked(database, tmp_path / "out") == entries


START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "counted", "about"),
    [
        (60, 60, set()),
        (89, 60, set()),
        (3_660, 60, {"jump"}),
        (-3_540, 60, {"jump", "behind the log"}),
        (-25, 10, {"jump"}),
    ],
)
def test_a_clock_that_is_set_is_an_alert(seconds: float, counted: float, about: set[str]) -> None:
    before = Tick(START, 1_000.0)
    now = Tick(START + timedelta(seconds=seconds), 1_000.0 + counted)
    head = SignedCheckpoint(5, "", int(START.timestamp()))
    alerts = clock_alerts("log.example/hub", head, before, now)
    assert {alert.about for alert in alerts} == about
    assert all(alert.kind == "clock" for alert in alerts)


def test_a_clock_that_was_set_back_while_stopped_is_an_alert_at_the_first_look() -> None:
    head = SignedCheckpoint(5, "", int(START.timestamp()) + 3_600)
    (alert,) = clock_alerts("log.example/hub", head, None, Tick(START, 1.0))
    assert (alert.about, alert.entries) == ("behind the log", (4,))


class Server:
    """A server of this test, in a thread."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


Reply = Callable[[BaseHTTPRequestHandler], bytes]


def server_that(replies: Reply) -> Server:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = replies(self)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Server(ThreadingHTTPServer(("127.0.0.1", 0), Handler))


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", ready=False) as made:
        yield made


def test_witnesses_that_lie_stall_or_speak_of_another_log_hold_nothing_up(region: Federation) -> None:
    """The honest one is kept, the others are alerts with their reasons; a question goes on meanwhile."""
    hub = region.hub
    honest = Cosigner.generate("honest.example")
    bad = {name: Cosigner.generate(f"{name}.example") for name in ("liar", "sleeper", "stranger")}
    other = SequencedLog(Signer.generate("log.example/other"))
    other.create(elsewhere := MemoryStorage(), 1)
    strange = bad["stranger"].cosign(Checkpoint.parse(other.checkpoint(elsewhere).text), 1)
    asked, release = threading.Event(), threading.Event()

    def stall(_: BaseHTTPRequestHandler) -> bytes:
        asked.set()
        release.wait(10)
        return b""

    watch = Witness(honest, [Verifier(hub.log.key)], MemoryWitnessStorage())
    servers = {
        "honest": Server(WitnessServer(("127.0.0.1", 0), watch, [hub.log.origin], lambda _: None)),
        "liar": server_that(lambda _: str(honest.cosign(_head(hub.log.origin), 1)).encode()),
        "sleeper": server_that(stall),
        "stranger": server_that(lambda _: str(strange).encode()),
    }
    policy = Policy(
        (Verifier(hub.log.key),),
        {"honest": honest.verifier, **{name: c.verifier for name, c in bad.items()}},
        urls={name: server.url for name, server in servers.items()},
    )
    memory = Gathering()
    cycle = threading.Thread(
        target=lambda: gather(
            hub.log, hub.store.reading, hub.store.notes, partial(ask_witnesses, policy, timeout=1.0), memory
        )
    )
    cycle.start()
    assert asked.wait(5)
    started = time.monotonic()
    question = question_of(
        hub.dictionary, measure="casualties", by=["country"], where={}, purpose="regional-reporting"
    )
    ask(hub, region.analyst, question, timedelta(seconds=10))
    took = time.monotonic() - started
    release.set()
    cycle.join()
    for server in servers.values():
        server.stop()

    assert took < 1.0
    assert set(memory.failures) == {"liar", "sleeper", "stranger"}
    alerts = witness_alerts(hub.log.origin, memory.failures)
    monitor(hub, MonitorRules(), None, Tick(region.clock.now(), 0.0), alerts)
    with hub.store.reading() as view:
        kinds = {(kept.alert.kind, kept.alert.about) for kept in view.watch.alerts(ended=False)}
        size = memory.known["honest"]
        names = {signature.name for signature in view.log.cosignatures(size)}
    assert {("witness", "liar"), ("witness", "sleeper"), ("witness", "stranger")} <= kinds
    assert names == {"honest.example"}


def _head(origin: str) -> Checkpoint:
    return Checkpoint(origin, 1, bytes(32))


def test_a_hub_with_a_jumping_clock_goes_on_and_says_so(region: Federation) -> None:
    clock: HandClock = region.clock
    clock.move(hours=-5)
    question = question_of(
        region.hub.dictionary, measure="casualties", by=["country"], where={}, purpose="regional-reporting"
    )
    asked = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    region.members["KH"].round()
    assert [sent.entry for sent in region.members["KH"].link.sent]
    before, now = Tick(clock.now() + timedelta(hours=5), 0.0), Tick(clock.now(), 1.0)
    monitor(region.hub, MonitorRules(), before, now, [])
    with region.hub.store.reading() as view:
        kinds = {(kept.alert.kind, kept.alert.about) for kept in view.watch.alerts(ended=False)}
        note = Note.parse(str(region.hub.log.checkpoint(view.log)))
    assert ("clock", "jump") in kinds
    assert Checkpoint.parse(note.text).size == asked.asked_index + 1
    assert replace(asked, asked_index=0).members == ("KH",)
