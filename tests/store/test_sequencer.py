"""Group commit: many writers, one transaction, and no caller returns before the commit is durable."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from audit.errors import EntryTooLargeError
from audit.formats.note import Signer, Verifier
from audit.log.log import SignedCheckpoint
from audit.log.policy import Policy
from audit.log.staging import SequencedLog, StagedStorage
from gateway.store.engine.database import Database, StorageError, sqlite_url
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.schema import metadata
from gateway.store.engine.sequencer import MOST_TOGETHER, RolledBackError, Sequencer, UnknownOutcomeError

LOG = SequencedLog(Signer.from_seed("log.example/hub", bytes(range(32))))
POLICY = Policy.of(Verifier(LOG.key))
PATIENCE = 60
"""Seconds after which something is wrong even on a busy machine."""


class Transactions:
    """Opens the database's write transactions, counts them, and can make a commit fail."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.opened = 0
        self.on_begin: Callable[[Connection], None] = lambda _: None
        self.on_commit: Callable[[Connection], None] = lambda _: None
        self.after_commit: Callable[[], None] = lambda: None
        self.waiting: Callable[[], int] = lambda: 0
        """How many callers wait for their turn."""

    @contextmanager
    def __call__(self) -> Iterator[Connection]:
        self.opened += 1
        with self.database.writing() as connection:
            self.on_begin(connection)
            yield connection
            self.on_commit(connection)
        self.after_commit()


@contextmanager
def prepared(url: str) -> Iterator[Database]:
    """A database with an empty log and a table for the state that its entries explain."""
    database = Database(url)
    with database.writing() as connection:
        metadata.create_all(connection)
        connection.execute(text("CREATE TABLE state (entry INTEGER PRIMARY KEY, value TEXT)"))
        LOG.create(SqlLogStorage(connection, LOG.origin), now=1)
    yield database
    database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with prepared(database_url) as database:
        yield database


@pytest.fixture
def transactions(database: Database) -> Transactions:
    return Transactions(database)


def sequencer_of(transactions: Transactions) -> Sequencer:
    made = Sequencer(LOG, transactions, lambda c: SqlLogStorage(c, LOG.origin), lambda: 1_700_000_000.0)
    transactions.waiting = lambda: made._waiting
    return made


@pytest.fixture
def sequencer(transactions: Transactions) -> Sequencer:
    return sequencer_of(transactions)


def write(sequencer: Sequencer, value: str) -> int:
    """A use case: an entry, and the state that it explains, under the entry's number."""
    with sequencer.writing() as unit:
        (number,) = LOG.append(unit.log, [value.encode()], now=1)
        unit.connection.execute(text("INSERT INTO state VALUES (:n, :v)"), {"n": number, "v": value})
    return number


def kept(database: Database) -> tuple[SignedCheckpoint, list[str], list[str]]:
    """The head, and the values in the log and in the state, which must be the same."""
    with database.reading() as connection:
        storage = SqlLogStorage(connection, LOG.origin)
        head = storage.latest_checkpoint()
        assert head is not None
        entries = [e.decode() for e in storage.read_entries(0, head.size)]
        rows = connection.execute(text("SELECT entry, value FROM state ORDER BY entry")).all()
    assert [row.entry for row in rows] == list(range(head.size))
    return head, entries, [row.value for row in rows]


def together(actions: list[Callable[[], object]], transactions: Transactions) -> list[object]:
    """Run actions in threads that all arrive while a first commit runs; returns results and exceptions."""
    results: list[object] = [None] * len(actions)
    committing, go_on = threading.Event(), threading.Event()
    slow, first = transactions.on_commit, threading.Event()

    def hold_first(connection: Connection) -> None:
        if not first.is_set():
            first.set()
            committing.set()
            go_on.wait(PATIENCE)
        slow(connection)

    transactions.on_commit = hold_first

    def run(i: int) -> None:
        try:
            results[i] = actions[i]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(actions))]
    threads[0].start()
    assert committing.wait(PATIENCE)
    for thread in threads[1:]:
        thread.start()
    go_on_when_all_wait(threads, transactions, go_on)
    for thread in threads:
        thread.join(PATIENCE)
    return results


