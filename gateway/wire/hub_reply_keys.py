"""How a member that knows a former key of the hub's replies comes to the present one: by statements.

Every change stands in the regional log. Its statement is that very entry once more, signed by the key that
ends and by the one that begins; a key that may be stolen states nothing. So it takes the log's key and a
former key of the hub to lead a member on, and a stolen one of them does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.errors import AuditError, SignatureError
from audit.formats.encoding import parse_base64, to_base64
from audit.formats.note import Note, Signer, Verifier, open_note, sign
from audit.formats.vkey import VerifierKey
from gateway.errors import SafelaneError

MOST_CHANGES = 1000
"""Of one hub: more than twice a month, for forty years."""


class ReplyKeysError(SafelaneError):
    """What a hub tells of its keys is not in the form of it."""


@dataclass(frozen=True)
class KeyStep:
    """A change of keys: its log entry, the proof that it stands in the log, and its statement, if any."""

    entry: bytes
    receipt: str
    statement: str | None

    def as_json(self) -> dict[str, Any]:
        return {"entry": to_base64(self.entry), "receipt": self.receipt, "statement": self.statement}


@dataclass(frozen=True)
class ReplyKeys:
    """What a hub tells everybody: the key that signs its replies now, and how it came to it, oldest first."""

    call_key: str
    changes: tuple[KeyStep, ...]

    def as_json(self) -> dict[str, Any]:
        return {"call_key": self.call_key, "changes": [step.as_json() for step in self.changes]}


def reply_keys_from_json(data: Mapping[str, Any]) -> ReplyKeys:
    """Raises ReplyKeysError."""
    try:
        steps = [_step(step) for step in data["changes"]]
        if len(steps) > MOST_CHANGES:
            raise ValueError
        return ReplyKeys(str(VerifierKey.parse(data["call_key"])), tuple(steps))
    except (AuditError, AttributeError, KeyError, TypeError, ValueError):
        raise ReplyKeysError("What the hub tells of its keys is not in the form of it.") from None


def state(entry: bytes, former: Signer, present: Signer) -> str:
    """The statement of a change of keys, made while the former key is still at hand."""
    return str(sign(_text(entry), former, present))


def check_statement(statement: str, entry: bytes, former: str, present: str) -> None:
    """Raises AuditError unless both keys say what the entry says."""
    note = Note.parse(statement)
    signed = open_note(note, (Verifier.parse(former), Verifier.parse(present)))
    if note.text != _text(entry) or {str(key) for key in signed} != {former, present}:
        raise SignatureError("the statement is about something else, or not signed by both keys")


def _text(entry: bytes) -> str:
    return entry.decode() + "\n"


def _step(data: Mapping[str, Any]) -> KeyStep:
    entry, receipt, statement = data["entry"], data["receipt"], data["statement"]
    if not isinstance(receipt, str) or not isinstance(statement, str | None):
        raise TypeError
    return KeyStep(parse_base64(entry, "log entry"), receipt, statement)
