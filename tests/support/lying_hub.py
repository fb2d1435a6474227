"""A hub that lies to one node: it signs other histories with its key, forgets, omits, repeats, delays."""

from collections.abc import Sequence
from dataclasses import replace

from federation import Federation, Member
from memory_log import MemoryStorage

from audit.events.event_values import Outcome
from audit.events.events import Released, decode, encode
from audit.formats.note import Signer
from audit.log.excerpt import RevealedLeaf, excerpt
from audit.log.log import Log
from gateway.hub.log_exchange import about
from gateway.wire.poll import PollReply

Entries = Sequence[bytes]


def entries_of(region: Federation) -> list[bytes]:
    """The regional log as it is."""
    with region.hub.store.reading() as view:
        checkpoint = view.log.latest_checkpoint()
        return [] if checkpoint is None else list(view.log.read_entries(0, checkpoint.size))


class LyingHub:
    """Replies to one member's polls from a history of its own making. To all others the hub is honest."""

    def __init__(self, region: Federation, member: Member) -> None:
        self.region = region
        self.member = member
        self.log = Log(Signer.parse(region.hub.log._signer.secret()))
        self.true_link = member.link.bend

    def tell(self, history: Entries, *, hide: Sequence[int] = ()) -> None:
        """From now on reply as if the log held this history; entries to `hide` are told as hashes only."""
        storage = self._storage(history)
        size = len(history)

        def lie(reply: PollReply) -> PollReply:
            seen, copied = self._known()
            proof = self.log.consistency(storage, seen, size) if seen <= size else []
            shown = excerpt(self.log, storage, copied, size, about(self.member.node.member))
            if shown is not None:
                leaves = tuple(
                    RevealedLeaf(None, reported.leaf) if number in hide else reported
                    for number, reported in enumerate(shown.leaves, start=shown.start)
                )
                shown = replace(shown, leaves=leaves)
            return replace(
                reply,
                checkpoint=str(self.log.checkpoint(storage)),
                consistency=tuple(proof),
                deliveries=(),
                excerpt=shown,
            )

        self.member.link.bend = lie

    def head_of(self, history: Entries) -> str:
        """The checkpoint that it signs over a history."""
        return str(self.log.checkpoint(self._storage(history)))

    def honest(self) -> None:
        """Reply as the hub does."""
        self.member.link.bend = self.true_link

    def repeat(self, reply: PollReply) -> None:
        """Reply with this from now on, whatever is asked."""
        self.member.link.bend = lambda _: reply

    def _storage(self, history: Entries) -> MemoryStorage:
        storage = MemoryStorage(self.log.origin)
        self.log.create(storage, 1)
        self.log.append(storage, list(history), 1)
        return storage

    def _known(self) -> tuple[int, int]:
        node = self.member.node
        with node.store.reading() as view:
            latest = view.witness.latest(self.log.origin)
            copied = view.watch.copied(self.log.origin).size
        return (0 if latest is None else int(latest.text.split("\n")[1])), copied


def released_otherwise(entry: bytes, member: str, outcome: Outcome) -> bytes:
    """A release that says something else of a member: that it answered, or that nothing came from it."""
    event = decode(entry)
    assert isinstance(event, Released)
    reported = [replace(o, outcome=outcome) if o.member == member else o for o in event.outcomes]
    return encode(replace(event, outcomes=tuple(reported)))
