"""Scheduled work of a node: puts the next policy in force on its day, and makes its cube."""

from contextlib import suppress

from gateway.member.build.cube_building import Progress, build
from gateway.member.build.noise_draws import waits_to_be_drawn
from gateway.member.build.preview import make
from gateway.member.errors import NotWitnessedError
from gateway.member.model.policy_version import ministry_label, policy_label
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import trusted
from gateway.member.policy.publishing import come_into_force, next_policy


def due(node: Node) -> bool:
    """Whether a signed policy waits to begin: its first day has come, and it is not in force yet; or charged
    tables wait to be drawn, and the hub has cosigned their charge.

    Raises PolicyRefusedError for an unreadable policy.
    """
    begins = any(next_policy(node, ministry=ministry) is not None for ministry in (True, False))
    return begins or waits_to_be_drawn(node)


def begin(node: Node, progress: Progress | None = None) -> list[str]:
    """Put the signed policies whose day has come in force, and protect the tables where still missing.

    Returns the versions in force from now on, as `3`, or `all/3` for the ministry-wide policy. May take
    minutes, and the memory of all tables.

    Raises SignatureRefusedError or PolicyRefusedError for a policy that cannot begin, and NotProtectedError;
    the policy in force, or its former cube, stays.
    """
    begun = [*_begin(node, progress, ministry=True), *_begin(node, progress, ministry=False)]
    with suppress(NotWitnessedError):  # the round of upkeep after the hub's cosignature draws them
        if begun:
            _build_missing(node, progress)
        if waits_to_be_drawn(node):
            build(node, progress)
    return begun


def _begin(node: Node, progress: Progress | None, *, ministry: bool) -> list[str]:
    """The version that came into force, if any."""
    waiting = next_policy(node, ministry=ministry)
    with node.store.reading() as view:
        given_out, below = bool(view.released_cubes()), view.policy() is not None
    if waiting is not None and given_out and (below or not ministry):
        # Before it is in force: not every policy can be protected beside earlier releases.
        make(node, waiting, progress)
    version = come_into_force(node, ministry=ministry)
    if version is None:
        return []
    return [ministry_label(version) if ministry else policy_label(version)]


def _build_missing(node: Node, progress: Progress | None) -> None:
    """Protect the tables of the policy in force, unless done before."""
    with node.store.reading() as view:
        ruling, loaded, cube = trusted(node, view), view.snapshot(), view.cube()
    if ruling is not None and loaded is not None and (cube is None or cube.label != ruling[0].label):
        build(node, progress)
