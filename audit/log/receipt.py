"""Receipts (c2sp.org/tlog-proof): offline proof that a log holds an entry."""

from dataclasses import dataclass
from typing import Final, Self

from audit.errors import MalformedError
from audit.formats.encoding import MAX_SIZE, parse_base64, parse_decimal, to_base64
from audit.formats.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from audit.formats.note import MAX_NOTE_SIZE, Note
from audit.log.policy import Policy, Verified

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_PROOF: Final = 63


@dataclass(frozen=True)
class Receipt:
    """An entry's number, its audit path, and the checkpoint of the path.

    `str()` is the tlog-proof text, exactly as parsed. `extra` is opaque and unauthenticated.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE:
            raise MalformedError("receipt", "its index is out of range")
        if len(self.proof) > MAX_PROOF or any(len(h) != HASH_SIZE for h in self.proof):
            raise MalformedError("receipt", f"more than {MAX_PROOF} hashes, or one of the wrong length")

    def __str__(self) -> str:
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += map(to_base64, self.proof)
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a receipt without trusting any part. Raises MalformedError."""
        if len(text) > MAX_NOTE_SIZE:
            raise MalformedError("receipt", f"longer than {MAX_NOTE_SIZE} characters")
        head, separator, note = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines.pop(0) != HEADER:
            raise MalformedError("receipt", f"it does not start with {HEADER}, or holds no checkpoint")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = parse_base64(lines.pop(0).removeprefix("extra "), "receipt's extra data")
            if not extra:
                raise MalformedError("receipt", "an extra line without data")
        if not lines or not lines[0].startswith("index "):
            raise MalformedError("receipt", "no index line")
        index = parse_decimal(lines.pop(0).removeprefix("index "), "receipt's index")
        if len(lines) > MAX_PROOF:
            raise MalformedError("receipt", f"more than {MAX_PROOF} hashes")
        proof = tuple(parse_base64(line, "receipt's hash", HASH_SIZE) for line in lines)
        return cls(index, proof, Note.parse(note), extra)

    def verify(self, entry: bytes, policy: Policy) -> Verified:
        """Check that a log trusted by the policy holds these bytes as entry `index`.

        Raises MalformedError, SignatureError, QuorumError or ProofError.
        """
        return self.verify_leaf(leaf_hash(entry), policy)

    def verify_leaf(self, leaf: bytes, policy: Policy) -> Verified:
        """As `verify`, where only the entry's leaf hash is at hand."""
        verified = policy.verify(self.checkpoint)
        checkpoint = verified.checkpoint
        verify_inclusion(self.index, checkpoint.size, leaf, self.proof, checkpoint.root)
        return verified
