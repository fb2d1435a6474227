"""Checkpoints (c2sp.org/tlog-checkpoint): a signed note stating size and root of a log."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from audit.errors import MalformedError, SignatureError
from audit.formats.encoding import MAX_SIZE, parse_base64, parse_decimal, to_base64
from audit.formats.merkle import HASH_SIZE
from audit.formats.note import Note, NoteVerifier, check_text, open_note


@dataclass(frozen=True)
class Checkpoint:
    """A log's checkpoint: origin, number of entries, and the root over all entries. `str()` is the note's
    text."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise MalformedError("checkpoint", "its origin is empty or holds a newline")
        if not 0 <= self.size <= MAX_SIZE:
            raise MalformedError("checkpoint", "its size is out of range")
        if len(self.root) != HASH_SIZE:
            raise MalformedError("checkpoint", f"a root of {len(self.root)} bytes")
        if any(not line or "\n" in line for line in self.extensions):
            raise MalformedError("checkpoint", "an extension line is empty or holds a newline")
        check_text(str(self))

    def __str__(self) -> str:
        return "\n".join((self.origin, str(self.size), to_base64(self.root), *self.extensions, ""))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text as a checkpoint. Raises MalformedError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1]:
            raise MalformedError("checkpoint", "fewer than three lines, or no newline at the end")
        origin, size, root = lines[:3]
        return cls(
            origin,
            parse_decimal(size, "checkpoint size"),
            parse_base64(root, "checkpoint root", HASH_SIZE),
            tuple(lines[3:-1]),
        )


def open_checkpoint(note: Note, logs: Iterable[NoteVerifier]) -> Checkpoint:
    """Verify the signature of a checkpoint by the log named in its origin.

    Raises MalformedError for text other than a checkpoint, and SignatureError when no such log is known or
    the signature is missing or wrong.
    """
    checkpoint = Checkpoint.parse(note.text)
    verifiers = [v for v in logs if v.key.name == checkpoint.origin]
    if not verifiers:
        raise SignatureError(f"no key is known for the log {checkpoint.origin}")
    open_note(note, verifiers)
    return checkpoint
