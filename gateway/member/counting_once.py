"""Counting once, at a member: join a run, seal the own set, pass the merged list on. Each is logged."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from anonymisers.blinded.hashing import person_point
from anonymisers.blinded.mixing import (
    MixKey,
    check_entries,
    list_digest,
    sealed_set,
    shuffled,
)
from anonymisers.blinded.points import ORDER, EccPoint, to_bytes
from anonymisers.errors import BlindedSetError, IdentifierError, MaskError
from anonymisers.masks.keys import MaskKey, new_secret
from anonymisers.masks.masking import Masks
from anonymisers.masks.roster import Roster
from anonymisers.totals.window import fewest
from audit.checkpoint import Checkpoint
from audit.count_events import CountBegun, SetMixed, SetSealed
from audit.errors import AuditError
from audit.events import decode, whole_second
from audit.merkle import leaf_hash, verify_consistency
from audit.note import Verifier
from audit.policy import Policy as LogPolicy
from audit.receipt import Receipt
from gateway.member import entries
from gateway.member.context import Node
from gateway.member.errors import UnprovenError
from gateway.member.mechanisms import changes_numbers
from gateway.member.participants import Own, answer_keys
from gateway.member.policies import trusted
from gateway.member.ports import UnitOfWork, View
from gateway.member.seeing import region_keys, region_of
from gateway.wire.count_roster import count_roster
from gateway.wire.counting import (
    LARGEST_SET,
    CountError,
    Joined,
    Mixed,
    Sealed,
    check_names,
    same_epoch,
    sign_step,
)

Mixing = Callable[[Sequence[bytes], MixKey, Sequence[bytes]], list[bytes]]
"""Applies a key to a list of entries, in order; on several processors at once, if it likes."""


Keep = Callable[[UnitOfWork, str, list[bytes], int], None]
"""Keeps a note and the list that it is about, in the transaction that logs them; the entry that says so."""


@dataclass(frozen=True)
class Secrets:
    """What a member keeps from joining until it has passed the list on, and then destroys."""

    mix: MixKey
    mask: bytes

    @classmethod
    def new(cls) -> "Secrets":
        return cls(MixKey.new(), new_secret())

    def to_text(self) -> str:
        return f"{self.mix.share:064x}{self.mix.blinding:064x}{self.mask.hex()}"

    @classmethod
    def of_text(cls, text: str) -> "Secrets":
        """Raises CountError for anything that `to_text` has not written."""
        try:
            share, blinding, mask = int(text[:64], 16), int(text[64:128], 16), bytes.fromhex(text[128:])
            if not (0 < share < ORDER and 0 < blinding < ORDER and len(text) == 192):
                raise ValueError
        except ValueError:
            raise CountError("The secrets of this run are damaged.") from None
        return cls(MixKey(share, blinding), mask)


@dataclass(frozen=True)
class Run:
    """A run as the regional log has it; `id` is the leaf hash of its entry."""

    id: bytes
    event: CountBegun


@dataclass(frozen=True)
class Extension:
    """A head of the regional log that this node has witnessed, and the proof that leads on from it."""

    head: Checkpoint
    proof: tuple[bytes, ...]

    def check(self, later: Checkpoint) -> None:
        """Raises AuditError unless a later head is one of the same log."""
        verify_consistency(self.head.size, later.size, self.proof, self.head.root, later.root)


def open_run(
    node: Node, entry: bytes, receipt: str, extension: Extension | None = None
) -> tuple[Run, dict[str, Verifier]]:
    """The run and all members' keys, both from the regional log. Raises CountError without the proof.

    `extension` shows that the log with the run is the one that this node has witnessed. Files bring none:
    what they say is compared with the log whenever somebody reads it.
    """
    with node.store.reading() as view:
        if changes_numbers(view):
            raise CountError(
                f"The numbers of {node.member} are changed to protect people; how many people all members "
                "have together would be exact, and tell of them.",
                remedy="A member whose numbers are changed takes part in no count.",
            )
        keys = tuple(Verifier.parse(key) for key in region_keys(node, view).valid)
        changes = [data for _, data in view.watch.key_changes(region_of(node))]
    try:
        members = answer_keys(changes, node.dictionary.members, Own(node.member, node.answer_signer.verifier))
        checkpoint = Receipt.parse(receipt).verify(entry, LogPolicy(keys)).checkpoint
        if extension is not None:
            extension.check(checkpoint)
        event = decode(entry)
    except AuditError as error:
        raise CountError(f"The run is not proved to stand in the regional log: {error}.") from None
    except UnprovenError as error:
        raise CountError(error.message, remedy=error.remedy) from None
    if not isinstance(event, CountBegun) or node.member not in event.members:
        raise CountError(f"This is no run that {node.member} takes part in.")
    _check_run(event, members)
    return Run(leaf_hash(entry), event), members


def _check_run(event: CountBegun, known: Container[str]) -> None:
    """Whether a run is one that this node takes part in, whatever hub began it. Raises CountError."""
    check_names(event.epoch, event.kind)
    if list(event.members) != sorted(set(event.members)):
        raise CountError("A member stands twice in the run, or out of order.")
    if any(member not in known for member in event.members):
        raise CountError("A participant is no member that the regional log has enrolled.")
    if len(event.members) < fewest():
        raise CountError(
            f"The run has {len(event.members)} members; a node takes part from {fewest()} on.",
            remedy="With fewer, what the others hold could be told from the number of people.",
        )
    if not 0 < event.size <= LARGEST_SET:
        raise CountError(f"The run's sets have {event.size} entries: nobody can fill or pass on as many.")


def join(node: Node, run: Run, secrets: Secrets) -> str:
    """The note that gives the member's keys for a run.

    Raises CountError for a run that would tell of fewer people than the policy in force does.
    """
    _check_threshold(node, run)
    mix, mask = secrets.mix, MaskKey(secrets.mask)
    joined = Joined(run.id, node.member, mix.public, mix.proof(run.id), mask.public)
    return sign_step(joined, node.answer_signer)


def roster_of(run: Run, joined: Mapping[str, Joined]) -> Roster:
    """The list that the members bind the number of their people to. Raises CountError.

    Every member must have shown that its key is its own, for this run.
    """
    return count_roster(run.id, run.event, joined)


@dataclass(frozen=True)
class Sealing:
    """What a set is sealed with, and the identifiers of the people in it, in any spelling."""

    secrets: Secrets
    joined: Mapping[str, Joined]
    identifiers: Sequence[str]


def seal(node: Node, run: Run, sealing: Sealing, keep: Keep) -> None:
    """Seal the member's set and commit to it in a signed note; logged, once for an epoch, and kept with it.

    Raises CountError for a second set of an epoch, for joined keys that do not hold, for too many people, or
    for a run that would tell of fewer people than the policy in force does.
    """
    _check_threshold(node, run)
    roster = roster_of(run, sealing.joined)
    try:
        people = _people(run, sealing.identifiers)
        publics = [sealing.joined[m].key for m in run.event.members]
        sealed = sealed_set(people, run.event.size, publics)
        masks = Masks(roster, node.member, MaskKey(sealing.secrets.mask))
        masked = masks.masked(roster.sums[0], len(people))
    except (BlindedSetError, IdentifierError, MaskError) as error:
        raise CountError(f"The set cannot be sealed: {error.message}.", remedy=error.remedy) from None
    digest = list_digest(sealed)
    step = Sealed(run.id, node.member, digest, roster.digest(), masked.to_bytes(8, "big"))
    now = whole_second(node.clock.now())
    with node.store.writing() as work:
        if any(same_epoch(event.epoch, run.event.epoch) for event in _sealed(work)):
            raise CountError(
                f"{node.member} has sealed a set for {run.event.epoch} before.",
                remedy="There is one set for an epoch. Send the one that was sealed.",
            )
        index = entries.record(node, work, SetSealed(run.id, run.event.epoch, node.member, digest, now), {})
        keep(work, sign_step(step, node.answer_signer), sealed, index)


@dataclass(frozen=True)
class Passing:
    """What a member passes a list on with. `received` has gone through `check_received`."""

    secrets: Secrets
    joined: Mapping[str, Joined]
    received: Sequence[bytes]


def mix(node: Node, run: Run, passing: Passing, *, apply: Mixing, keep: Keep) -> None:
    """Make the merged list after this member, and sign what it was made from; logged, and kept with it.

    Raises CountError for a list that is none, or a second time.
    """
    turn = run.event.members.index(node.member)
    after = [passing.joined[m].key for m in run.event.members[turn + 1 :]]
    try:
        check_entries(passing.received, run.event.size * len(run.event.members))
        passed = apply(shuffled(passing.received), passing.secrets.mix, after)
    except BlindedSetError as error:
        raise CountError(f"The list cannot be passed on: {error.message}.") from None
    step = Mixed(run.id, node.member, list_digest(passing.received), list_digest(passed))
    now = whole_second(node.clock.now())
    with node.store.writing() as work:
        if _logged(work, b'"type":"set-mixed"', f'"run":"{run.id.hex()}"'.encode()):
            raise CountError(f"{node.member} has passed the list on before.", remedy="Send that one again.")
        event = SetMixed(run.id, node.member, step.received, step.passed, now)
        index = entries.record(node, work, event, {})
        keep(work, sign_step(step, node.answer_signer), passed, index)


def _check_threshold(node: Node, run: Run) -> None:
    """A member without a policy has its controller's leave to go by."""
    with node.store.reading() as view:
        found = trusted(node, view)
    asked = 0 if found is None else found[1].scope.threshold
    if run.event.threshold < asked:
        raise CountError(
            f"The run tells of {run.event.threshold} people known to several members; "
            f"the policy in force here tells of no fewer than {asked}.",
            remedy="Decline it; as long as no set is in, it can be begun again with a larger threshold.",
        )