def go_on_when_all_wait(
    threads: list[threading.Thread], transactions: Transactions, go_on: threading.Event
) -> None:
    """The first commits, and all others are counted: a busy machine takes its time to run each of them."""
    end = time.monotonic() + PATIENCE
    while transactions.waiting() < len(threads) - 1:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert all(thread.is_alive() for thread in threads)
    go_on.set()


def test_one_writer_is_durable_at_once(
    sequencer: Sequencer, transactions: Transactions, database: Database
) -> None:
    assert write(sequencer, "one") == 0
    assert write(sequencer, "two") == 1
    assert transactions.opened == 2
    assert kept(database)[1:] == (["one", "two"], ["one", "two"])


def test_who_comes_while_a_commit_runs_shares_the_next(
    sequencer: Sequencer, transactions: Transactions, database: Database
) -> None:
    values = [f"value {i}" for i in range(20)]

    numbers = together([lambda v=v: write(sequencer, v) for v in values], transactions)

    assert sorted(numbers) == list(range(20))
    assert transactions.opened == 2
    head, entries, state = kept(database)
    assert entries == state
    assert [entries[n] for n in numbers] == values
    assert head.size == 20


def test_a_batch_has_an_end(sequencer: Sequencer, transactions: Transactions, database: Database) -> None:
    count = MOST_TOGETHER + 10
    together([lambda i=i: write(sequencer, str(i)) for i in range(count)], transactions)
    # On a busy machine callers come later, and a few more batches are made of the same.
    assert 3 <= transactions.opened < count // 4
    assert kept(database)[0].size == count


def test_a_caller_that_is_interrupted_while_it_waits_leaves_nobody_behind(
    sequencer: Sequencer, database: Database
) -> None:
    """It has been counted, so that the others leave the commit to it; it never comes."""
    sequencer._waiting += 1
    assert write(sequencer, "one") == 0
    assert kept(database)[1] == ["one"]


def test_one_that_fails_takes_back_only_itself(
    sequencer: Sequencer, transactions: Transactions, database: Database
) -> None:
    def fail(value: str) -> None:
        with sequencer.writing() as unit:
            (number,) = LOG.append(unit.log, [value.encode()], now=1)
            unit.connection.execute(text("INSERT INTO state VALUES (:n, :v)"), {"n": number, "v": value})
            raise ValueError(value)

    def violate() -> None:
        with sequencer.writing() as unit:
            unit.connection.execute(text("INSERT INTO state VALUES (0, 'twice')"))

    actions: list[Callable[[], object]] = [lambda: write(sequencer, "first")]
    for i in range(4):
        actions += [lambda i=i: write(sequencer, f"good {i}"), lambda i=i: fail(f"bad {i}"), violate]

    results = together(actions, transactions)

    assert [type(r) for r in results] == [int] + [int, ValueError, IntegrityError] * 4
    _, entries, state = kept(database)
    assert sorted(entries) == ["first", *(f"good {i}" for i in range(4))]
    assert entries == state


def test_an_entry_that_is_too_large_fails_its_own_caller(
    sequencer: Sequencer, transactions: Transactions, database: Database
) -> None:
    results = together(
        [
            lambda: write(sequencer, "first"),
            lambda: write(sequencer, "x" * 70_000),
            lambda: write(sequencer, "last"),
        ],
        transactions,
    )
    assert isinstance(results[1], EntryTooLargeError)
    assert sorted(kept(database)[1]) == ["first", "last"]


def test_a_commit_that_is_not_confirmed_is_an_unknown_outcome_for_all(
    sequencer: Sequencer, transactions: Transactions, database: Database
) -> None:
    """The connection breaks after the database has committed: it is there, but nobody could know."""

    def break_second() -> None:
        if transactions.opened == 2:
            raise StorageError("The connection to the database was lost.")

    transactions.after_commit = break_second

    results = together([lambda i=i: write(sequencer, str(i)) for i in range(5)], transactions)

    assert [type(r) for r in results] == [int] + [UnknownOutcomeError] * 4
    assert write(sequencer, "after") == 5
    assert kept(database)[0].size == 6


