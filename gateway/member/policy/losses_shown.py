"""What a restored node has lost of its log, for its operator and its controller."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.policy_in_force import trusted


@dataclass(frozen=True)
class LossShown:
    """A loss: `entries` were signed after the backup, and `unknown` of them are lost for good.

    `answers`: whether the node answers all the same; `before`: of years before this one nothing new is
    released. An unknown entry is missing for good in either case.
    """

    entries: int
    unknown: int
    answers: bool
    before: int


def losses_shown(node: Node, view: View) -> Iterator[LossShown]:
    """Every loss of the node's log, oldest first."""
    losses = view.recovery.losses()
    answers = bool(losses) and trusted(node, view) is not None
    for loss in losses:
        unknown = 0 if loss.certain else max(loss.unknown, 1)
        yield LossShown(loss.stop - loss.start, unknown, answers, loss.at.year)
