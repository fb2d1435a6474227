"""Kills a writing log at random moments, again and again, and checks that nothing acknowledged is ever lost.

    python benchmarks/log/kill_log.py [rounds] [--url DATABASE_URL]
    python benchmarks/log/kill_log.py [rounds] --region [--minutes 60]

Each round starts a process in which eight threads append through the sequencer and print every receipt once
it is durable. The process is killed without warning; then the whole log is checked, with every receipt that
was printed in this round, and at the end with those of all rounds. With `--region`, a real hub and a real
node are killed while analysts ask them (`kill_region.py`).
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path

from sqlalchemy import BigInteger, Column, Table, insert, select

from audit.formats.merkle import leaf_hash, root_of
from audit.formats.note import Signer, Verifier
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.log.staging import SequencedLog
from gateway.store.engine.database import Database, sqlite_url
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.schema import metadata
from gateway.store.engine.sequencer import Sequencer

LOG = SequencedLog(Signer.from_seed("log.example/killed", bytes(range(32))))
POLICY = Policy.of(Verifier(LOG.key))
THREADS = 8
explained = Table("explained", metadata, Column("entry", BigInteger, primary_key=True, autoincrement=False))


class LostError(Exception):
    """Something that was acknowledged is not there, or does not fit."""


def require(condition: bool, message: str) -> None:
    if not condition:
        raise LostError(message)


def write_for_ever(url: str) -> None:
    """What the killed process does. Prints receipts as one line of hexadecimal digits each."""
    database = Database(url)
    sequencer = Sequencer(LOG, database.writing, lambda c: SqlLogStorage(c, LOG.origin), time.time)
    printing = threading.Lock()

    def write(thread: int) -> None:
        for number in count():
            entry = b"%d %d %d" % (thread, number, time.time_ns())
            with sequencer.writing(receipts=True) as unit:
                (index,) = LOG.append(unit.log, [entry], 0)
                unit.connection.execute(insert(explained).values(entry=index))
            (receipt,) = unit.receipts
            with printing:
                sys.stdout.write(f"{entry.hex()} {str(receipt).encode().hex()}\n")
                sys.stdout.flush()

    for thread in range(THREADS):
        threading.Thread(target=write, args=(thread,)).start()


def kill_once(url: str, seconds: float) -> list[tuple[bytes, Receipt]]:
    """Receipts that a process acknowledged within `seconds` of its first, until it was killed."""
    command = [sys.executable, __file__, "--write", "--url", url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout
    require(output is not None, "the writing process has no output")
    lines = [output.readline()]
    killer = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
    killer.start()
    lines += output.readlines()
    process.wait()
    killer.join()
    complete = [line.split() for line in lines if line.endswith("\n")]  # the last may have been cut off
    return [(bytes.fromhex(e), Receipt.parse(bytes.fromhex(r).decode())) for e, r in complete]


def check(url: str, acknowledged: list[tuple[bytes, Receipt]]) -> int:
    """Check the whole log and every receipt; returns the log's size. Raises LostError or AuditError."""
    database = Database(url)
    with database.reading() as connection:
        storage = SqlLogStorage(connection, LOG.origin)
        note = LOG.checkpoint(storage)
        signed = POLICY.verify(note).checkpoint
        entries = storage.read_entries(0, signed.size)
        leaves = [leaf_hash(entry) for entry in entries]
        states = connection.execute(select(explained.c.entry).order_by(explained.c.entry)).scalars().all()
        roots = {
            receipt.checkpoint.text: LOG.root(storage, int(receipt.checkpoint.text.split("\n")[1]))
            for _, receipt in acknowledged
        }
    database.close()
    require(root_of(leaves) == signed.root, "the entries do not lead to the signed root")
    require(list(states) == list(range(signed.size)), "entries and the state that they explain differ")
    for entry, receipt in acknowledged:
        checkpoint = receipt.verify(entry, POLICY).checkpoint
        require(entries[receipt.index] == entry, "an acknowledged entry is lost")
        require(roots[receipt.checkpoint.text] == checkpoint.root, "two checkpoints are inconsistent")
    return signed.size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=100)
    parser.add_argument("--url", help="database, instead of SQLite in a temporary directory")
    parser.add_argument("--region", action="store_true", help="kill a real hub and a real node instead")
    parser.add_argument("--minutes", type=float, default=60, help="after which no region is killed any more")
    parser.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write_for_ever(options.url)
        return
    if options.region:
        # Here, so that a process that only writes does not wait for all that a region needs.
        from kill_region import kill_region  # noqa: PLC0415

        kill_region(options.rounds, options.minutes)
        return
    with tempfile.TemporaryDirectory() as name:
        url = options.url or sqlite_url(Path(name) / "state.sqlite")
        database = Database(url)
        with database.writing() as connection:
            metadata.create_all(connection)
            LOG.create(SqlLogStorage(connection, LOG.origin), 1)
        database.close()
        acknowledged: list[tuple[bytes, Receipt]] = []
        for _ in range(options.rounds):
            this_round = kill_once(url, random.uniform(0.0, 0.3))
            check(url, this_round)
            acknowledged += this_round
        size = check(url, acknowledged)
        print(f"{options.rounds} kills: {len(acknowledged)} receipts acknowledged, none lost; {size} entries")


if __name__ == "__main__":
    main()
