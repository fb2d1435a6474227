"""The roster of participants and sums: every participant checks the roster, and its digest binds the masks.

Masks of two different rosters have nothing in common. A participant shown a shorter roster, another key,
another snapshot or another round computes masks that do not cancel, and nobody learns anything from such
masks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from anonymisers.errors import MaskError
from anonymisers.secure_sum.pairwise_keys import KEY_BYTES

Codes: TypeAlias = tuple[str, ...]
"""The codes of a cell, one for each axis of the question."""

_LABEL = b"safelane total roster 1\n"


@dataclass(frozen=True)
class Participant:
    """A member with its mask key for this question, and the snapshot behind its values."""

    member: str
    snapshot: str
    key: bytes


@dataclass(frozen=True)
class Sum:
    """One cell and its contributing members, in the order of their names."""

    cell: Codes
    members: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """`question` is the hash of the log entry of the question; `round` numbers the attempts.

    Raises MaskError for repetitions, for a wrong order, and for a member without a key or a key without a
    sum.
    """

    question: bytes
    round: int
    participants: tuple[Participant, ...]
    sums: tuple[Sum, ...]

    def __post_init__(self) -> None:
        names = [p.member for p in self.participants]
        _ascending(names, "a participant")
        if len({p.key for p in self.participants}) < len(names):
            raise MaskError("two participants have the same mask key")
        if any(len(p.key) != KEY_BYTES for p in self.participants):
            raise MaskError("a participant's mask key has the wrong length")
        if self.round < 0 or not self.sums:
            raise MaskError("the list of participants names no sum, or no round")
        if len({s.cell for s in self.sums}) < len(self.sums):
            raise MaskError("a cell stands twice among the sums")
        for entry in self.sums:
            _ascending(entry.members, "a contributor")
        if {m for s in self.sums for m in s.members} != set(names):
            raise MaskError("the contributors of the sums are not the participants of the list")

    def participant(self, member: str) -> Participant:
        """Raises MaskError when the member is not in the list."""
        for participant in self.participants:
            if participant.member == member:
                return participant
        message = f"{member} is not in the list of participants"
        raise MaskError(message)

    def of(self, member: str) -> tuple[Sum, ...]:
        """Return the sums with a contribution of the member."""
        return tuple(s for s in self.sums if member in s.members)

    def digest(self) -> bytes:
        """Return SHA-256 over the whole roster, each part with its length in front."""
        digest = sha256(_LABEL)
        for part in self._parts():
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.digest()

    def _parts(self) -> Iterator[bytes]:
        yield self.question
        yield self.round.to_bytes(8, "big")
        yield len(self.participants).to_bytes(8, "big")
        for p in self.participants:
            yield from (p.member.encode(), p.snapshot.encode(), p.key)
        for s in self.sums:
            yield encoded(s.cell)
            yield encoded(s.members)


def encoded(words: tuple[str, ...]) -> bytes:
    """Encode words injectively as bytes: the number of words, then each word with its length in front."""
    parts = [word.encode() for word in words]
    return len(parts).to_bytes(8, "big") + b"".join(len(p).to_bytes(8, "big") + p for p in parts)


def _ascending(names: list[str] | tuple[str, ...], what: str) -> None:
    if list(names) != sorted(set(names)):
        message = f"{what} stands twice in the list, or out of order"
        raise MaskError(message)
