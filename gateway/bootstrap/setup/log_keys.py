"""The secret keys of a hub's or a node's log and of its witness, through every change of keys.

The first keys are in `log.key` and `witness.key`, later keys in files named by the key ID. The log's own
entries alone say which keys are valid: a file without an entry is a change that did not happen. The hub's
keys for its replies are kept in the same way (`gateway.bootstrap.setup.call_keys`).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.errors import AuditError
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.formats.vkey import VerifierKey
from audit.log.log import FormerKey
from gateway.bootstrap.setup.layout import Layout
from gateway.keys.files import KeyFileError, read_secret, read_signer
from gateway.store.engine.database import Database
from gateway.store.watching.watching import SqlWatch
from gateway.watching.keys import CALLS, LOG, WITNESS, key_chain, key_ends, known_keys

LOG_KEY = "log.key"
WITNESS_KEY = "witness.key"
CALL_KEY = "call.key"
FIRST = {LOG: LOG_KEY, WITNESS: WITNESS_KEY, CALLS: CALL_KEY}


@dataclass(frozen=True)
class LogKeys:
    """The key that signs the log, a former key during an overlap, and the key that cosigns the other side's
    log.
    """

    signer: Signer
    former: tuple[FormerKey, ...]
    cosigner: Cosigner


def read_log_keys(directory: Path, database: Database, now: datetime) -> LogKeys:
    """Return the keys valid as of `now`. Raises KeyFileError when a file is missing or damaged."""
    keys = Layout(directory).keys
    first = read_signer(keys / LOG_KEY)
    cosigner = _cosigner(keys / WITNESS_KEY)
    with database.reading() as connection:
        origin = first.key.name
        changes = [entry for _, entry in SqlWatch(connection, origin).key_changes(origin)]
    known = known_keys(LOG, str(first.key), changes, now)
    witness = known_keys(WITNESS, str(cosigner.key), changes, now)
    signers = [first if str(first.key) == k else read_signer(key_file(keys, LOG, k)) for k in known.all]
    if witness.present != str(cosigner.key):
        cosigner = _cosigner(key_file(keys, WITNESS, witness.present))
    ends = key_ends(key_chain(LOG, str(first.key), changes))
    former = tuple(FormerKey(signer, int(ends[str(signer.key)].timestamp())) for signer in signers[1:])
    return LogKeys(signers[0], former, cosigner)


def key_file(keys: Path, use: str, vkey: str) -> Path:
    """Return the file of a key other than the first of its use."""
    return keys / f"{Path(FIRST[use]).stem}-{VerifierKey.parse(vkey).key_id.hex()}.key"


def _cosigner(path: Path) -> Cosigner:
    try:
        return Cosigner.parse(read_secret(path))
    except AuditError:
        raise KeyFileError(
            f"The key file {path} is damaged.", remedy="Restore it from the backup of your keys."
        ) from None
