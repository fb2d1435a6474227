"""How fast the log is: receipts under load, beside what the disk alone can do, and checking a whole log.

    python benchmarks/log/receipts.py [--url DATABASE_URL] [--callers 64] [--seconds 10] [--entries 70000]
        [--witness-key-type ed25519 ml-dsa-44]

Two figures say how well appends share the disk: receipts for each commit of the sequencer, which makes the
write-ahead log durable once (group commit), and receipts for each durable append that the bare disk makes in
the same time, measured before and after the load in one run. The first is Safelane's own; the second says
little where the disk answers in 0.1 ms, or where others use it meanwhile. Seconds of the processor stand
beside those of the clock: on a machine that others use, only these compare.
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from memory_log import MemoryStorage
from sqlalchemy import Column, Connection, Integer, Table, Text, insert

from audit.events import events
from audit.events.question_events import Asked
from audit.formats.checkpoint import Checkpoint
from audit.formats.commitment import commit
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer, Verifier
from audit.formats.vkey import WITNESS_KEY_TYPES
from audit.log.directory import LogDirectory, export
from audit.log.log import Log
from audit.log.policy import Policy
from audit.log.staging import SequencedLog
from audit.log.verify import verify_log
from audit.witness.witness import MemoryWitnessStorage, Witness
from gateway.store.engine.database import Database, sqlite_url
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.schema import metadata
from gateway.store.engine.sequencer import Sequencer

AT = datetime(2026, 1, 1, tzinfo=UTC)
explained = Table(
    "explained", metadata, Column("entry", Integer, primary_key=True), Column("value", Text, nullable=False)
)
EXPLAIN = insert(explained)
"""Made once, as the stores of hub and node do."""


def asked(number: int) -> bytes:
    """An entry as the hub logs it for every question, about 350 bytes."""
    members = ("KH", "LA", "MM", "TH", "VN")
    actor = commit("actor", b"somebody").commitment
    return events.encode(
        Asked(
            question_id=f"q-{number}",
            actor=actor,
            organisation="ARMAC",
            role="analyst",
            held=("regional-reporting", "treaty-reporting"),
            purpose="regional-reporting",
            measure="casualties",
            by=("country", "year"),
            where=(),
            dictionary="2026.1",
            members=members,
            asked_at=AT,
            deadline=AT,
            late_until=AT,
        )
    )


def disk_floor(directory: Path, seconds: float = 2.0) -> float:
    """Appends of 4 kB made durable per second, one after the other: what the disk alone can do."""
    sync = getattr(os, "fdatasync", os.fsync)
    descriptor = os.open(directory / "floor", os.O_WRONLY | os.O_CREAT)
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        os.write(descriptor, bytes(4096))
        sync(descriptor)
        count += 1
    os.close(descriptor)
    return count / seconds


def run_callers(ask: Callable[[int], None], callers: int, seconds: float) -> list[float]:
    """Latencies in milliseconds of every request that `callers` threads got through, each at least one.

    Raises what a request raises.
    """
    end = time.perf_counter() + seconds

    def caller(first: int) -> list[float]:
        latencies: list[float] = []
        while not latencies or time.perf_counter() < end:
            start = time.perf_counter()
            ask(first + len(latencies) * callers)
            latencies.append((time.perf_counter() - start) * 1000)
        return latencies

    with ThreadPoolExecutor(callers) as pool:
        return [latency for made in pool.map(caller, range(callers)) for latency in made]


class Witnesses:
    """Three witnesses that cosign the log's checkpoint again and again, beside the callers."""

    def __init__(self, log: Log, database: Database, sequencer: Sequencer, key_type: int) -> None:
        self._log, self._database, self._sequencer = log, database, sequencer
        verifier = Verifier(log.key)
        self._witnesses = [
            Witness(Cosigner.generate(f"witness-{i}.example", key_type), [verifier], MemoryWitnessStorage())
            for i in range(3)
        ]
        self.stop = threading.Event()
        self.cosigned = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def finish(self) -> None:
        self.stop.set()
        self._thread.join()

    def _run(self) -> None:
        seen = 0
        while not self.stop.wait(0.05):
            with self._database.reading() as connection:
                storage = SqlLogStorage(connection, self._log.origin)
                note = self._log.checkpoint(storage)
                size = Checkpoint.parse(note.text).size
                proof = self._log.consistency(storage, seen, size)
            lines = [w.update(seen, proof, note, int(time.time())) for w in self._witnesses]
            with self._sequencer.writing() as unit:
                unit.log.add_cosignatures(size, lines)
            seen = size
            self.cosigned += 1


