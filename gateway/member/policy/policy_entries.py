"""The start of a policy version as an entry of a node's log."""

from datetime import datetime

from audit.events.event_values import PolicyStep
from audit.events.events import Event, PolicyInForce, whole_second
from audit.formats.commitment import Opening, commit
from gateway.member.node.context import Node

TEXT = "text"
EFFECT = "effect"


def policy_in_force(
    node: Node, label: str, text: str, step: tuple[PolicyStep, bytes], at: datetime
) -> tuple[Event, dict[str, Opening]]:
    direction, changes = step
    openings = {TEXT: commit(TEXT, text.encode()), EFFECT: commit(EFFECT, changes)}
    event = PolicyInForce(
        member=node.member,
        policy_version=label,
        step=direction,
        text=openings[TEXT].commitment,
        effect=openings[EFFECT].commitment,
        at=whole_second(at),
    )
    return event, openings
