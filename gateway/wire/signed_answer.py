"""A member's answer as sent: the signed note, with the proof that the member's own log holds the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.formats.encoding import parse_base64, to_base64


@dataclass(frozen=True)
class SignedAnswer:
    """A member's answer with the proof that the member's own log holds the answer.

    `entry` is the log entry, `receipt` its tlog-proof, `salt` opens the entry's commitment to the answer.
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


def signed_answer_from_json(data: Mapping[str, Any]) -> SignedAnswer:
    """`data` has the fields of AnswerSchema. Raises AuditError or ValueError."""
    return SignedAnswer(
        note=data["answer"],
        entry=parse_base64(data["entry"], "log entry"),
        receipt=data["receipt"],
        salt=bytes.fromhex(data["salt"]),
    )
