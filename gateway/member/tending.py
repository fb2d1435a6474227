"""What a node does by itself: let the next policy begin on its day, make its cube, end what came too late."""

import structlog

from gateway.member.approving import end_late
from gateway.member.building import build
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
from gateway.member.policies import trusted
from gateway.member.previewing import make
from gateway.member.publishing import come_into_force, next_policy

log = structlog.get_logger()


def tend(node: Node, shelf: CubeShelf) -> None:
    """Let the signed policy whose day has come take over, and protect its tables if that is not done yet.

    Questions that nobody gave leave for in time are ended before that.

    Raises SignatureRefusedError or PolicyRefusedError for a policy that cannot begin, and NotProtectedError;
    the policy in force, or its former cube, stays.
    """
    end_late(node, shelf)
    begun = _begin(node, ministry=True), _begin(node, ministry=False)
    if any(begun):
        _build_missing(node)


def _begin(node: Node, *, ministry: bool) -> bool:
    """Whether a policy came into force."""
    due = next_policy(node, ministry=ministry)
    with node.store.reading() as view:
        given_out, below = bool(view.released_cubes()), view.policy() is not None
    if due is not None and given_out and (below or not ministry):
        make(node, due)  # before it counts: not every policy can be protected beside what was given out
    version = come_into_force(node, ministry=ministry)
    if version is not None:
        log.info("policy in force", member=node.member, version=version, ministry=ministry)
    return version is not None


def _build_missing(node: Node) -> None:
    """Protect the tables of what is in force now, unless that was done before."""
    with node.store.reading() as view:
        ruling, loaded, cube = trusted(node, view), view.snapshot(), view.cube()
    if ruling is not None and loaded is not None and (cube is None or cube.label != ruling[0].label):
        build(node)
