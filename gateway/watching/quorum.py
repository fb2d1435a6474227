"""External witnesses are asked independently of questions; checkpoints with too few cosignatures raise
alerts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from audit.errors import AuditError, QuorumError
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.note import Note, Verifier
from audit.log.log import Log, Storage
from audit.log.policy import NO_QUORUM, Group, Policy
from audit.witness.client import Cosignatures, Prover
from gateway.watching.model import Alert, Concern
from gateway.watching.witnessing import Transaction


class HasLog(Protocol):
    """A view with a log, of either side."""

    @property
    def log(self) -> Storage: ...


Reading = Callable[[], AbstractContextManager[HasLog]]
Ask = Callable[[Note, Prover, Mapping[str, int]], Cosignatures]
"""Asks all external witnesses at once for a cosignature, from the size at which each was last known to be."""


@dataclass
class Gathering:
    """Memory between two cycles: each witness's size, and its last failure."""

    known: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def gather(log: Log, reading: Reading, transaction: Transaction, ask: Ask, memory: Gathering) -> None:
    """Ask the external witnesses to cosign the latest checkpoint, and keep the cosignatures.

    Nothing waits for this.
    """
    with reading() as view:
        checkpoint = view.log.latest_checkpoint()
    if checkpoint is None:
        return
    size = checkpoint.size

    def prove(old: int) -> Sequence[bytes]:
        with reading() as view:
            return log.consistency(view.log, old, size)

    gathered = ask(Note.parse(checkpoint.note), prove, memory.known)
    memory.failures = dict(gathered.failures)
    memory.known |= dict.fromkeys(gathered.signatures, size)
    if gathered.signatures:
        with transaction() as notes:
            notes.log.add_cosignatures(size, list(gathered.signatures.values()))


def members_policy(logs: Iterable[str], witnesses: Mapping[str, Sequence[str]], quorum: int) -> Policy:
    """Return a policy: `quorum` of these witnesses must have cosigned, each with any of its keys (vkeys).

    A key that two witnesses have counts for the first only: whoever gives another's key for its own has that
    other's cosignatures under its own name.
    """
    keys, owned = dict[str, CosignatureVerifier](), set[bytes]()
    groups = {}
    for name, own in witnesses.items():
        parsed = {f"{name}-{n}": CosignatureVerifier.parse(key) for n, key in enumerate(own)}
        counted = {n: verifier for n, verifier in parsed.items() if verifier.key.public not in owned}
        owned |= {verifier.key.public for verifier in counted.values()}
        keys |= counted
        groups[name] = Group(1, tuple(counted))
    believed = tuple(map(Verifier.parse, logs))
    if not quorum:
        return Policy(believed, keys, groups)
    return Policy(believed, keys, groups | {"quorum": Group(quorum, tuple(witnesses))}, "quorum")


def quorum_alerts(
    log: Log, storage: Storage, policy: Policy, now: datetime, patience: timedelta
) -> list[Alert]:
    """Return an alert if no sufficiently cosigned checkpoint covers the entries older than `patience`."""
    if policy.quorum == NO_QUORUM:
        return []
    old = storage.checkpoint_signed_by(int((now - patience).timestamp()))
    if old is None or old.size == 0:
        return []
    best: frozenset[str] = frozenset()
    for checkpoint in storage.cosigned_checkpoints(old.size):
        note = Note.parse(checkpoint.note).with_signatures(storage.cosignatures(checkpoint.size))
        try:
            policy.verify(note)
        except QuorumError:
            seen = Policy(policy.logs, policy.witnesses).verify(note).witnesses
            best = max(best, seen, key=len)
            continue
        except AuditError:
            # Signed by a key that the policy does not name, or no longer: it proves no witness.
            continue
        return []
    names = ", ".join(sorted({policy.witnesses[name].key.name for name in best})) or "nobody"
    message = (
        f"for more than {patience} no checkpoint with entry {old.size - 1} has been cosigned by enough "
        f"witnesses (so far by {names}); questions are answered as before"
    )
    return [Alert(Concern.BELOW_QUORUM, log.origin, "quorum", message, (old.size - 1,))]


def witness_alerts(origin: str, failures: Mapping[str, str]) -> list[Alert]:
    """Return an alert for every external witness that did not cosign on the last request."""
    return [
        Alert(Concern.WITNESS, origin, name, f"the witness {name} gave no cosignature: {why}")
        for name, why in sorted(failures.items())
    ]
