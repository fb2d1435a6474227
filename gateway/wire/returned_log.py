"""What the hub gives back to a restored node of the node's own log, in pieces.

Everything in it is checked by the node: the leaves lead to a checkpoint that the node itself has signed, and
each answer is a note under the node's own key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.log.excerpt import RevealedLeaf
from gateway.wire.log_exchange import leaf_as_word, leaf_from_word
from gateway.wire.strict_values import storable, text


@dataclass(frozen=True)
class ReturnedLog:
    """The leaves from number `start` on, as many as fit a reply; none where the hub has no leaf `start`.

    `checkpoint`: the newest of the node's log that the hub has witnessed, with the hub's cosignature; None
    before the first. `answers`: the signed notes that the hub has of the answers and refusals among the
    leaves, by question.
    """

    checkpoint: str | None
    start: int
    leaves: tuple[RevealedLeaf, ...]
    answers: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "answers": dict(self.answers),
            "checkpoint": self.checkpoint,
            "leaves": [leaf_as_word(leaf) for leaf in self.leaves],
            "start": self.start,
        }


def returned_log_from_json(data: Mapping[str, Any]) -> ReturnedLog:
    """Raises AuditError, KeyError, TypeError, ValueError or AttributeError for anything else."""
    start, checkpoint = data["start"], data["checkpoint"]
    if type(start) is not int or not isinstance(checkpoint, str | None):
        raise TypeError("not a returned log")
    answers = {text(named): storable(note) for named, note in data["answers"].items()}
    return ReturnedLog(checkpoint, start, tuple(map(leaf_from_word, data["leaves"])), answers)
