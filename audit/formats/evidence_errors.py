"""Errors with evidence against a log.

Separate from `audit.errors`, since the evidence module itself raises errors from there.
"""

from audit.errors import EvidenceError, WitnessError
from audit.formats.evidence import Evidence


class ForkFoundError(EvidenceError):
    """A log does not extend a checkpoint signed by itself; `evidence` proves the fork to anyone."""

    def __init__(self, message: str, evidence: Evidence) -> None:
        super().__init__(message)
        self.evidence = evidence


class SizeConflictError(WitnessError):
    """The sender is wrong about the last size seen by the witness; `evidence` if the log contradicts
    itself."""

    def __init__(self, message: str, known_size: int, evidence: Evidence | None = None) -> None:
        super().__init__(message)
        self.known_size = known_size
        self.evidence = evidence


class InconsistentError(WitnessError):
    """There is no proof that the checkpoint extends the checkpoint seen last."""

    def __init__(self, message: str, evidence: Evidence | None = None) -> None:
        super().__init__(message)
        self.evidence = evidence
