"""Members' mirrors of the regional log, from which the hub is founded anew: each is checked, and the longest
is the log.

Beside the log's own files a mirror holds `seen`, the newest checkpoint that the member cosigned, and
`hub-call-key`, the key of the hub's replies as the member knows it. Neither is a secret.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.errors import AuditError
from audit.events.events import MemberEnrolled, MemberRevoked
from audit.events.search import event_of
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier, cosigned_at
from audit.formats.encoding import decode_utf8
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.note import MAX_NOTE_SIZE, Note, Verifier
from audit.formats.vkey import VerifierKey
from audit.log.directory import LogDirectory
from audit.log.policy import Policy
from audit.log.verify import verify_extends
from audit.reading.verified_export import verify_export
from gateway.bootstrap.setup.layout import Layout
from gateway.errors import SafelaneError
from gateway.member.node.context import Node
from gateway.member.region.log_exchange import region_of
from gateway.watching.keys import LOG, is_about_keys, key_chain, key_change
from gateway.wire.enrolment import Enrolment

SEEN, CALL_VKEY = "seen", "hub-call-key"


class MirrorsError(SafelaneError):
    """A mirror that is damaged, too short, of another log, or contradicts another mirror."""

    exit_code = 5


@dataclass(frozen=True)
class RegionalLog:
    """The longest of the mirrors, and what its entries and all mirrors say.

    `enrolled`: members by code, each with the number of the entry that enrolled it. `key_changes`: entries
    about the hub's own keys, by number. `signed_at`: the earliest cosignature of the newest checkpoint, in
    seconds since the epoch.
    """

    log: LogDirectory
    note: Note
    checkpoint: Checkpoint
    enrolled: Mapping[str, tuple[int, Enrolment]]
    key_changes: Sequence[tuple[int, bytes]]
    signed_at: int | None
    first_keys: Mapping[str, str]
    call_keys: frozenset[str]


def write_mirror(node: Node, directory: Path, target: Path) -> tuple[Checkpoint, int]:
    """Write a node's mirror of the regional log into the new folder `target`, with what the node has seen.

    Returns what the mirror holds, and how many entries the node has cosigned. Raises MirrorsError where there
    is no mirror yet or `target` exists.
    """
    source = Layout(directory).region_log
    with node.store.reading() as view:
        seen = view.witness.latest(region_of(node))
    if seen is None or not source.is_dir():
        raise MirrorsError(
            f"{directory} has no mirror of the regional log yet.",
            remedy="Serve it until it has called its hub.",
        )
    if target.exists():
        raise MirrorsError(f"{target} is there already.", remedy="Nothing was changed. Name a new folder.")
    partial = target.with_name(f".{target.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        shutil.copytree(source, partial)
        (partial / SEEN).write_text(str(seen), encoding="utf-8", newline="\n")
        (partial / CALL_VKEY).write_text(f"{node.hub_reply_keys.key}\n", encoding="utf-8", newline="\n")
        partial.rename(target)
    except BaseException:  # also Ctrl-C
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Checkpoint.parse(LogDirectory(target).checkpoint().text), Checkpoint.parse(seen.text).size


def read_mirrors(folders: Sequence[Path], log_keys: Sequence[Verifier]) -> RegionalLog:
    """Check every mirror to the last byte, and that all are beginnings of the longest one.

    `log_keys`: keys of the regional log, compared by voice; one of them must have signed each mirror. Raises
    MirrorsError.
    """
    policy = Policy(tuple(log_keys))
    sizes = {folder: _checked(folder, policy) for folder in folders}
    longest = max(folders, key=lambda folder: sizes[folder])
    log = LogDirectory(longest)
    seen = {folder: note for folder in folders if (note := _seen(folder)) is not None}
    for folder in folders:
        _check_begins(log, LogDirectory(folder).checkpoint(), policy, folder)
        if folder in seen:
            _check_begins(log, seen[folder], policy, folder)
    return _regional_log(log, _call_keys(folders))


def _checked(folder: Path, policy: Policy) -> int:
    try:
        return verify_export(LogDirectory(folder), policy).checkpoint.size
    except AuditError as error:
        raise MirrorsError(
            f"{folder} is no whole mirror of the regional log under the key that was given: {error}.",
            remedy="Nothing was changed. Take the mirrors of other members; compare the key by telephone.",
        ) from None


def _check_begins(log: LogDirectory, earlier: Note, policy: Policy, folder: Path) -> None:
    """Raises MirrorsError unless the log goes on from an earlier checkpoint."""
    try:
        verify_extends(log, earlier, policy)
    except ForkFoundError as error:
        raise MirrorsError(
            f"{folder} and {log.path} are two histories, and the log has signed both: {error}.",
            remedy="Keep both. The proof for everybody is made by: python -m audit verify "
            f"{log.path} --seen {folder / 'checkpoint'} --evidence-to FILE",
        ) from None
    except AuditError as error:
        raise MirrorsError(
            f"What the member of {folder} has seen is not in the longest mirror, {log.path}: {error}.",
            remedy="Nothing was changed. Look for a longer mirror. Without one this log has ended: keep the "
            "mirrors, and found a hub under another name.",
        ) from None


def _regional_log(log: LogDirectory, call_keys: frozenset[str]) -> RegionalLog:
    note = log.checkpoint()
    checkpoint = Checkpoint.parse(note.text)
    enrolled: dict[str, tuple[int, Enrolment]] = {}
    changes: list[tuple[int, bytes]] = []
    number = 0
    for entries in log.all_entries(checkpoint.size):
        for entry in entries:
            if is_about_keys(entry):
                _replay(number, entry, enrolled, changes)
            number += 1
    at = [_latest(note, CosignatureVerifier.parse(keys.witness_key)) for _, keys in enrolled.values()]
    return RegionalLog(
        log=log,
        note=note,
        checkpoint=checkpoint,
        enrolled=enrolled,
        key_changes=changes,
        signed_at=min((time for time in at if time), default=None),
        first_keys=_first_keys(log, [entry for _, entry in changes]),
        call_keys=call_keys,
    )


def _replay(
    number: int, entry: bytes, enrolled: dict[str, tuple[int, Enrolment]], changes: list[tuple[int, bytes]]
) -> None:
    event = event_of(entry)
    if isinstance(event, MemberEnrolled):
        keys = Enrolment(event.member, event.answer_key, event.log_key, event.witness_key, event.call_key)
        enrolled[event.member] = (number, keys)
    elif isinstance(event, MemberRevoked):
        enrolled.pop(event.member, None)
    elif key_change(entry) is not None:
        changes.append((number, entry))


def _latest(note: Note, verifier: CosignatureVerifier) -> int:
    try:
        return cosigned_at(note, verifier)
    except AuditError:
        return 0


def _first_keys(log: LogDirectory, changes: Sequence[bytes]) -> dict[str, str]:
    """The first key of each use that the log's own entries name, by use."""
    firsts: dict[str, str] = {}
    for change in filter(None, map(key_change, changes)):
        firsts.setdefault(change.use, change.former or change.present)
    firsts.setdefault(LOG, str(log.vkey()))
    if not any(
        line.is_by(VerifierKey.parse(_last(firsts[LOG], changes))) for line in log.checkpoint().signatures
    ):
        raise MirrorsError(
            f"The key that the entries of {log.path} name last did not sign it.",
            remedy="Nothing was changed. Take the mirrors of other members.",
        )
    return firsts


def _last(first: str, changes: Sequence[bytes]) -> str:
    chain = key_chain(LOG, first, changes)
    return chain[-1].present if chain else first


def _seen(folder: Path) -> Note | None:
    text = _text(folder / SEEN)
    try:
        return None if text is None else Note.parse(text)
    except AuditError as error:
        raise MirrorsError(
            f"{folder / SEEN} is no checkpoint: {error}.", remedy="Ask for the mirror again."
        ) from None


def _call_keys(folders: Sequence[Path]) -> frozenset[str]:
    texts = {folder: text for folder in folders if (text := _text(folder / CALL_VKEY)) is not None}
    return frozenset(_vkey(folder / CALL_VKEY, text.strip()) for folder, text in texts.items())


def _vkey(path: Path, text: str) -> str:
    try:
        return str(VerifierKey.parse(text))
    except AuditError as error:
        raise MirrorsError(f"{path} is no key: {error}.", remedy="Ask for the mirror again.") from None


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return decode_utf8(file.read(MAX_NOTE_SIZE), str(path))
    except FileNotFoundError:
        return None
    except (OSError, AuditError) as error:
        raise MirrorsError(f"{path} cannot be read: {error}.", remedy="Ask for the mirror again.") from None