def under_load(url: str, callers: int, seconds: float, directory: Path, key_type: str) -> None:
    """Append for `callers` at once; what the disk of `directory` does alone is measured before and after."""
    before_it = disk_floor(directory)
    log = SequencedLog(Signer.generate("log.example/hub"))
    database = Database(url)
    with database.writing() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        log.create(SqlLogStorage(connection, log.origin), int(time.time()))
    sizes: list[int] = []
    commits = 0

    @contextmanager
    def counted() -> Iterator[Connection]:
        nonlocal commits
        with database.writing() as connection:
            yield connection
        commits += 1

    sequencer = Sequencer(log, counted, lambda c: SqlLogStorage(c, log.origin), time.time)

    def ask(number: int) -> None:
        with sequencer.writing(receipts=True) as unit:
            (index,) = log.append(unit.log, [asked(number)], 0)
            unit.connection.execute(EXPLAIN, {"entry": index, "value": "state that it explains"})
        (receipt,) = unit.receipts
        sizes.append(len(str(receipt)))

    witnesses = Witnesses(log, database, sequencer, WITNESS_KEY_TYPES[key_type])
    before = time.process_time()
    try:
        latencies = run_callers(ask, callers, seconds)
    finally:
        witnesses.finish()
    spent = time.process_time() - before
    after_it = disk_floor(directory)
    print(f"disk floor: {before_it:.0f} durable appends/s before, {after_it:.0f} after")
    ordered = sorted(latencies)
    rate, p50, p99 = len(ordered) / seconds, statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
    print(f"{callers} callers, {key_type}: {rate:.0f} receipts/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    each = 1000 * spent / len(ordered)
    print(f"  {len(ordered) / commits:.1f} receipts for each commit, {each:.2f} ms of CPU each")
    by_floor = f"{rate / before_it:.1f} (before) and {rate / after_it:.1f} (after)"
    print(f"  {by_floor} receipts for each durable append that the bare disk can make")
    with database.reading() as connection:
        fullest = len(str(log.fullest_receipt(SqlLogStorage(connection, log.origin), 0)))
    print(f"  longest receipt {max(sizes)} bytes when given, {fullest} bytes with every cosignature")
    print(f"  {witnesses.cosigned} checkpoints cosigned by three witnesses")
    with database.writing() as connection:
        metadata.drop_all(connection)
    database.close()


def checking(entries: int, directory: Path) -> None:
    log, storage = Log(Signer.generate("log.example/hub")), MemoryStorage()
    policy = Policy.of(Verifier(log.key))
    made = [asked(i) for i in range(entries)]
    steps: list[tuple[str, Callable[[], object]]] = [
        ("appended", lambda: log.append(storage, made, 0)),
        ("exported", lambda: export(log, storage, directory)),
        ("verified", lambda: verify_log(LogDirectory(directory), policy)),
        ("verified, every entry read", lambda: verify_log(LogDirectory(directory), policy, read_entry)),
    ]
    for name, step in steps:
        start, before = time.perf_counter(), time.process_time()
        step()
        took, spent = time.perf_counter() - start, time.process_time() - before
        print(f"{entries} entries {name} in {took:.2f} s, {spent:.2f} CPU s, {peak():.0f} MB at most")


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read_entry(_: int, entry: bytes) -> None:
    events.decode(entry)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="database, instead of SQLite in a temporary directory")
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--witness-key-type", nargs="+", choices=[*WITNESS_KEY_TYPES], default=["ml-dsa-44"])
    parser.add_argument("--entries", type=int, nargs="*", default=[70_000])
    parser.add_argument("--dir", help="where the temporary directory is made: the disk that is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.dir) as name:
        directory = Path(name)
        url = options.url or sqlite_url(directory / "state.sqlite")
        for callers in (1, options.callers):
            for key_type in options.witness_key_type:
                under_load(url, callers, options.seconds, directory, key_type)
        for entries in options.entries:
            checking(entries, directory / f"export-{entries}")


if __name__ == "__main__":
    main()
