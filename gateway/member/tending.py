"""What a node does by itself: let the next policy begin on its day, make its cube, end what came too late."""

import structlog

from gateway.member.approving import end_late
from gateway.member.building import build
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
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
    due = next_policy(node)
    with node.store.reading() as view:
        given_out = bool(view.released_cubes())
    if due is not None and given_out:
        make(node, due)  # before it counts: not every policy can be protected beside what was given out
    version = come_into_force(node)
    if version is None:
        return
    log.info("policy in force", member=node.member, version=version)
    with node.store.reading() as view:
        loaded, cube = view.snapshot(), view.cube()
    if loaded is not None and (cube is None or cube.policy_version != version):
        build(node)
