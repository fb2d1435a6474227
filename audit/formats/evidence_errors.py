"""Errors that carry evidence against a log.

Apart from the other errors, since evidence itself raises some of those.
"""

from audit.errors import EvidenceError, WitnessError
from audit.formats.evidence import Evidence


class ForkFoundError(EvidenceError):
    """A log does not extend a checkpoint that it signed itself; `evidence` proves it to anyone."""

    def __init__(self, message: str, evidence: Evidence) -> None:
        super().__init__(message)
        self.evidence = evidence


class SizeConflictError(WitnessError):
    """The sender is wrong about what the witness saw last; `evidence` if the log contradicts itself."""

    def __init__(self, message: str, known_size: int, evidence: Evidence | None = None) -> None:
        super().__init__(message)
        self.known_size = known_size
        self.evidence = evidence


class InconsistentError(WitnessError):
    """The checkpoint was not shown to extend what the witness has seen."""

    def __init__(self, message: str, evidence: Evidence | None = None) -> None:
        super().__init__(message)
        self.evidence = evidence
