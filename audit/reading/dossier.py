"""A dossier: every entry about one question, each with its proof of inclusion, in one file.

A dossier needs no exported log: the logs' keys suffice to check the dossier offline, and to read the question
as a story. A dossier contains only entries of the logs, and so nobody's name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from audit.errors import MalformedError, ProofError
from audit.events.events import decode
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.checkpoint import Checkpoint
from audit.formats.encoding import parse_base64, to_base64
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.reading.explain import StoryPart
from audit.reading.messages import Message, message

FORMAT: Final = "safelane/log-dossier@v1"
_KEYS: Final = {"entries", "format", "keys", "question", "witnesses"}


@dataclass(frozen=True)
class ProvenEntry:
    """An entry's bytes and the tlog-proof of its inclusion in a log."""

    entry: bytes
    receipt: Receipt

    @property
    def origin(self) -> str:
        """Name of the log of the receipt."""
        return Checkpoint.parse(self.receipt.checkpoint.text).origin


@dataclass(frozen=True)
class Dossier:
    """`keys` are the logs' keys, `witnesses` the cosigners' keys, as named by the dossier itself.

    Compare both with keys from a trusted source.
    """

    question_id: str
    entries: tuple[ProvenEntry, ...]
    keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()

    def __str__(self) -> str:
        return canonical_json({
            "entries": [{"entry": to_base64(p.entry), "proof": str(p.receipt)} for p in self.entries],
            "format": FORMAT,
            "keys": [str(key) for key in self.keys],
            "question": self.question_id,
            "witnesses": [str(key) for key in self.witnesses],
        }).decode()  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a dossier without trusting any part. Raises MalformedError."""
        value = load_canonical_object(text.encode("utf-8", "replace"), "dossier")
        if value.keys() != _KEYS or value["format"] != FORMAT or not isinstance(value["question"], str):
            raise MalformedError("dossier", f"not in the format {FORMAT}")
        entries = _list(value["entries"], _proven)
        keys, witnesses = (_list(value[name], _key) for name in ("keys", "witnesses"))
        dossier = cls(value["question"], entries, keys, witnesses)
        if str(dossier) != text:
            raise MalformedError("dossier", "another spelling than its own")
        return dossier

    def verify(self, policy: Policy, *, witnesses_known: bool = True) -> list[StoryPart]:
        """Check every entry against a policy with all logs; return the parts of the story.

        Without `witnesses_known` the policy has them from the dossier itself, and no part counts them.

        Raises MalformedError, SignatureError (unknown log), QuorumError, or ProofError (an entry not proved,
        or about another question).
        """
        return [self._part(proven, policy, known=witnesses_known) for proven in self.entries]

    def _part(self, proven: ProvenEntry, policy: Policy, *, known: bool) -> StoryPart:
        verified = proven.receipt.verify(proven.entry, policy)
        event = decode(proven.entry)
        if getattr(event, "question_id", None) != self.question_id:
            raise ProofError(f"an entry of {proven.origin} in the dossier is about something else")
        proof = say_proof(verified.checkpoint, verified.witnesses if known else ())
        return StoryPart(proven.origin, proven.receipt.index, event, proof)


def say_proof(checkpoint: Checkpoint, witnesses: Iterable[str]) -> Message:
    """Describe the checkpoint above a proven entry, in words."""
    size, count = checkpoint.size, len(set(witnesses))
    if count:
        under = message(
            "under the checkpoint of %(size)s entries, cosigned by %(count)s", size=size, count=count
        )
    else:
        under = message("under the checkpoint of %(size)s entries, cosigned by no known witness", size=size)
    return message("proved, %(under)s", under=under)


def _list(value: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise MalformedError("dossier", "not a list where one belongs")
    return tuple(read(item) for item in value)


def _key(value: Any) -> VerifierKey:
    if not isinstance(value, str):
        raise MalformedError("dossier", "a key that is no text")
    return VerifierKey.parse(value)


def _proven(value: Any) -> ProvenEntry:
    if not isinstance(value, dict) or value.keys() != {"entry", "proof"}:
        raise MalformedError("dossier", "an entry without its bytes and its proof")
    if not all(isinstance(text, str) for text in value.values()):
        raise MalformedError("dossier", "an entry or a proof that is no text")
    return ProvenEntry(parse_base64(value["entry"], "dossier's entry"), Receipt.parse(value["proof"]))
