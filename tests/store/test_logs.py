"""A log kept in a database, in one transaction with whatever its entries explain."""

from collections.abc import Iterator

import pytest
from memory_log import MemoryStorage
from sqlalchemy import Connection, Engine, create_engine, text

from audit.errors import CorruptLogError, NotInLogError, StaleLogError
from audit.formats.checkpoint import open_checkpoint
from audit.formats.cosignature import Cosigner, cosigned_at
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.note import Signer, Verifier
from audit.formats.tiles import tiles_of
from audit.formats.vkey import COSIGNATURE_V1, SUBTREE_V1
from audit.log.log import Log, SignedCheckpoint
from audit.log.policy import Policy
from audit.witness.witness import Witness
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.schema import metadata
from gateway.store.engine.witnessed import SqlWitnessStorage

ORIGIN = "log.example/hub"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def log() -> Log:
    return Log(Signer.from_seed(ORIGIN, bytes(range(32))))


def test_a_log_in_a_database_is_the_log_in_memory(engine: Engine, log: Log) -> None:
    entries = [b"entry %d" % i for i in range(1000)]
    memory = MemoryStorage()
    for start, end in ((0, 1), (1, 256), (256, 600), (600, 1000)):
        log.append(memory, entries[start:end], now=1)
        with engine.begin() as connection:
            log.append(SqlLogStorage(connection, ORIGIN), entries[start:end], now=1)

    tiles = list(tiles_of(1000))
    with engine.connect() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        assert storage.read_tiles(tiles) == memory.read_tiles(tiles)
        assert storage.read_entries(0, 1000) == entries
        assert storage.read_each([999, 3, 500]) == [entries[999], entries[3], entries[500]]
        with pytest.raises(NotInLogError, match="does not have entry 1000"):
            storage.read_each([1, 1000])
        assert log.checkpoint(storage) == log.checkpoint(memory)
        assert log.receipts(storage, [0, 255, 999]) == log.receipts(memory, [0, 255, 999])
        assert log.consistency(storage, 300, 900) == log.consistency(memory, 300, 900)


def test_an_entry_is_rolled_back_with_the_state_that_it_explains(engine: Engine, log: Log) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE state (value TEXT)"))
        log.append(SqlLogStorage(connection, ORIGIN), [b"kept"], now=1)

    connection = engine.connect()
    connection.execute(text("INSERT INTO state VALUES ('lost')"))
    log.append(SqlLogStorage(connection, ORIGIN), [b"lost"], now=2)
    connection.rollback()
    connection.close()

    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        head = storage.latest_checkpoint()
        assert head is not None
        assert head.size == 1
        assert connection.execute(text("SELECT count(*) FROM state")).scalar_one() == 0
        assert log.append(storage, [b"after"], now=3) == range(1, 2)


def test_logs_in_one_database_do_not_mix(engine: Engine, log: Log) -> None:
    other = Log(Signer.generate("log.example/other"))
    with engine.begin() as connection:
        log.append(SqlLogStorage(connection, ORIGIN), [b"ours"], now=1)
        other.append(SqlLogStorage(connection, other.origin), [b"theirs", b"too"], now=1)
    with engine.connect() as connection:
        assert log.entry(SqlLogStorage(connection, ORIGIN), 0) == b"ours"
        assert other.entry(SqlLogStorage(connection, other.origin), 0) == b"theirs"
        with pytest.raises(NotInLogError):
            log.entry(SqlLogStorage(connection, ORIGIN), 1)


def test_a_log_that_was_never_created_has_no_head(engine: Engine, log: Log) -> None:
    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        assert storage.latest_checkpoint() is None
        log.create(storage, now=1)
        assert open_checkpoint(log.checkpoint(storage), [Verifier(log.key)]).size == 0


@pytest.mark.parametrize("size", [0, 1, 300])
def test_a_second_writer_is_refused(size: int, engine: Engine, log: Log) -> None:
    """A writer that read the log before another one committed cannot write over it."""
    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        log.create(storage, now=1)
        log.append(storage, [b"%d" % i for i in range(size)], now=1)
        slow = ReadsEarly(connection)
        log.append(storage, [b"first"], now=2)

        with pytest.raises(StaleLogError, match="another process appends"):
            log.append(slow, [b"second"], now=3)


