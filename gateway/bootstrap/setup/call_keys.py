"""The secret keys that sign the hub's replies, through every change, and the statements between keys.

The log alone says which key is valid, as for the keys of the log itself. The file of an expired key is not
needed any more; a statement is no secret, and needed as long as a member may be offline.
"""

from datetime import datetime
from pathlib import Path

from audit.formats.note import Signer
from audit.formats.vkey import VerifierKey
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.log_keys import CALL_KEY, key_file
from gateway.hub.reply_keys.reply_signers import FormerSigner, ReplySigners
from gateway.keys.files import KeyFileError, read_signer, write_secret
from gateway.keys.lost_keys import LostSigner, read_log_signer
from gateway.store.engine.database import Database
from gateway.store.watching.watching import SqlWatch
from gateway.watching.keys import CALLS, key_change, key_ends


def read_reply_signers(directory: Path, database: Database, origin: str, now: datetime) -> ReplySigners:
    """Every key that signs or may sign still as of `now`; the present one is there where it is lost, too.

    Raises KeyFileError for a damaged file, or where the first key's public half is lost as well.
    """
    keys = Layout(directory).keys
    with database.reading() as connection:
        entries = SqlWatch(connection, origin).key_changes(origin)
    found = [(number, key_change(entry)) for number, entry in entries]
    changes = [(number, change) for number, change in found if change is not None and change.use == CALLS]
    if not changes:
        return ReplySigners(read_log_signer(keys / CALL_KEY))
    first, present = changes[0][1].former, changes[-1][1].present
    ends = key_ends([change for _, change in changes])
    former = tuple(
        FormerSigner(signer, ends[change.former], number)
        for number, change in reversed(changes)
        if ends[change.former] > now
        and not isinstance(signer := _signer(keys, change.former, first), LostSigner)
    )
    statements = {
        change.present: statement for _, change in changes if (statement := _statement(keys, change.present))
    }
    return ReplySigners(_signer(keys, present, first), former, statements)


def write_statement(keys: Path, present: str, statement: str) -> None:
    """Store the former key's statement for the present key. Raises KeyFileError or OSError."""
    write_secret(_statement_file(keys, present), statement.removesuffix("\n"))


def _statement(keys: Path, present: str) -> str:
    """Return a statement, empty if there is none; members refuse a damaged statement."""
    try:
        return _statement_file(keys, present).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _statement_file(keys: Path, present: str) -> Path:
    return key_file(keys, CALLS, present).with_suffix(".statement")


def _signer(keys: Path, vkey: str | None, first: str | None) -> Signer:
    """Return the signer of a key that the log names; the first key's file name has no key ID."""
    path = keys / CALL_KEY if vkey is None or vkey == first else key_file(keys, CALLS, vkey)
    if vkey is not None and not path.exists():
        return LostSigner.of(VerifierKey.parse(vkey))
    signer = read_signer(path)
    if str(signer.key) != vkey:
        raise KeyFileError(
            f"The key file {path} holds another key than the log names.",
            remedy="Restore it from the backup of your keys.",
        )
    return signer
