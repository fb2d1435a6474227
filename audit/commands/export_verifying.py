"""Exports verified by commands: also that the key which signed is the one that the log itself says."""

from collections.abc import Callable

from audit.errors import SignatureError
from audit.formats.note import Note, Verifier
from audit.formats.vkey import VerifierKey
from audit.log.directory import LogDirectory
from audit.log.policy import Policy, Verified
from audit.log.verify import Visitor, verify_log
from audit.reading.announced_keys import ABOUT_KEYS, present_key


def verify_export(directory: LogDirectory, policy: Policy, visit: Visitor | None = None) -> Verified:
    """As `verify_log`. Raises SignatureError also where only a key has signed that an entry has replaced.

    Whoever has stolen a former key can continue the log after the entry that ended the key, and sign that.
    """
    changes: list[bytes] = []
    verified = verify_log(directory, policy, _also_keys(changes, visit))
    present = present_key(changes)
    if present is not None:
        check_signed_by(directory.checkpoint(), present)
    return verified


def _also_keys(changes: list[bytes], visit: Visitor | None) -> Callable[[int, bytes], None]:
    def look(number: int, entry: bytes) -> None:
        if ABOUT_KEYS in entry:
            changes.append(entry)
        if visit is not None:
            visit(number, entry)

    return look


def check_signed_by(note: Note, key: VerifierKey) -> None:
    """Raise SignatureError unless the key that the log names as its own has signed the checkpoint."""
    lines = [line for line in note.signatures if line.is_by(key)]
    for line in lines:
        Verifier(key).verify(note.text, line.signature)
    if not lines:
        raise SignatureError(
            f"the log says itself that its key is {key}, which has not signed this checkpoint: whoever has "
            "stolen a former key may have made it; compare the present key by telephone"
        )
