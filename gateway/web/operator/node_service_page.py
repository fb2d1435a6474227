"""The page on which a node operator's desk begins: whether the node runs as it should, and who is let in.

Nothing on it says what a question or an answer holds.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway import __version__
from gateway.member.policy.policy_in_force import in_force
from gateway.web.operator.machine import MachineState, machine_now, node
from gateway.web.operator.service_state import (
    AlertState,
    InvitationState,
    PersonState,
    alert_state,
    invited,
    people,
)
from gateway.web.shared.desk import Desk

desk = Desk("operator-node")


@dataclass(frozen=True)
class NodeService:
    """`heard`: the last contact with the hub. `entries`: of the node's own log, `seen` of them by the hub.

    `unsent`: answers that the hub has not acknowledged. `evidence`: bundles against a log. `awaited`: who has
    yet to confirm the log of a restored node.
    """

    country: str
    version: str
    heard: datetime | None
    entries: int
    seen: int
    evidence: int
    awaited: tuple[str, ...]
    waiting: int
    unsent: int
    policy: str | None
    machine: MachineState
    alerts: tuple[AlertState, ...]
    people: tuple[PersonState, ...]
    invitations: tuple[InvitationState, ...]


@desk.page("/service", "operator/node.html")
def node_service() -> NodeService:
    """Contact, log, queue, machine and people of the node; nothing of questions and answers."""
    here = node()
    now = here.clock.now()
    with here.store.reading() as view:
        seen, newest = view.watch.seen_by_hub(), view.log.latest_checkpoint()
        policy = in_force(here, view)
        return NodeService(
            country=here.dictionary.member(here.member).name,
            version=__version__,
            heard=None if seen is None else seen.heard_at,
            entries=0 if newest is None else newest.size,
            seen=0 if seen is None else seen.size,
            evidence=len(view.watch.evidence()),
            awaited=tuple(view.recovery.awaited()),
            waiting=len(view.waiting_questions()),
            unsent=len(view.outbox()),
            policy=None if policy is None else str(policy[1].version),
            machine=machine_now(now),
            alerts=tuple(map(alert_state, view.watch.alerts(ended=False))),
            people=people(view.people.accounts()),
            invitations=invited(view.people.invitations(), now),
        )
