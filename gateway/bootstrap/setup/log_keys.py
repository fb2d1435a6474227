"""The secret keys of a hub's or a node's log and of its witness, through every change of keys.

The first keys are in `log.key` and `witness.key`, later keys in files named by the key ID. The log's own
entries alone say which keys are valid: a file without an entry is a change that did not happen. The hub's
keys for its replies are kept in the same way (`gateway.bootstrap.setup.call_keys`).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer, Verifier
from audit.formats.vkey import VerifierKey
from audit.log.log import FormerKey
from gateway.bootstrap.setup.layout import Layout
from gateway.keys.files import read_signer
from gateway.keys.lost_keys import (
    LostCosigner,
    LostSigner,
    read_cosigner,
    read_log_signer,
    stored_cosigner,
)
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
    """Return the keys valid as of `now`; a key whose file is lost is there, and cannot sign.

    Raises KeyFileError for a damaged file, or where a lost key's public half is lost as well.
    """
    keys = Layout(directory).keys
    first = read_log_signer(keys / LOG_KEY)
    cosigner = read_cosigner(keys / WITNESS_KEY)
    with database.reading() as connection:
        origin = first.key.name
        changes = [entry for _, entry in SqlWatch(connection, origin).key_changes(origin)]
    known = known_keys(LOG, str(first.key), changes, now)
    witness = known_keys(WITNESS, str(cosigner.key), changes, now)
    signers = [first if str(first.key) == k else _later_signer(keys, k) for k in known.all]
    if witness.present != str(cosigner.key):
        file = key_file(keys, WITNESS, witness.present)
        lost = LostCosigner.of(VerifierKey.parse(witness.present))
        cosigner = stored_cosigner(file) if file.exists() else lost
    ends = key_ends(key_chain(LOG, str(first.key), changes))
    # A former key that is lost signs no more beside its successor, and holds nothing up.
    there = [signer for signer in signers[1:] if not isinstance(signer, LostSigner)]
    former = tuple(FormerKey(signer, int(ends[str(signer.key)].timestamp())) for signer in there)
    return LogKeys(signers[0], former, cosigner)


def verifiers_of_log(keys: Path, connection: Connection, now: datetime) -> tuple[str, list[Verifier]]:
    """The name of the log and what verifies its newest checkpoint, through every change of its key.

    Raises KeyFileError.
    """
    first = read_log_signer(keys / LOG_KEY).key
    changes = [entry for _, entry in SqlWatch(connection, first.name).key_changes(first.name)]
    return first.name, [Verifier.parse(key) for key in known_keys(LOG, str(first), changes, now).all]


def key_file(keys: Path, use: str, vkey: str) -> Path:
    """Return the file of a key other than the first of its use."""
    return keys / f"{Path(FIRST[use]).stem}-{VerifierKey.parse(vkey).key_id.hex()}.key"


def _later_signer(keys: Path, vkey: str) -> Signer:
    """A key that the log itself names: its entry knows the public half."""
    file = key_file(keys, LOG, vkey)
    return read_signer(file) if file.exists() else LostSigner.of(VerifierKey.parse(vkey))
