"""A witness (c2sp.org/tlog-witness): cosigns a log's checkpoint only if the checkpoint extends all earlier
ones.

A state machine without I/O. The whole state is, for each log, the latest cosigned checkpoint; the storage
must make the checkpoint durable before a cosignature leaves.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from audit.errors import MalformedError, ProofError, SignatureError, UnknownLogError, UntrustedCheckpointError
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.evidence import Evidence, evidence_from_proof
from audit.formats.evidence_errors import InconsistentError, SizeConflictError
from audit.formats.merkle import EMPTY_ROOT, verify_consistency
from audit.formats.note import Note, NoteVerifier, Signature
from audit.formats.vkey import VerifierKey


class WitnessStorage(Protocol):
    """The memory of a witness."""

    def latest(self, origin: str) -> Note | None:
        """Return the latest cosigned checkpoint of a log, with the cosignature; None before the first."""
        ...

    def replace(self, origin: str, old_size: int, note: Note) -> None:
        """Make `note` the latest, durably, atomically with the check that the present checkpoint has
        `old_size`.

        Size 0 also stands for no checkpoint. Raises SizeConflictError when another request came first.
        """
        ...


class Witness:
    """Watches some logs, each known by the keys named after its origin, with one cosigning key."""

    def __init__(
        self,
        cosigner: Cosigner,
        logs: Iterable[NoteVerifier],
        storage: WitnessStorage,
        former: Collection[VerifierKey] = (),
    ) -> None:
        """`former`: those of the keys that their log has replaced. They verify what was cosigned before; a
        checkpoint that none but these have signed may be a thief's, and is refused.
        """
        self._cosigner = cosigner
        self._former = frozenset(former)
        self._logs: dict[str, list[NoteVerifier]] = {}
        for log in logs:
            self._logs.setdefault(log.key.name, []).append(log)
        self._storage = storage

    @property
    def key(self) -> VerifierKey:
        """The key verifying this witness's cosignatures."""
        return self._cosigner.key

    def latest(self, origin: str) -> Note | None:
        """The latest checkpoint cosigned for a log, or None. Raises UnknownLogError."""
        self._verifiers(origin)
        return self._storage.latest(origin)

    def update(self, old_size: int, proof: Sequence[bytes], note: Note, now: int) -> Signature:
        """Cosign a checkpoint extending the last checkpoint, of `old_size`, as shown by `proof`.

        `now` is in seconds since the epoch. Raises, with the HTTP status of c2sp.org/tlog-witness:
        MalformedError (400), UntrustedCheckpointError (403), UnknownLogError (404), SizeConflictError (409),
        InconsistentError (422).
        """
        checkpoint = Checkpoint.parse(note.text)
        verifiers = self._verifiers(checkpoint.origin)
        try:
            open_checkpoint(note, verifiers)
        except SignatureError as error:
            raise UntrustedCheckpointError(str(error)) from error
        self._check_present_key(note, verifiers)
        if old_size > checkpoint.size:
            raise MalformedError(
                "request", f"old size {old_size} is above the checkpoint's {checkpoint.size}"
            )
        # Anybody can add lines to a note: only the log's own are kept, each once, as state or as evidence.
        own = dict.fromkeys(s for s in note.signatures if any(s.is_by(v.key) for v in verifiers))
        note = Note(note.text, tuple(own))
        self._check_extends(old_size, proof, checkpoint, note)
        cosignature = self._cosigner.cosign(checkpoint, now)
        self._storage.replace(checkpoint.origin, old_size, note.with_signatures([cosignature]))
        return cosignature

    def _check_present_key(self, note: Note, verifiers: Sequence[NoteVerifier]) -> None:
        present = [verifier.key for verifier in verifiers if verifier.key not in self._former]
        if not any(line.is_by(key) for line in note.signatures for key in present):
            raise UntrustedCheckpointError(
                "signed by a former key alone, which this witness knows to be replaced: somebody may have "
                "stolen it"
            )

    def _verifiers(self, origin: str) -> list[NoteVerifier]:
        if origin not in self._logs:
            raise UnknownLogError(f"this witness does not watch a log {origin}")
        return self._logs[origin]

    def _check_extends(
        self, old_size: int, proof: Sequence[bytes], checkpoint: Checkpoint, note: Note
    ) -> None:
        latest = self._storage.latest(checkpoint.origin)
        known = None if latest is None else Checkpoint.parse(latest.text)
        known_size = 0 if known is None else known.size
        if old_size != known_size:
            raise SizeConflictError(
                f"the log {checkpoint.origin} was last seen at size {known_size}, not {old_size}",
                known_size,
                _contradiction(latest, note),
            )
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise InconsistentError(
                f"an empty tree of {checkpoint.origin} with a root that is not the empty one"
            )
        if known is None or old_size == 0:
            if proof:
                raise InconsistentError(
                    "nothing follows from an empty tree: its consistency proof must be empty"
                )
            return
        try:
            verify_consistency(old_size, checkpoint.size, proof, known.root, checkpoint.root)
        except ProofError as error:
            assert latest is not None  # noqa: S101 - its checkpoint is known
            raise InconsistentError(
                f"the checkpoint of {checkpoint.origin} at size {checkpoint.size} was not shown to extend "
                f"the one seen at size {old_size}: {error}",
                evidence_from_proof(latest, note, proof),
            ) from error


def _contradiction(latest: Note | None, offered: Note) -> Evidence | None:
    """Return evidence if the offered checkpoint is shorter than the latest, or another of the same size."""
    if latest is None:
        return None
    seen, shown = Checkpoint.parse(latest.text), Checkpoint.parse(offered.text)
    if shown.size > seen.size or (shown.size, shown.root) == (seen.size, seen.root):
        return None
    return Evidence(latest, offered)


class MemoryWitnessStorage:
    """A witness's memory for tests and simulations: nothing is durable."""

    def __init__(self) -> None:
        self._latest: dict[str, Note] = {}

    def latest(self, origin: str) -> Note | None:
        """The latest checkpoint cosigned for a log, or None."""
        return self._latest.get(origin)

    def replace(self, origin: str, old_size: int, note: Note) -> None:
        """Make `note` the latest. Raises SizeConflictError."""
        latest = self._latest.get(origin)
        known_size = 0 if latest is None else Checkpoint.parse(latest.text).size
        if known_size != old_size:
            raise SizeConflictError(f"the log {origin} was seen at size {known_size} meanwhile", known_size)
        self._latest[origin] = note
