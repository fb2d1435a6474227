"""An answer or refusal that a node logged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SentAnswer:
    """An answer or refusal that this node logged: the signed note, and the proof of its own log entry."""

    question_id: str
    asked_index: int
    note: str
    entry_index: int
    cube_index: int | None
    """The log entry of the cube that the table was read from; None for a refusal."""
    acknowledged: bool
