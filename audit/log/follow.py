"""Follows a log from checkpoint to checkpoint: it may only grow, and a contradiction is kept as evidence."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from audit.errors import AuditError, MalformedError, QuorumError, SignatureError
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.encoding import decode_utf8
from audit.formats.evidence import Evidence, evidence_from_tree
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.merkle import root
from audit.formats.note import MAX_NOTE_SIZE, Note
from audit.formats.vkey import VerifierKey
from audit.log.directory import CHECKPOINT, LogDirectory
from audit.log.mirror import CheckedTiles, finish_mirror, grow_mirror, mirrored
from audit.log.policy import FIRST_COSIGNATURES, NO_QUORUM, Policy, Verified
from audit.log.web_source import Source

FORMAT: Final = "safelane/followed-log@v1"


@dataclass(frozen=True)
class Followed:
    """What is remembered of a log: its newest checkpoint that was accepted, and what the quorum lacked since.

    `unwitnessed_since`: when a checkpoint was first seen without the policy's quorum, in seconds since the
    epoch; None while the newest has it.
    """

    checkpoint: Note
    unwitnessed_since: int | None = None

    def __str__(self) -> str:
        return canonical_json({
            "checkpoint": str(self.checkpoint),
            "format": FORMAT,
            "unwitnessed_since": self.unwitnessed_since,
        }).decode()  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a state file. Raises MalformedError."""
        value = load_canonical_object(text.encode("utf-8", "replace"), "state file")
        since = value.get("unwitnessed_since")
        if (
            value.keys() != {"checkpoint", "format", "unwitnessed_since"}
            or value["format"] != FORMAT
            or not isinstance(value["checkpoint"], str)
            or not (since is None or (isinstance(since, int) and not isinstance(since, bool)))
        ):
            raise MalformedError("state file", f"not in the format {FORMAT}")
        return cls(Note.parse(value["checkpoint"]), since)


@dataclass(frozen=True)
class Step:
    """One look at a log: the state from now on, the old and the new size, and who has cosigned."""

    state: Followed
    old_size: int
    verified: Verified
    files: int


def read_state(path: Path) -> Followed | None:
    """The state, or None before the first look. Raises MalformedError or OSError."""
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_NOTE_SIZE)
    except FileNotFoundError:
        return None
    return Followed.parse(decode_utf8(data, str(path)))


def write_state(path: Path, state: Followed) -> None:
    """Durable on return, and whole or not at all. Raises OSError."""
    partial = path.with_name(path.name + ".new")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(str(state))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


