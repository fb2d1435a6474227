"""A log that lies in every way it can: each member finds out alone, or two of them by comparing."""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from memory_log import MemoryStorage
from monitor import Alert, AlertKind, Observation, Prover, compare_heads

from audit.errors import ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.evidence import Finding, evidence_from_tree
from audit.formats.evidence_errors import InconsistentError, SizeConflictError
from audit.formats.note import Note, Signer, Verifier
from audit.formats.tree import TiledTree
from audit.log.log import Log
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.witness.witness import MemoryWitnessStorage, Witness

LOG = Log(Signer.from_seed("log.example/hub", bytes(range(32))))
KEY = Verifier(LOG.key)
HISTORY = [b"entry %d" % i for i in range(12)]


def log_of(entries: list[bytes]) -> MemoryStorage:
    storage = MemoryStorage()
    LOG.create(storage, now=1)
    LOG.append(storage, entries, now=1)
    return storage


@dataclass
class Member:
    """A member node as far as it concerns the regional log."""

    name: str
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        self.witness = Witness(Cosigner.generate(self.name), [KEY], MemoryWitnessStorage())

    @property
    def seen(self) -> int:
        latest = self.witness.latest(LOG.origin)
        return 0 if latest is None else Checkpoint.parse(latest.text).size

    def poll(self, hub: MemoryStorage) -> None:
        """Ask the hub for its head, from the size that was seen last, and witness it."""
        note = LOG.checkpoint(hub)
        size = Checkpoint.parse(note.text).size
        proof = LOG.consistency(hub, self.seen, size) if self.seen <= size else []
        self.witness.update(min(self.seen, size), proof, note, now=1)

    def accept(self, receipt: Receipt, entry: bytes) -> None:
        """A question is looked at only under a checkpoint that this node has witnessed itself."""
        verified = receipt.verify(entry, Policy.of(KEY)).checkpoint
        latest = self.witness.latest(LOG.origin)
        assert latest is not None
        if Checkpoint.parse(latest.text) != verified:
            raise ProofError("not under the witnessed checkpoint")

    def observation(self, at: int = 1) -> Observation:
        latest = self.witness.latest(LOG.origin)
        assert latest is not None
        return Observation(self.name, latest, at)


@pytest.fixture
def member() -> Member:
    """A member that has witnessed the first seven entries."""
    member = Member("KH")
    member.poll(log_of(HISTORY[:7]))
    return member


def test_an_honest_log_is_witnessed(member: Member) -> None:
    hub = log_of(HISTORY)
    member.poll(hub)
    member.accept(LOG.receipt(hub, 11), HISTORY[11])


@pytest.mark.parametrize("rewritten", range(7))
def test_a_rewritten_entry_is_found_out(rewritten: int, member: Member) -> None:
    history = list(HISTORY)
    history[rewritten] = b"something else"
    with pytest.raises(InconsistentError) as refusal:
        member.poll(log_of(history))
    assert refusal.value.evidence is not None
    assert refusal.value.evidence.verify([KEY]) is Finding.FORK


@pytest.mark.parametrize("omitted", range(7))
def test_an_omitted_entry_is_found_out(omitted: int, member: Member) -> None:
    with pytest.raises(InconsistentError) as refusal:
        member.poll(log_of(HISTORY[:omitted] + HISTORY[omitted + 1 :]))
    assert refusal.value.evidence is not None
    assert refusal.value.evidence.verify([KEY]) is Finding.FORK


@pytest.mark.parametrize("size", range(7))
def test_a_rollback_is_found_out(size: int, member: Member) -> None:
    with pytest.raises(SizeConflictError) as refusal:
        member.poll(log_of(HISTORY[:size]))
    assert refusal.value.evidence is not None
    assert refusal.value.evidence.verify([KEY]) is Finding.ROLLBACK


def test_a_question_that_is_not_logged_is_not_accepted(member: Member) -> None:
    hub = log_of(HISTORY)
    member.poll(hub)
    with pytest.raises(ProofError):
        member.accept(LOG.receipt(hub, 3), b"a question that was never logged")


def test_a_question_logged_in_a_side_log_is_not_accepted(member: Member) -> None:
    """The hub signs a second history just for the question, which this member has never witnessed."""
    member.poll(log_of(HISTORY))
    side = log_of([*HISTORY[:11], b"secret question"])
    with pytest.raises(ProofError, match="witnessed"):
        member.accept(LOG.receipt(side, 11), b"secret question")


def prove_from(*histories: MemoryStorage) -> Prover:
    """The lying hub answers from whichever history has the larger size, as it would over HTTP."""

    def prove(_: str, old: int, new: int) -> list[bytes]:
        storage = next(s for s in histories if int(LOG.checkpoint(s).text.split("\n")[1]) >= new)
        return LOG.consistency(storage, old, new)

    return prove


def compare(*members: Member, hub: MemoryStorage) -> list[Alert]:
    return compare_heads([m.observation() for m in members], [KEY], prove_from(hub), now=1, patience=60)


def test_a_split_view_is_found_out_by_comparing_two_members() -> None:
    """Each of them alone sees a log that only grows."""
    cambodia, laos = Member("KH"), Member("LA")
    for size in (5, 7):
        cambodia.poll(log_of(HISTORY[:size]))
        laos.poll(log_of([b"another history", *HISTORY[1:size]]))

    (alert,) = compare(cambodia, laos, hub=log_of(HISTORY))

    assert alert.kind is AlertKind.FORK
    assert alert.evidence is not None
    assert alert.evidence.verify([KEY]) is Finding.FORK
    assert set(alert.sources) == {"KH", "LA"}


