"""How far an interrupted check of a log came, kept in a file beside the database, for the next one to go on.

The file holds hashes only. It counts for a day: whatever was hashed then may have been damaged since.
"""

import json
from array import array
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from audit.formats.merkle import HASH_SIZE
from audit.log.storage_check import Hashed

FILE: Final = "log-check.new"
"""The ending keeps it out of backups."""
COUNTS: Final = timedelta(days=1)


def save(directory: Path, origin: str, hashed: Hashed, now: datetime) -> None:
    """Write how far a check of the log came. Raises OSError."""
    body = hashed.leaves.tobytes()
    head = {
        "origin": origin,
        "at": now.isoformat(),
        "unreadable": hashed.unreadable,
        "digest": sha256(body).hexdigest(),
    }
    path = directory / FILE
    path.touch(mode=0o600)
    path.write_bytes(json.dumps(head).encode() + b"\n" + body)


def load(directory: Path, origin: str, now: datetime) -> Hashed:
    """Return how far the last check came; nothing of it where it was finished, is too old or is damaged."""
    try:
        head, _, body = (directory / FILE).read_bytes().partition(b"\n")
        said = json.loads(head)
        at = datetime.fromisoformat(said["at"])
        numbers = [int(each) for each in said["unreadable"]]
        fits = said["origin"] == origin and said["digest"] == sha256(body).hexdigest()
    except (OSError, ValueError, KeyError, TypeError):
        return Hashed()
    if not fits or len(body) % HASH_SIZE or not timedelta(0) <= now - at <= COUNTS:
        return Hashed()
    return Hashed(array("B", body), numbers)


def forget(directory: Path) -> None:
    """Remove the file: the check came to its end. Raises OSError."""
    (directory / FILE).unlink(missing_ok=True)
