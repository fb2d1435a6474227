"""The keys of the hub's replies that a node trusts, and the way to a new key.

As long as two keys are valid, the hub signs with the key that the node knows, and the regional log announces
the other. A node that was away for the whole time follows the hub's statements; each statement must be signed
by the key before, and be in the log under a key that this node trusts. After a possible theft of a key, only
a comparison by voice leads on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.errors import AuditError
from audit.events.events import KeyChanged
from audit.formats.note import Verifier
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from gateway.member.errors import LinkError
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.region.log_exchange import region_keys, region_of
from gateway.watching.keys import CALLS, KnownKeys, key_chain, key_change, known_keys
from gateway.wire.hub_reply_keys import KeyStep, ReplyKeys, check_statement

COMPARE = (
    "Call the hub's operator, at a number that you know already, stop this node, and type in the fingerprint "
    "that you hear: safelane member trust-hub. An older Safelane must be upgraded first."
)


@dataclass
class HubReplyKeys:
    """The node's trusted keys of the hub. `learned`: keys learned from statements since the node started.

    The copy of the regional log brings the learned keys as well, and keeps them.
    """

    node: Node
    learned: tuple[bytes, ...] = ()

    def valid(self) -> tuple[Verifier, ...]:
        """The valid keys of replies, the present key first. Raises LinkError after a theft."""
        with self.node.store.reading() as view:
            changes = [*_changes(self.node, view), *self.learned]
        for change in key_chain(CALLS, str(self.node.hub_reply_keys.key), changes):
            if change.is_theft:
                raise _stolen(change)
        return tuple(map(Verifier.parse, reply_keys(self.node, changes).valid))

    def follow(self, announced: ReplyKeys) -> None:
        """Follow the hub's statements to its present key. Raises LinkError, with a remedy, if no statement
        leads there.
        """
        with self.node.store.reading() as view:
            changes = [*_changes(self.node, view), *self.learned]
            # The present key alone: in an overlap the former one signs beside it, and may be a thief's.
            logs = Policy.of(Verifier.parse(region_keys(self.node, view).present))
        believed, led = reply_keys(self.node, changes).present, list[bytes]()
        for step in announced.changes:
            change = key_change(step.entry)
            if change is not None and change.use == CALLS and change.former == believed:
                _check(step, change, logs)
                believed = change.present
                led.append(step.entry)
        if believed != announced.call_key or not led:
            raise LinkError(
                "The hub signs its replies with a key that this node does not know.", remedy=COMPARE
            )
        self.learned = (*self.learned, *led)


def reply_keys(node: Node, changes: Sequence[bytes]) -> KnownKeys:
    """The keys from the key compared by voice on, through all changes in the regional log."""
    return known_keys(CALLS, str(node.hub_reply_keys.key), changes, node.clock.now())


def followed_reply_keys(node: Node, view: View) -> KnownKeys:
    """As the copy of the regional log says."""
    return reply_keys(node, _changes(node, view))


def _changes(node: Node, view: View) -> list[bytes]:
    return [entry for _, entry in view.watch.key_changes(region_of(node))]


def _check(step: KeyStep, change: KeyChanged, logs: Policy) -> None:
    try:
        Receipt.parse(step.receipt).verify(step.entry, logs)
    except AuditError:
        raise LinkError(
            "The hub says that it has a new key, and does not prove that this stands in the regional log.",
            remedy=COMPARE,
        ) from None
    if change.is_theft:
        raise _stolen(change)
    try:
        check_statement(step.statement or "", step.entry, str(change.former), change.present)
    except AuditError:
        raise LinkError(
            "The hub has a new key, and its former one does not say so: nothing leads this node there.",
            remedy=COMPARE,
        ) from None


def _stolen(change: KeyChanged) -> LinkError:
    return LinkError(
        f"The hub changed its key at once on {change.at:%Y-%m-%d}: the former one may have been stolen.",
        remedy=COMPARE,
    )
