"""What travels between a member and the hub: the member always calls, the hub only replies.

A poll says how far the member has witnessed the regional log, and shows the member's own log. The reply
brings the latest checkpoint, the proof of consistency with the witnessed checkpoint, the waiting questions,
each with its receipt, and how much the hub has seen of the member's log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.formats.encoding import parse_base64, to_base64
from audit.formats.merkle import HASH_SIZE
from audit.log.excerpt import Excerpt
from gateway.wire.log_exchange import (
    SeenLog,
    ShownLog,
    excerpt_as_json,
    excerpt_from_json,
    seen_log_from_json,
    shown_log_from_json,
)
from gateway.wire.signed_answer import SignedAnswer as SignedAnswer  # noqa: PLC0414 - part of the protocol
from gateway.wire.signed_answer import signed_answer_from_json as signed_answer_from_json  # noqa: PLC0414
from gateway.wire.upload_batch import NOTHING, UploadBatch, batch_from_json


@dataclass(frozen=True)
class Poll:
    """`seen_size` entries of the regional log are witnessed, `copied` followed; `log` is the member's own
    log.

    `waiting`: ids of the questions that wait at the member for approval. `sharing`: what the member's policy
    releases, as a signed note (`gateway.wire.sharing_statement`); None where the member does not say.
    `serves`: the policy version and the snapshot behind the member's answers now. `upload_batch`: uploads;
    the reply confirms that every upload was kept, or never will be.
    """

    seen_size: int
    cosignature: str | None
    log: ShownLog | None
    wait: float
    copied: int = 0
    waiting: tuple[str, ...] = ()
    sharing: str | None = None
    serves: tuple[str, str] | None = None
    upload_batch: UploadBatch = NOTHING

    def as_json(self) -> dict[str, Any]:
        return {
            "cosignature": self.cosignature,
            "copied": self.copied,
            "log": None if self.log is None else self.log.as_json(),
            "seen_size": self.seen_size,
            "serves": None if self.serves is None else list(self.serves),
            "sharing": self.sharing,
            "upload_batch": self.upload_batch.as_json(),
            "wait": self.wait,
            "waiting": list(self.waiting),
        }


@dataclass(frozen=True)
class Delivery:
    """A question: the log entry's bytes, and the tlog-proof that the regional log holds the entry."""

    question_id: str
    entry: bytes
    receipt: str

    def as_json(self) -> dict[str, Any]:
        return {"entry": to_base64(self.entry), "question_id": self.question_id, "receipt": self.receipt}


@dataclass(frozen=True)
class PollReply:
    """`consistency` proves that `checkpoint` extends the size named in the poll.

    `excerpt`: the entries of the regional log about the member. `seen_log`: how much the hub has seen of the
    member's log.
    """

    checkpoint: str
    consistency: tuple[bytes, ...]
    deliveries: tuple[Delivery, ...]
    excerpt: Excerpt | None = None
    seen_log: SeenLog | None = None

    def as_json(self) -> dict[str, Any]:
        """The form of this major version: `sum_calls`, of the withdrawn regional totals, is empty."""
        return {
            "checkpoint": self.checkpoint,
            "consistency": [to_base64(h) for h in self.consistency],
            "deliveries": [d.as_json() for d in self.deliveries],
            "excerpt": excerpt_as_json(self.excerpt),
            "seen_log": None if self.seen_log is None else self.seen_log.as_json(),
            "sum_calls": [],
        }


def poll_from_json(data: Mapping[str, Any]) -> Poll:
    """`data` has the fields of PollSchema.

    Raises AuditError, BoundsFormatError, TypeError, ValueError or AttributeError.
    """
    shown, serves, handed = data["log"], data["serves"], data["upload_batch"]
    if serves is not None:
        policy, snapshot = serves
        serves = (str(policy), str(snapshot))
    log = None if shown is None else shown_log_from_json(shown)
    batch = NOTHING if handed is None else batch_from_json(handed)
    waiting = tuple(data["waiting"])
    return Poll(**{**data, "waiting": waiting, "log": log, "serves": serves, "upload_batch": batch})


def poll_reply_from_json(data: Mapping[str, Any]) -> PollReply:
    """Read a reply. Raises AuditError, KeyError, TypeError, ValueError or AttributeError."""
    excerpt, seen_log = data["excerpt"], data["seen_log"]
    return PollReply(
        excerpt=None if excerpt is None else excerpt_from_json(excerpt),
        seen_log=None if seen_log is None else seen_log_from_json(seen_log),
        checkpoint=data["checkpoint"],
        consistency=tuple(parse_base64(h, "consistency proof", HASH_SIZE) for h in data["consistency"]),
        deliveries=tuple(
            Delivery(d["question_id"], parse_base64(d["entry"], "log entry"), d["receipt"])
            for d in data["deliveries"]
        ),
    )
