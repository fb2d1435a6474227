"""A run of counting once as the hub puts it to members: what was done so far, and whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audit.encoding import parse_base64, to_base64
from audit.errors import AuditError
from audit.merkle import HASH_SIZE
from gateway.wire.counting import CountError

PIECE_BYTES = 900_000
"""Of a list in one call: in base64 well below the largest body."""


class Step(StrEnum):
    """What a member does in a run; one that declines does nothing more."""

    JOIN = "join"
    SEAL = "seal"
    MIX = "mix"
    DECLINE = "decline"


@dataclass(frozen=True)
class CountCall:
    """A run: its log entry with the proof, each step's notes by member, and whose `turn` it is."""

    entry: bytes
    receipt: str
    turn: Step | None
    joined: Mapping[str, str]
    sealed: Mapping[str, str]
    mixed: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "entry": to_base64(self.entry),
            "joined": dict(self.joined),
            "mixed": dict(self.mixed),
            "receipt": self.receipt,
            "sealed": dict(self.sealed),
            "turn": self.turn,
        }


@dataclass(frozen=True)
class CountCalls:
    """The open runs of a member, all under one head of the regional log.

    `consistency` leads to it from the size that the member's node named; empty from size 0.
    """

    runs: tuple[CountCall, ...]
    consistency: tuple[bytes, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "consistency": [to_base64(h) for h in self.consistency],
            "runs": [call.as_json() for call in self.runs],
        }


def count_calls_from_json(data: Mapping[str, Any]) -> CountCalls:
    """Raises CountError."""
    try:
        proof = tuple(parse_base64(h, "consistency proof", HASH_SIZE) for h in data["consistency"])
        return CountCalls(tuple(count_call_from_json(call) for call in data["runs"]), proof)
    except (AuditError, KeyError, TypeError):
        raise CountError("The hub's account of its runs is not in the form of one.") from None


def count_call_from_json(data: Mapping[str, Any]) -> CountCall:
    """Raises CountError."""
    try:
        call = CountCall(
            entry=parse_base64(data["entry"], "log entry"),
            receipt=str(data["receipt"]),
            turn=None if data["turn"] is None else Step(data["turn"]),
            joined=_notes(data["joined"]),
            sealed=_notes(data["sealed"]),
            mixed=_notes(data["mixed"]),
        )
    except (AuditError, AttributeError, KeyError, TypeError, ValueError):
        raise CountError("The hub's account of a run is not in the form of one.") from None
    return call


def _notes(data: Mapping[str, Any]) -> dict[str, str]:
    return {str(member): str(note) for member, note in data.items()}
