"""All errors of the package. A message states what is wrong, where, and what to do."""


class AuditError(Exception):
    """Anything that a log, a proof, a signature or an entry can be refused for."""


class MalformedError(AuditError):
    """The bytes are not in the format that they should have."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"malformed {what}: {why}")
        self.what = what
        self.why = why


class ProofError(AuditError):
    """An inclusion or consistency proof does not show what it should."""


class SignatureError(AuditError):
    """No trusted key signed the text, or a trusted key's signature does not fit it."""


class QuorumError(AuditError):
    """Too few of the witnesses that the policy asks for have cosigned the checkpoint."""


class CommitmentError(AuditError):
    """The salt and value do not open the commitment."""


class TableError(AuditError):
    """A saved table is not the one that the log commits to."""


class EvidenceError(AuditError):
    """The evidence does not show the claimed contradiction."""


class LogError(AuditError):
    """The log cannot carry out a request."""


class EntryTooLargeError(LogError):
    """An entry is longer than an entry bundle can hold."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"an entry of {length} bytes is too long for the log: the limit is {limit} bytes")


class NotInLogError(LogError):
    """An index or size lies outside the tree of the latest checkpoint."""


class UnreachableError(AuditError):
    """Nothing is known of a log, since it cannot be reached: ask again later."""


class DamagedEntryError(LogError):
    """What is stored as an entry is not what was logged: it was changed or removed since."""

    def __init__(self, number: int) -> None:
        super().__init__(f"entry {number} is damaged: what is stored is not what was logged")
        self.number = number


class StaleLogError(LogError):
    """Someone else appended to the log since it was read: the transaction must be rolled back."""

    def __init__(self, origin: str, expected: int) -> None:
        super().__init__(
            f"the log {origin} no longer has {expected} entries: another process appends to it; "
            "roll back, read the log again, and let one sequencer write"
        )


class CorruptLogError(LogError):
    """Stored data contradict each other or their signature: nothing may be appended or signed."""

    def __init__(self, origin: str, why: str) -> None:
        super().__init__(f"the stored log {origin} is damaged: {why}; restore it, and do not sign over it")


class WitnessError(AuditError):
    """A witness refuses to cosign."""


class UnknownLogError(WitnessError):
    """The witness does not watch this log."""


class UntrustedCheckpointError(WitnessError):
    """The checkpoint is not signed by the log's known key."""
