"""Evidence that a log contradicts itself: two of its signed checkpoints of which neither extends the other.

Whoever has the log's key can check a proven fork; nobody needs to trust the one who reports it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from audit.errors import EvidenceError, MalformedError, ProofError
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.encoding import parse_base64, to_base64
from audit.formats.merkle import HASH_SIZE, NodeReader, consistency_proof, old_root, root, verify_consistency
from audit.formats.note import Note, NoteVerifier

FORMAT: Final = "safelane/log-evidence@v1"


class Finding(StrEnum):
    """What a bundle of evidence shows."""

    FORK = "fork"
    """Proven: the log signed two histories of which neither extends the other."""
    ROLLBACK = "rollback"
    """Reported: a witness was shown a shorter log than before. Both heads are the log's own; their order in
    time is the witness's word, so that an old backup or a replayed reply can be behind it."""
    UNPROVEN = "unproven"
    """Reported: no valid consistency proof came with the later head. The log clears itself by giving one."""


@dataclass(frozen=True)
class Evidence:
    """Two signed checkpoints of one log, in the order in which they were seen.

    `shown_root` with `proof` says which root the second tree really has at the size of the first.
    """

    first: Note
    second: Note
    shown_root: bytes | None = None
    proof: tuple[bytes, ...] = ()

    def __str__(self) -> str:
        return canonical_json({
            "first": str(self.first),
            "format": FORMAT,
            "proof": [to_base64(h) for h in self.proof],
            "second": str(self.second),
            "shown_root": None if self.shown_root is None else to_base64(self.shown_root),
        }).decode()  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a bundle. Raises MalformedError."""
        value = load_canonical_object(text.encode("utf-8", "replace"), "evidence")
        if value.keys() != {"first", "format", "proof", "second", "shown_root"} or value["format"] != FORMAT:
            raise MalformedError("evidence", f"not in the format {FORMAT}")
        proof, shown = value["proof"], value["shown_root"]
        texts = [value["first"], value["second"], *(proof if isinstance(proof, list) else [None])]
        if not all(isinstance(t, str) for t in texts) or not isinstance(shown, str | None):
            raise MalformedError("evidence", "a value of the wrong type")
        return cls(
            Note.parse(value["first"]),
            Note.parse(value["second"]),
            None if shown is None else parse_base64(shown, "evidence's root", HASH_SIZE),
            tuple(parse_base64(h, "evidence's proof", HASH_SIZE) for h in proof),
        )

    def verify(self, logs: Iterable[NoteVerifier]) -> Finding:
        """Say what the bundle shows against one of these logs.

        Raises MalformedError or SignatureError when a head is not the log's own, and EvidenceError when the
        two heads do not contradict each other.
        """
        logs = list(logs)
        first, second = open_checkpoint(self.first, logs), open_checkpoint(self.second, logs)
        if first.origin != second.origin:
            raise EvidenceError("the two checkpoints are of different logs, so that they cannot contradict")
        if first.size == second.size:
            if first.root == second.root:
                raise EvidenceError("the two checkpoints state the same tree")
            return Finding.FORK
        if self.shown_root is not None:
            return self._verify_shown_root(*sorted((first, second), key=lambda c: c.size))
        return Finding.ROLLBACK if first.size > second.size else Finding.UNPROVEN

    def _verify_shown_root(self, smaller: Checkpoint, larger: Checkpoint) -> Finding:
        assert self.shown_root is not None  # noqa: S101 - the only caller has just looked
        try:
            verify_consistency(smaller.size, larger.size, self.proof, self.shown_root, larger.root)
        except ProofError as error:
            raise EvidenceError(f"the evidence does not tie its root to the larger tree: {error}") from error
        if self.shown_root == smaller.root:
            raise EvidenceError("the larger tree extends the smaller one: nothing is wrong")
        return Finding.FORK


def evidence_from_proof(first: Note, second: Note, proof: Iterable[bytes]) -> Evidence:
    """Evidence out of two signed heads and the proof that failed; a proven fork if the proof shows it."""
    proof = tuple(proof)
    older, newer = Checkpoint.parse(first.text), Checkpoint.parse(second.text)
    try:
        return Evidence(first, second, old_root(older.size, newer.size, proof, newer.root), proof)
    except ProofError:
        return Evidence(first, second)


def evidence_from_tree(smaller: Note, larger: Note, larger_tree: NodeReader) -> Evidence:
    """Evidence out of two signed heads and the larger tree, which whoever holds its tiles can read."""
    old, new = Checkpoint.parse(smaller.text), Checkpoint.parse(larger.text)
    if old.size == 0 or old.size >= new.size:
        return Evidence(smaller, larger)
    proof = consistency_proof(old.size, new.size, larger_tree)
    return Evidence(smaller, larger, root(old.size, larger_tree), tuple(proof))