def test_of_two_transactions_at_once_one_is_first(postgresql_url: str, log: Log) -> None:
    """PostgreSQL lets both read the same head; the second finds out when it writes, and keeps nothing."""
    engine = create_engine(postgresql_url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        log.create(SqlLogStorage(connection, ORIGIN), now=1)
    slow = engine.connect()
    early = ReadsEarly(slow)
    with engine.begin() as connection:
        log.append(SqlLogStorage(connection, ORIGIN), [b"first"], now=2)

    with pytest.raises(StaleLogError):
        log.append(early, [b"second"], now=3)
    slow.rollback()
    slow.close()

    with engine.connect() as connection:
        log.receipt(SqlLogStorage(connection, ORIGIN), 0).verify(b"first", Policy.of(Verifier(log.key)))
        with pytest.raises(NotInLogError):
            log.entry(SqlLogStorage(connection, ORIGIN), 1)
    engine.dispose()


class ReadsEarly(SqlLogStorage):
    """Sees the head as it was at its first look, as a transaction of its own would."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, ORIGIN)
        self._seen = super().latest_checkpoint()

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        return self._seen


def test_a_changed_database_is_not_signed_over(engine: Engine, log: Log) -> None:
    with engine.begin() as connection:
        log.append(SqlLogStorage(connection, ORIGIN), [b"one", b"two"], now=1)
        connection.execute(text("UPDATE log_tiles SET hashes = :h"), {"h": bytes(64)})
        with pytest.raises(CorruptLogError):
            log.append(SqlLogStorage(connection, ORIGIN), [b"three"], now=2)


def test_cosignatures_are_kept_for_their_checkpoint(engine: Engine, log: Log) -> None:
    witness, late = Cosigner.generate("witness.example"), Cosigner.generate("late.example")
    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        log.append(storage, [b"one"], now=1)
        first = open_checkpoint(log.checkpoint(storage), [Verifier(log.key)])
        storage.add_cosignatures(1, [witness.cosign(first, 1)])
        log.append(storage, [b"two"], now=2)
        storage.add_cosignatures(1, [witness.cosign(first, 1), late.cosign(first, 5)])

    with engine.connect() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        assert [s.name for s in storage.cosignatures(1)] == ["witness.example", "late.example"]
        assert storage.cosignatures(2) == []
        assert [head.size for head in storage.cosigned_checkpoints(min_size=1)] == [1]
        assert storage.cosigned_checkpoints(min_size=2) == []


def test_a_witness_that_cosigns_again_and_again_does_not_lengthen_the_checkpoint(
    engine: Engine, log: Log
) -> None:
    """A quiet log is cosigned at every poll: only the newest statement of each key is kept."""
    witness, other = Cosigner.generate("witness.example"), Cosigner.generate("other.example")
    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        log.append(storage, [b"one"], now=1)
        head = open_checkpoint(log.checkpoint(storage), [Verifier(log.key)])
        for now in range(1, 150):
            storage.add_cosignatures(1, [witness.cosign(head, now), other.cosign(head, now)])

        note = log.checkpoint(storage)
        assert len(note.signatures) == 3
        assert cosigned_at(note, witness.verifier) == 149


@pytest.mark.parametrize(("name", "kind"), [("witness.example", SUBTREE_V1), ("ស" * 900, COSIGNATURE_V1)])
def test_the_longest_cosignature_is_kept_and_replaced(engine: Engine, log: Log, name: str, kind: int) -> None:
    """A line of ML-DSA-44 is longer than PostgreSQL takes into an index; so are 900 letters of Khmer."""
    witness = Cosigner.generate(name, kind)
    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        log.append(storage, [b"one"], now=1)
        head = open_checkpoint(log.checkpoint(storage), [Verifier(log.key)])
        for now in (1, 2):
            storage.add_cosignatures(1, [witness.cosign(head, now)])

        assert cosigned_at(log.checkpoint(storage), witness.verifier) == 2
        assert len(storage.cosignatures(1)) == 1


def test_the_head_of_a_time_is_the_largest_signed_until_then(engine: Engine, log: Log) -> None:
    """Also when the clock was set back in between."""
    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        for entry, now in ((b"one", 100), (b"two", 200), (b"three", 50)):
            log.append(storage, [entry], now=now)
        sizes = {t: getattr(storage.checkpoint_signed_by(t), "size", None) for t in (49, 99, 150, 1_000)}
    assert sizes == {49: None, 99: 3, 150: 3, 1_000: 3}


def test_a_receipt_from_a_database_verifies(engine: Engine, log: Log) -> None:
    with engine.begin() as connection:
        storage = SqlLogStorage(connection, ORIGIN)
        log.append(storage, [b"one", b"two"], now=1)
        receipt = log.receipt(storage, 1)
    receipt.verify(b"two", Policy.of(Verifier(log.key)))


def test_a_witness_remembers_in_the_database(engine: Engine, log: Log) -> None:
    cosigner = Cosigner.generate("member.example/witness")
    hub = MemoryStorage()
    log.append(hub, [b"one"], now=1)

    with engine.begin() as connection:
        witness = Witness(cosigner, [Verifier(log.key)], SqlWitnessStorage(connection))
        assert witness.latest(ORIGIN) is None
        witness.update(0, [], log.checkpoint(hub), now=1)
    log.append(hub, [b"two", b"three"], now=2)
    with engine.begin() as connection:
        witness = Witness(cosigner, [Verifier(log.key)], SqlWitnessStorage(connection))
        witness.update(1, log.consistency(hub, 1, 3), log.checkpoint(hub), now=2)
        with pytest.raises(SizeConflictError) as refusal:
            witness.update(1, log.consistency(hub, 1, 3), log.checkpoint(hub), now=3)

    assert refusal.value.known_size == 3


def test_of_two_requests_to_a_witness_one_is_first(engine: Engine, log: Log) -> None:
    hub = MemoryStorage()
    log.append(hub, [b"one"], now=1)
    note = log.checkpoint(hub)
    with engine.begin() as connection:
        storage = SqlWitnessStorage(connection)
        storage.replace(ORIGIN, 0, note)
        for stale_size in (0, 5):
            with pytest.raises(SizeConflictError):
                storage.replace(ORIGIN, stale_size, note)
        with pytest.raises(SizeConflictError):
            storage.replace("log.example/never-seen", 5, note)
