"""Two sequencers on one database, as if the lock had been passed by: what comes too late is refused."""

import threading
from pathlib import Path

from audit.formats.note import Signer, Verifier
from audit.log.directory import LogDirectory, export
from audit.log.policy import Policy
from audit.log.staging import SequencedLog
from audit.log.verify import verify_log
from gateway.store.engine.database import Database, StorageError
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.schema import metadata
from gateway.store.engine.sequencer import sequence

SIGNER = Signer.from_seed("log.example/hub", bytes(range(32)))


def test_what_was_acknowledged_is_the_log_and_what_was_refused_says_why(
    database_url: str, tmp_path: Path
) -> None:
    first, log = Database(database_url), SequencedLog(SIGNER)
    with first.writing() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        log.create(SqlLogStorage(connection, log.origin), now=1)
    kept: list[bytes] = []
    refused: list[StorageError] = []

    def run(name: str) -> None:
        own = Database(database_url)
        own_log = SequencedLog(SIGNER)
        sequencer = sequence(own, own_log)
        for number in range(40):
            entry = f"{name} {number}".encode()
            try:
                with sequencer.writing() as unit:
                    own_log.append(unit.log, [entry], 0)
                kept.append(entry)
            except StorageError as error:
                refused.append(error)
        own.close()

    threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found: list[bytes] = []
    with first.reading() as connection:
        export(log, SqlLogStorage(connection, log.origin), tmp_path / "out")
    verify_log(LogDirectory(tmp_path / "out"), Policy.of(Verifier(log.key)), lambda _, e: found.append(e))
    assert sorted(found) == sorted(kept)
    assert len(kept) + len(refused) == 80
    assert all("another process appends" in error.message for error in refused)
    with first.writing() as connection:
        metadata.drop_all(connection)
    first.close()