def test_a_commit_that_fails_leaves_nothing(
    sequencer: Sequencer, transactions: Transactions, database: Database
) -> None:
    def full_disk(_: Connection) -> None:
        raise StorageError("The database did not answer: disk is full")

    write(sequencer, "before")
    transactions.on_commit = full_disk
    with pytest.raises(UnknownOutcomeError, match="disk is full"):
        write(sequencer, "lost")
    transactions.on_commit = lambda _: None
    assert write(sequencer, "after") == 1
    assert kept(database)[1] == ["before", "after"]


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    """SQLite's own limit on pages stands for the end of the disk."""
    with prepared(sqlite_url(tmp_path / "small.sqlite")) as database:
        transactions = Transactions(database)
        sequencer = sequencer_of(transactions)
        write(sequencer, "before")
        transactions.on_begin = lambda c: c.exec_driver_sql("PRAGMA max_page_count = 60").close()
        refused = []
        for _ in range(20):
            try:
                write(sequencer, "x" * 30_000)
            except StorageError as error:
                refused.append(str(error))
        assert refused
        assert not any("xxx" in message for message in refused)
        transactions.on_begin = lambda c: c.exec_driver_sql("PRAGMA max_page_count = 100000").close()

        number = write(sequencer, "after")

        head, entries, state = kept(database)
    assert head.size == number + 1 == 20 - len(refused) + 2
    assert entries == state


def test_a_damaged_log_takes_everything_back(sequencer: Sequencer, database: Database) -> None:
    write(sequencer, "one")
    with database.writing() as connection:
        connection.execute(text("UPDATE log_tiles SET hashes = :h"), {"h": bytes(32)})

    with pytest.raises(RolledBackError, match="damaged"):
        write(sequencer, "two")

    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM state")).scalar_one() == 1


def test_a_database_that_cannot_be_opened_is_told_and_blocks_nobody(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "missing" / "state.sqlite"))
    sequencer = Sequencer(LOG, database.writing, lambda c: SqlLogStorage(c, LOG.origin), lambda: 1.0)
    for _ in range(2):
        with pytest.raises(StorageError):
            write(sequencer, "x")
    database.close()


def test_receipts_come_with_the_commit(
    sequencer: Sequencer, transactions: Transactions, database: Database
) -> None:
    def ask(i: int) -> None:
        with sequencer.writing(receipts=True) as unit:
            LOG.append(unit.log, [b"a %d" % i, b"b %d" % i], now=1)
            assert unit.receipts == ()
        first, second = unit.receipts
        assert (first.index, second.index) == tuple(unit.numbers)
        first.verify(b"a %d" % i, POLICY)
        second.verify(b"b %d" % i, POLICY)

    results = together([lambda i=i: ask(i) for i in range(10)], transactions)

    assert results == [None] * 10
    with database.reading() as connection:
        assert LOG.checkpoint(SqlLogStorage(connection, LOG.origin)).text.split("\n")[1] == "20"


def test_a_staged_entry_is_not_in_the_log_before_it_is_sealed(database: Database) -> None:
    with database.writing() as connection:
        storage = SqlLogStorage(connection, LOG.origin)
        staged = StagedStorage(storage)
        assert LOG.append(staged, [b"one"], now=1) == range(1)
        assert LOG.append(storage, [], now=1) == range(0)
        head = staged.latest_checkpoint()
        assert head is not None
        assert head.size == 0
        assert staged.seal(LOG, now=1) == range(1)
        LOG.receipt(staged, 0).verify(b"one", POLICY)


def test_what_another_process_wrote_is_seen(sequencer: Sequencer, database: Database) -> None:
    """A command that appends beside the server takes its turn in the database."""
    write(sequencer, "one")
    other = Database(database.url)
    with other.writing() as connection:
        LOG.append(SqlLogStorage(connection, LOG.origin), [b"two"], now=1)
        connection.execute(text("INSERT INTO state VALUES (1, 'two')"))
    other.close()
    assert write(sequencer, "three") == 2
    assert kept(database)[1] == ["one", "two", "three"]
