"""How a member with a former key of the hub's replies learns the present key: by signed statements.

Every key change is an entry of the regional log. The statement of a change is the same entry once more,
signed by the key that ends and by the key that begins; a key that may be stolen signs no statement. So only
the log's key and a former key of the hub together can lead a member to a new key; a stolen key alone cannot.
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
"""Key changes of one hub: more than twice a month, for forty years."""


class ReplyKeysError(SafelaneError):
    """A malformed list of the hub's keys."""


@dataclass(frozen=True)
class KeyStep:
    """A change of keys: its log entry, the proof that the log holds the entry, and the statement, if any."""

    entry: bytes
    receipt: str
    statement: str | None

    def as_json(self) -> dict[str, Any]:
        return {"entry": to_base64(self.entry), "receipt": self.receipt, "statement": self.statement}


@dataclass(frozen=True)
class ReplyKeys:
    """What a hub publishes: the key that signs its replies now, and all changes before, oldest first."""

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
    """Raise AuditError unless both keys have signed the entry."""
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
