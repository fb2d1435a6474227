"""A member simulated down to its keys and its log, and a clock that a test moves by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from logged import answered, refused
from memory_log import MemoryStorage

from audit.events.event_values import CoarseSize, EntryRef
from audit.events.events import decode, encode
from audit.events.question_events import Asked
from audit.formats.checkpoint import Checkpoint
from audit.formats.commitment import commit
from audit.formats.cosignature import Cosigner
from audit.formats.merkle import leaf_hash
from audit.formats.note import Signer
from audit.log.log import Log
from audit.log.receipt import Receipt
from gateway.hub.context import Hub
from gateway.hub.log_exchange import witness_member_log
from gateway.hub.polling import poll
from gateway.hub.receiving import receive
from gateway.wire.answer import Answer, AskedEntry, Refusal
from gateway.wire.answer_text import ANSWER, answer_text, sign_answer
from gateway.wire.cells import Axis
from gateway.wire.enrolment import Enrolment
from gateway.wire.log_exchange import ShownLog
from gateway.wire.poll import Delivery, Poll, PollReply, SignedAnswer

ORIGIN = "test.example/log"


def hand_in(hub: Hub, member: "SimulatedMember", sent: SignedAnswer) -> None:
    """A member's newest answer, after its log was shown."""
    member.show(hub)
    receive(hub, member.enrolment, sent)


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

    @classmethod
    def at_present(cls) -> "HandClock":
        """One that starts at the system's time, for tests beside code that looks at that."""
        made = cls()
        made.time = datetime.now(UTC)
        return made

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class SimulatedMember:
    """A member with keys and a log of its own, which answers whatever a test wants."""

    code: str
    clock: HandClock
    signer: Signer = field(init=False)
    log_signer: Signer = field(init=False)
    log: Log = field(init=False)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    cosigner: Cosigner = field(init=False)
    caller: Signer = field(init=False)
    enrolment: Enrolment = field(init=False)

    def __post_init__(self) -> None:
        self.signer = Signer.generate(f"test.example/{self.code}/answers")
        self.log_signer = Signer.generate(f"test.example/{self.code}/log")
        self.log = Log(self.log_signer)
        self.cosigner = Cosigner.generate(f"test.example/{self.code}/witness")
        self.caller = Signer.generate(f"test.example/{self.code}/calls")
        self.enrolment = Enrolment(
            self.code,
            str(self.signer.key),
            str(self.log_signer.key),
            str(self.cosigner.key),
            str(self.caller.key),
        )

    def poll(self, hub: Hub, seen_size: int = 0) -> PollReply:
        return poll(hub, self.enrolment, Poll(seen_size, None, None, 0.0))

    def show(self, hub: Hub) -> None:
        """Show the hub the log, as a call does: what was logged counts from then on."""
        with hub.store.notes() as notes:
            latest = notes.witness.latest(self.log.origin)
            seen = 0 if latest is None else Checkpoint.parse(latest.text).size
            head = self.log.checkpoint(self.storage)
            proof = self.log.consistency(self.storage, seen, Checkpoint.parse(head.text).size)
            witness_member_log(hub, notes, self.enrolment, ShownLog(str(head), seen, tuple(proof)))

    def answer(
        self, delivery: Delivery, *cells: int | None, refusals: tuple[Refusal, ...] = ()
    ) -> SignedAnswer:
        """A table by outcome with these cells for K, I, U and the total; or a refusal."""
        event = decode(delivery.entry)
        assert isinstance(event, Asked)
        index = Receipt.parse(delivery.receipt).index
        leaf = leaf_hash(delivery.entry)
        made = Answer(
            event.question_id,
            AskedEntry(ORIGIN, index, leaf.hex()),
            self.code,
            "1",
            "snapshot-1",
            "2025-12-31",
            () if refusals else (Axis("outcome", ("K", "I", "U", "Total")),),
            cells,
            refusals,
        )
        return self.logged(made, EntryRef(ORIGIN, index, leaf))

    def logged(self, made: Answer, asked: EntryRef) -> SignedAnswer:
        """Any answer, signed and with an entry of this member's log."""
        opening = commit(ANSWER, answer_text(made).encode())
        now = self.clock.now()
        said = {"member": self.code, "asked": asked, "snapshot": made.snapshot, "at": now}
        if made.refusals:
            reasons = tuple(r.value for r in made.refusals)
            entry = encode(refused(made.question_id, policy_version=made.policy, reasons=reasons, **said))
        else:
            size = CoarseSize.of(len(made.cells))
            entry = encode(answered(made.question_id, answer=opening.commitment, size=size, **said))
        index = self.log.append(self.storage, [entry], int(now.timestamp()))[0]
        receipt = str(self.log.receipt(self.storage, index))
        return SignedAnswer(sign_answer(made, self.signer), entry, receipt, opening.salt)
