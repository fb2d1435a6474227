"""A witness's state in one SQLite file: every write is durable on return, and one process holds the file."""

import sqlite3
import threading
from pathlib import Path

from audit.errors import WitnessError
from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.note import Note

_TABLE = (
    "CREATE TABLE IF NOT EXISTS latest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL)"
)


class FileWitnessStorage:
    """The cosigned checkpoints of a witness, in a file. Never restore an older copy: the witness would
    forget."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises WitnessError when the file is damaged or held by another
        witness."""
        self._path = path
        self._lock = threading.Lock()
        try:
            self._database = _open(path)
        except sqlite3.Error as error:
            raise WitnessError(f"{path} cannot be opened as the witness's state: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def latest(self, origin: str) -> Note | None:
        """Return the latest cosigned checkpoint of a log, with the cosignature; None before the first."""
        with self._lock:
            found = self._database.execute("SELECT note FROM latest WHERE origin = ?", (origin,)).fetchone()
        return None if found is None else Note.parse(found[0])

    def replace(self, origin: str, old_size: int, note: Note) -> None:
        """Make `note` the latest. Raises SizeConflictError, or WitnessError when `note` could not be
        stored."""
        size = Checkpoint.parse(note.text).size
        try:
            with self._lock:
                changed = self._database.execute(
                    "INSERT INTO latest (origin, size, note) SELECT :origin, :size, :note "
                    "WHERE :old = 0 OR EXISTS (SELECT 1 FROM latest WHERE origin = :origin) "
                    "ON CONFLICT (origin) DO UPDATE SET size = :size, note = :note WHERE size = :old",
                    {"origin": origin, "size": size, "note": str(note), "old": old_size},
                ).rowcount
        except sqlite3.Error as error:
            raise WitnessError(
                f"the witness could not keep the checkpoint in {self._path}: {error}"
            ) from error
        if changed != 1:
            latest = self.latest(origin)
            known_size = 0 if latest is None else Checkpoint.parse(latest.text).size
            raise SizeConflictError(f"the log {origin} was seen at size {known_size} meanwhile", known_size)


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
    try:
        # EXTRA also syncs the directory: after a power cut no cosigned checkpoint is forgotten.
        database.execute("PRAGMA synchronous=EXTRA")
        database.execute("PRAGMA locking_mode=EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        database.execute(_TABLE)
        database.execute("COMMIT")
    except sqlite3.Error:
        database.close()
        raise
    return database
