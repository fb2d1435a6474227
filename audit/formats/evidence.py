"""Evidence that a log contradicts itself: two signed checkpoints of which neither extends the other.

A proven fork can be checked with the log's key alone, without trust in the reporter.
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
    """The conclusion from a bundle of evidence."""

    FORK = "fork"
    """Proven: the log signed two histories of which neither extends the other."""
    ROLLBACK = "rollback"
    """Reported: a witness was shown a shorter log than before. The log signed both checkpoints; only the
    witness vouches for their order in time, so that an old backup or a replayed reply may be the cause."""
    UNPROVEN = "unproven"
    """Reported: the later checkpoint came without a valid consistency proof. The log clears itself with a
    proof."""
    FORMER_KEY = "former-key"
    """Reported by whoever knows the log's entries: a former key alone has signed one of the two, of a size at
    which an entry had replaced that key. Whoever stole the key may have made it: no proof against the log."""


@dataclass(frozen=True)
class Evidence:
    """Two signed checkpoints of one log, in the order seen.

    `shown_root` with `proof` is the root of the second tree at the size of the first.
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
        """Return the conclusion against one of these logs.

        Raises MalformedError or SignatureError when the log did not sign both checkpoints, and EvidenceError
        when the two do not contradict each other.
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
    """Evidence from two signed checkpoints and a failed proof; a proven fork if the proof shows a fork."""
    proof = tuple(proof)
    older, newer = Checkpoint.parse(first.text), Checkpoint.parse(second.text)
    try:
        return Evidence(first, second, old_root(older.size, newer.size, proof, newer.root), proof)
    except ProofError:
        return Evidence(first, second)


def evidence_from_tree(smaller: Note, larger: Note, larger_tree: NodeReader) -> Evidence:
    """Evidence from two signed checkpoints and the larger tree, read from its tiles."""
    old, new = Checkpoint.parse(smaller.text), Checkpoint.parse(larger.text)
    if old.size == 0 or old.size >= new.size:
        return Evidence(smaller, larger)
    proof = consistency_proof(old.size, new.size, larger_tree)
    return Evidence(smaller, larger, root(old.size, larger_tree), tuple(proof))