@dataclass(frozen=True)
class Follower:
    """Follows one log. `remember` makes a state durable; `mirror` is the directory of the copy.

    `replaced`: keys, as vkey lines, that the log itself has said to be replaced. They verify what they signed
    before; whoever has stolen one must not make the log go on.
    """

    source: Source
    policy: Policy
    mirror: Path
    remember: Callable[[Followed], None]
    replaced: frozenset[str] = frozenset()

    def look(self, state: Followed | None, now: int) -> Step:
        """Fetch the newest checkpoint, check that it extends the remembered one, and bring the mirror to it.

        The mirror's checkpoint counts as remembered too, so that a state which was lost, or put back, forgets
        nothing.
        The state is remembered before the mirror grows: what was accepted is never forgotten for a full disk.
        Raises ForkFoundError with evidence for a fork or a rollback, and for everything else that does not
        hold MalformedError, SignatureError, ProofError, NotInLogError or UnreachableError.
        """
        known, copied = self.known(state), self.from_mirror()
        if state is None and copied is not None:
            state, known = Followed(copied), Checkpoint.parse(copied.text)
        held = mirrored(self.mirror)
        note = Note.parse(decode_utf8(self.source(CHECKPOINT, MAX_NOTE_SIZE), "checkpoint"))
        verified = _without_quorum(self.policy, _since(self.policy)).verify(note)
        new = verified.checkpoint
        if held is not None and held.origin != new.origin:
            raise MalformedError(str(self.mirror), f"a mirror of {held.origin}, not of {new.origin}")
        seen = [] if state is None else [state.checkpoint]
        seen += [] if copied is None or copied.text in {each.text for each in seen} else [copied]
        for earlier in seen:
            _check_no_contradiction(earlier, Checkpoint.parse(earlier.text), note, new)
        if all(Checkpoint.parse(earlier.text).size < new.size for earlier in seen):
            self._check_present_key(note)
        tiles = CheckedTiles(new, self.source, self.mirror)
        for earlier in seen:
            _check_extends(earlier, Checkpoint.parse(earlier.text), note, tiles)
        following = Followed(note, _unwitnessed(self.policy, state, note, now))
        self.remember(following)
        files = grow_mirror(tiles, self.mirror, _held_size(held, tiles))
        witnesses = [witness.key for witness in self.policy.witnesses.values()]
        finish_mirror(self.mirror, note, _log_keys(self.policy, note), witnesses)
        return Step(following, 0 if known is None else known.size, verified, files)

    def from_mirror(self) -> Note | None:
        """The mirror's checkpoint, if a key that is given signed it: it remembers what a state forgot."""
        try:
            note = LogDirectory(self.mirror).checkpoint()
            open_checkpoint(note, self.policy.logs)
        except AuditError:
            return None
        return note

    def _check_present_key(self, note: Note) -> None:
        present = [log.key for log in self.policy.logs if str(log.key) not in self.replaced]
        if not any(line.is_by(key) for line in note.signatures for key in present):
            raise SignatureError(
                f"the log {Checkpoint.parse(note.text).origin} goes on under a key alone that it has itself "
                "replaced: somebody may have stolen that key; compare the present one by telephone"
            )

    def known(self, state: Followed | None) -> Checkpoint | None:
        """The remembered checkpoint. Raises MalformedError unless a key that is given has signed it."""
        if state is None:
            return None
        try:
            return _without_quorum(self.policy, 0).verify(state.checkpoint).checkpoint
        except AuditError as error:
            raise MalformedError(
                "state file",
                f"its checkpoint is signed by none of the keys that are given ({error}): it is of another "
                "log, or the log's key was changed; then give the former key as well",
            ) from None


def _held_size(held: Checkpoint | None, tiles: CheckedTiles) -> int:
    """How many entries of the mirror need no new look; none, where it is not a beginning of this log."""
    if held is None or not 0 < held.size <= tiles.checkpoint.size:
        return 0
    return held.size if root(held.size, tiles.tree().nodes) == held.root else 0


def _without_quorum(policy: Policy, since: int) -> Policy:
    return replace(policy, groups={}, quorum=NO_QUORUM, cosigned_since=since)


def _check_no_contradiction(old_note: Note, old: Checkpoint, note: Note, new: Checkpoint) -> None:
    if new.origin != old.origin:
        raise MalformedError("state file", f"of the log {old.origin}, and this one is {new.origin}")
    if new.size == old.size and new.root != old.root:
        raise ForkFoundError(
            f"fork: the log {new.origin} signed two different histories of {new.size} entries",
            Evidence(old_note, note),
        )
    if new.size < old.size:
        raise ForkFoundError(
            f"rollback: the log {new.origin} shows {new.size} entries and has shown {old.size} before; it "
            "was restored from a backup, or this is an old copy, or it hides what came after",
            Evidence(old_note, note),
        )


def _check_extends(old_note: Note, old: Checkpoint, note: Note, tiles: CheckedTiles) -> None:
    tree = tiles.tree()
    if old.size and root(old.size, tree.nodes) != old.root:
        raise ForkFoundError(
            f"fork: the log {old.origin} with {tiles.checkpoint.size} entries does not extend the one of "
            f"{old.size} entries that it signed before",
            evidence_from_tree(old_note, note, tree.nodes),
        )


def _since(policy: Policy) -> int:
    return max(policy.cosigned_since, FIRST_COSIGNATURES)


def _unwitnessed(policy: Policy, state: Followed | None, note: Note, now: int) -> int | None:
    try:
        replace(policy, cosigned_since=_since(policy)).verify(note)
    except QuorumError:
        earlier = None if state is None else state.unwitnessed_since
        return now if earlier is None else earlier
    return None


def _log_keys(policy: Policy, note: Note) -> list[VerifierKey]:
    """The keys that signed the checkpoint, of those that the reader knows."""
    return [log.key for log in policy.logs if any(line.is_by(log.key) for line in note.signatures)]