def _people(run: Run, identifiers: Sequence[str]) -> list[EccPoint]:
    """Distinct people: spellings of one number are one."""
    points = (person_point(run.event.kind, spelt, run.event.epoch) for spelt in set(identifiers))
    return list({to_bytes(point): point for point in points}.values())


def check_received(
    run: Run, member: str, sealed: Mapping[str, Sealed], before: Mixed | None, received: Sequence[bytes]
) -> None:
    """The list must be the sealed sets one after the other, or what the member before passed on.

    Raises CountError: somebody has changed its set, or the list on the way.
    """
    size, members = run.event.size, run.event.members
    if before is not None:
        if before.run != run.id or list_digest(received) != before.passed:
            raise CountError("The list is not the one that the member before passed on.")
        return
    if member != members[0] or set(sealed) != set(members):
        raise CountError("A member has not sealed its set yet.")
    for place, owner in enumerate(members):
        own = list(received[place * size : (place + 1) * size])
        if sealed[owner].run != run.id or list_digest(own) != sealed[owner].entries:
            raise CountError(f"The set of {owner} is not the one that it has committed to.")


def _sealed(view: View) -> Iterator[SetSealed]:
    """Every set that this node has put into a run."""
    head = view.log.head()
    for data in () if head is None else view.log.read_entries(0, head.size):
        if b'"type":"set-sealed"' in data and isinstance(event := decode(data), SetSealed):
            yield event


def _logged(view: View, *marks: bytes) -> bool:
    head = view.log.head()
    data = () if head is None else view.log.read_entries(0, head.size)
    return any(all(mark in entry for mark in marks) for entry in data)
