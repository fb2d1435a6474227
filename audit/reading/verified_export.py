"""Verifies whole exports: also that the key which signed is the one that the log itself says."""

from collections.abc import Callable, Sequence

from audit.errors import SignatureError
from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.note import Note, Verifier
from audit.formats.vkey import VerifierKey
from audit.log.directory import LogDirectory
from audit.log.policy import Policy, Verified
from audit.log.verify import Visitor, verify_extends, verify_log
from audit.reading.announced_keys import ABOUT_KEYS, present_key

KeyEntries = list[tuple[int, bytes]]
"""Entries of a log that are about keys, with their numbers, oldest first."""


def verify_export(
    directory: LogDirectory,
    policy: Policy,
    visit: Visitor | None = None,
    about_keys: KeyEntries | None = None,
) -> Verified:
    """As `verify_log`. Raises SignatureError also where only a key has signed that an entry has replaced.

    Whoever has stolen a former key can continue the log after the entry that ended the key, and sign that.
    `about_keys` is given the entries about keys.
    """
    changes: KeyEntries = [] if about_keys is None else about_keys
    verified = verify_log(directory, policy, _also_keys(changes, visit))
    present = present_key(entry for _, entry in changes)
    if present is not None:
        check_signed_by(directory.checkpoint(), present)
    return verified


def verify_seen(
    directory: LogDirectory, earlier: Note, policy: Policy, about_keys: Sequence[tuple[int, bytes]]
) -> Checkpoint:
    """As `verify_extends`; says of a fork whether only a former key has signed the earlier checkpoint.

    Whoever has stolen that key can have made it: it is no proof against the log. `about_keys`: the export's
    own entries about keys.
    """
    try:
        return verify_extends(directory, earlier, policy)
    except ForkFoundError as found:
        size = Checkpoint.parse(earlier.text).size
        present = present_key(entry for number, entry in about_keys if number < size)
        if present is None or any(line.is_by(present) for line in earlier.signatures):
            raise
        raise ForkFoundError(
            f"{found}. But a former key alone has signed that, after an entry had replaced it: whoever stole "
            "that key may have made it, so that it is no proof against the log",
            found.evidence,
        ) from None


def _also_keys(changes: KeyEntries, visit: Visitor | None) -> Callable[[int, bytes], None]:
    def look(number: int, entry: bytes) -> None:
        if ABOUT_KEYS in entry:
            changes.append((number, entry))
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
