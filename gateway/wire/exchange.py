"""What travels between a member and the hub: the member always calls, the hub only replies.

A poll says how far the member has witnessed the regional log; its reply brings the latest checkpoint, the
proof that it extends what was witnessed, and the questions that wait, each with its receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.encoding import parse_base64, to_base64
from audit.merkle import HASH_SIZE


@dataclass(frozen=True)
class Poll:
    """`seen_size` entries of the regional log are witnessed; `log_head` is the member's own checkpoint."""

    seen_size: int
    cosignature: str | None
    log_head: str | None
    wait: float

    def as_json(self) -> dict[str, Any]:
        return {
            "cosignature": self.cosignature,
            "log_head": self.log_head,
            "seen_size": self.seen_size,
            "wait": self.wait,
        }


@dataclass(frozen=True)
class Delivery:
    """A question: the log entry's bytes, and the tlog-proof that the regional log holds them."""

    question_id: str
    entry: bytes
    receipt: str

    def as_json(self) -> dict[str, Any]:
        return {"entry": to_base64(self.entry), "question_id": self.question_id, "receipt": self.receipt}


@dataclass(frozen=True)
class PollReply:
    """`consistency` leads from the size that the poll named to `checkpoint`."""

    checkpoint: str
    consistency: tuple[bytes, ...]
    deliveries: tuple[Delivery, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "checkpoint": self.checkpoint,
            "consistency": [to_base64(h) for h in self.consistency],
            "deliveries": [d.as_json() for d in self.deliveries],
        }


@dataclass(frozen=True)
class SignedAnswer:
    """A member's answer with the proof that its own log holds it.

    `entry` is that log entry, `receipt` its tlog-proof, `salt` opens the entry's commitment to the answer.
    """

    note: str
    entry: bytes
    receipt: str
    salt: bytes

    def as_json(self) -> dict[str, Any]:
        return {
            "answer": self.note,
            "entry": to_base64(self.entry),
            "receipt": self.receipt,
            "salt": self.salt.hex(),
        }


def poll_reply_from_json(data: Mapping[str, Any]) -> PollReply:
    """Raises AuditError, KeyError, TypeError or AttributeError for anything else."""
    return PollReply(
        checkpoint=data["checkpoint"],
        consistency=tuple(parse_base64(h, "consistency proof", HASH_SIZE) for h in data["consistency"]),
        deliveries=tuple(
            Delivery(d["question_id"], parse_base64(d["entry"], "log entry"), d["receipt"])
            for d in data["deliveries"]
        ),
    )


def signed_answer_from_json(data: Mapping[str, Any]) -> SignedAnswer:
    """`data` has the fields of AnswerSchema. Raises AuditError or ValueError."""
    return SignedAnswer(
        note=data["answer"],
        entry=parse_base64(data["entry"], "log entry"),
        receipt=data["receipt"],
        salt=bytes.fromhex(data["salt"]),
    )
