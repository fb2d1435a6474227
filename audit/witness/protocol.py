"""Requests and replies of the witness protocol (c2sp.org/tlog-witness), as text; HTTP is elsewhere."""

from dataclasses import dataclass
from typing import Final, Self

from audit.errors import MalformedError
from audit.formats.encoding import MAX_SIZE, parse_base64, parse_decimal, to_base64
from audit.formats.merkle import HASH_SIZE
from audit.formats.note import MAX_SIGNATURES, Note, Signature

MAX_PROOF: Final = 63
MAX_REQUEST: Final = 256 * 1024
"""Longest request in bytes read by a witness: room for a proof and a hundred signatures."""
SIZE_TYPE: Final = "text/x.tlog.size"


@dataclass(frozen=True)
class AddCheckpoint:
    """A checkpoint to be cosigned, with proof that it extends the checkpoint of `old_size`. `str()` is the
    body."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: Note

    def __post_init__(self) -> None:
        if not 0 <= self.old_size <= MAX_SIZE:
            raise MalformedError("add-checkpoint request", "its old size is out of range")
        if len(self.proof) > MAX_PROOF or any(len(h) != HASH_SIZE for h in self.proof):
            raise MalformedError("add-checkpoint request", f"more than {MAX_PROOF} hashes, or a wrong length")

    def __str__(self) -> str:
        lines = [f"old {self.old_size}", *map(to_base64, self.proof)]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a request's body. Raises MalformedError."""
        head, separator, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if not separator or not first.startswith("old "):
            raise MalformedError("add-checkpoint request", "no old size line, or no empty line")
        if len(lines) > MAX_PROOF:
            raise MalformedError("add-checkpoint request", f"more than {MAX_PROOF} hashes")
        old_size = parse_decimal(first.removeprefix("old "), "old size")
        proof = tuple(parse_base64(line, "consistency proof", HASH_SIZE) for line in lines)
        return cls(old_size, proof, Note.parse(note))


def parse_cosignatures(text: str) -> list[Signature]:
    """Read a witness's reply: one or more signature lines. Raises MalformedError."""
    if not text.endswith("\n"):
        raise MalformedError("witness's reply", "no newline at its end")
    lines = text.split("\n")[:-1]
    if not 0 < len(lines) <= MAX_SIGNATURES:
        raise MalformedError("witness's reply", f"{len(lines)} lines")
    return [Signature.parse(line + "\n") for line in lines]


def parse_known_size(text: str) -> int:
    """Read the size reported by a witness (409). Raises MalformedError."""
    if not text.endswith("\n"):
        raise MalformedError("witness's size", "no newline at its end")
    return parse_decimal(text.removesuffix("\n"), "witness's size")
