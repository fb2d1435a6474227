"""The node's log as auditors read the log inside the country."""

from audit.formats.vkey import VerifierKey
from gateway.auditing.audited_log import AuditedLog, ReplayResult
from gateway.auditing.context import KeptLog
from gateway.member.answer.decision_replay import replay
from gateway.member.node.context import Node
from gateway.member.node.hub_cosignatures import hub_witness_keys


def kept_log(node: Node) -> KeptLog:
    """The node's log, to be audited at the node; the hub is the log's witness."""
    return KeptLog(
        node.log,
        node.store,
        node.clock,
        witnesses=lambda: _witnesses(node),
        thresholds=node.thresholds,
        index=node.index,
    )


def audited(node: Node) -> AuditedLog:
    """The node's log, with decisions replayed from the openings of its entries."""

    def again(number: int) -> ReplayResult:
        with node.store.reading() as view:
            made = replay(view, node.dictionary, node.vocabulary, number)
        return ReplayResult(made.differences, made.unchecked, made.changed)

    return AuditedLog(kept_log(node), again)


def _witnesses(node: Node) -> tuple[VerifierKey, ...]:
    with node.store.reading() as view:
        keys = hub_witness_keys(node, view)
    return () if keys is None else tuple(map(VerifierKey.parse, keys.valid))
