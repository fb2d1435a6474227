"""What a node has witnessed of the regional log."""

from dataclasses import dataclass

from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Verifier


@dataclass(frozen=True)
class Witnessed:
    """The latest head of the regional log that this node has cosigned, and the keys that it believes."""

    head: Checkpoint
    keys: tuple[Verifier, ...]