def test_a_split_view_at_different_sizes_is_proven_by_the_logs_own_proof() -> None:
    cambodia, laos = Member("KH"), Member("LA")
    cambodia.poll(log_of(HISTORY[:7]))
    other = log_of([b"another history", *HISTORY[1:]])
    laos.poll(other)

    (alert,) = compare(cambodia, laos, hub=other)

    assert alert.kind is AlertKind.FORK


def test_a_log_that_gives_no_proof_is_raised() -> None:
    cambodia, laos = Member("KH"), Member("LA")
    cambodia.poll(log_of(HISTORY[:7]))
    laos.poll(log_of(HISTORY))

    def refuse(origin: str, old: int, new: int) -> list[bytes]:
        raise ProofError(f"no proof of {origin} from {old} to {new} today")

    (alert,) = compare_heads([cambodia.observation(), laos.observation()], [KEY], refuse, now=1, patience=60)
    assert alert.kind is AlertKind.UNPROVEN


def test_members_at_different_sizes_of_an_honest_log_agree() -> None:
    members = [Member(name) for name in ("KH", "LA", "TH")]
    for member, size in zip(members, (3, 8, 12), strict=True):
        member.poll(log_of(HISTORY[:size]))
    assert compare(*members, hub=log_of(HISTORY)) == []


def test_a_delayed_checkpoint_is_raised() -> None:
    """The hub keeps one member at an old head, so that it does not see what was logged since."""
    cambodia, laos = Member("KH"), Member("LA")
    cambodia.poll(log_of(HISTORY[:7]))
    laos.poll(log_of(HISTORY))
    observations = [cambodia.observation(at=1_000), laos.observation(at=800)]
    prove = prove_from(log_of(HISTORY))

    def alerts(now: int, patience: int) -> list[tuple[AlertKind, tuple[str, ...]]]:
        return [
            (a.kind, a.sources) for a in compare_heads(observations, [KEY], prove, now=now, patience=patience)
        ]

    assert alerts(now=1_000, patience=300) == []
    assert alerts(now=1_000, patience=199) == [(AlertKind.BEHIND, ("KH",)), (AlertKind.SILENT, ("LA",))]
    assert alerts(now=5_000, patience=300) == [(AlertKind.SILENT, ("KH",)), (AlertKind.SILENT, ("LA",))]


def test_a_member_is_behind_from_when_anybody_first_saw_more() -> None:
    cambodia, laos, thailand = Member("KH"), Member("LA"), Member("TH")
    cambodia.poll(log_of(HISTORY[:7]))
    for member in (laos, thailand):
        member.poll(log_of(HISTORY))
    observations = [cambodia.observation(1_000), laos.observation(700), thailand.observation(990)]

    alerts = compare_heads(observations, [KEY], prove_from(log_of(HISTORY)), now=1_000, patience=299)

    assert [(a.kind, a.sources) for a in alerts if a.kind is AlertKind.BEHIND] == [
        (AlertKind.BEHIND, ("KH",))
    ]


def test_a_checkpoint_signed_by_somebody_else_is_raised() -> None:
    impostor, storage = Log(Signer.generate(LOG.origin)), MemoryStorage()
    impostor.create(storage, now=1)
    observation = Observation("KH", impostor.checkpoint(storage), 1)
    (alert,) = compare_heads([observation], [KEY], prove_from(), now=1, patience=60)
    assert alert.kind is AlertKind.UNTRUSTED


class LyingLog(RuleBasedStateMachine):
    """A log with any number of histories under one key offers them to one witness, in any order.

    The witness follows one history; whatever does not extend it is refused, and convicts the log.
    """

    def __init__(self) -> None:
        super().__init__()
        self.histories: list[list[bytes]] = [[]]
        self.member = Member("KH")
        self.followed: list[bytes] | None = None
        self.first_note: Note | None = None

    @initialize(entries=st.lists(st.sampled_from([b"a", b"b"]), max_size=9))
    def begin(self, entries: list[bytes]) -> None:
        self.histories = [entries]

    @rule(which=st.integers(0, 50), entries=st.lists(st.sampled_from([b"a", b"b"]), min_size=1, max_size=5))
    def grow(self, which: int, entries: list[bytes]) -> None:
        history = self.histories[which % len(self.histories)]
        self.histories.append(history + entries)

    @rule(which=st.integers(0, 50), keep=st.integers(0, 20))
    def roll_back(self, which: int, keep: int) -> None:
        self.histories.append(self.histories[which % len(self.histories)][:keep])

    @rule(which=st.integers(0, 50), position=st.integers(0, 20))
    def rewrite(self, which: int, position: int) -> None:
        history = list(self.histories[which % len(self.histories)])
        if history:
            history[position % len(history)] += b"!"
            self.histories.append(history)

    @rule(which=st.integers(0, 50))
    def offer(self, which: int) -> None:
        history = self.histories[which % len(self.histories)]
        followed = self.followed or []
        storage = log_of(history)
        if history[: len(followed)] == followed:
            self.member.poll(storage)
            self.followed = history
            return
        before = self.member.witness.latest(LOG.origin)
        with pytest.raises((InconsistentError, SizeConflictError)) as refusal:
            self.member.poll(storage)
        assert self.member.witness.latest(LOG.origin) == before
        assert before is not None
        evidence = refusal.value.evidence
        assert evidence is not None
        if evidence.verify([KEY]) is Finding.UNPROVEN:
            tree = TiledTree(len(history), storage.read_tiles)
            evidence = evidence_from_tree(before, LOG.checkpoint(storage), tree.nodes)
        shorter = len(history) < len(followed)
        assert evidence.verify([KEY]) is (Finding.ROLLBACK if shorter else Finding.FORK)


TestLyingLog = LyingLog.TestCase
TestLyingLog.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
