"""The regional log as a node has witnessed it."""

from dataclasses import dataclass

from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Verifier


@dataclass(frozen=True)
class Witnessed:
    """The latest checkpoint of the regional log with this node's cosignature, and the trusted keys of the
    log.
    """

    checkpoint: Checkpoint
    keys: tuple[Verifier, ...]
