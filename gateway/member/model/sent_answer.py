"""An answer or refusal that a node logged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SentAnswer:
    """An answer or refusal in this node's log: the signed note, and the log entry about the note.

    The note is empty where it was lost with a disk and nobody had it.
    """

    question_id: str
    asked_index: int
    note: str
    entry_index: int
    cube_index: int | None
    """The log entry of the cube behind the table; None for a refusal."""
    acknowledged: bool
