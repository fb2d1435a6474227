"""Builds the cube of the newest snapshot under the policy in force; slow, and outside of any transaction."""

from collections.abc import Callable
from dataclasses import replace

from anonymisers.cube import build_cube
from anonymisers.rules import Rules

from gateway.member import entries
from gateway.member.context import Node
from gateway.member.counting import count_people
from gateway.member.cubes import plan
from gateway.member.errors import NothingToProtectError
from gateway.member.model import StoredCube
from gateway.member.policies import policy_of
from gateway.member.snapshot import population
from policies import Policy

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of it is done (0 to 1)."""


def build(node: Node, progress: Progress | None = None) -> StoredCube:
    """Protect, certify, attack and store; from then on this cube answers.

    Raises:
        NothingToProtectError: there is no policy or no snapshot.
        AnonymiserError: no certificate could be made; the former cube stays.
    """
    with node.store.reading() as view:
        in_force, loaded = view.policy(), view.snapshot()
    if in_force is None or loaded is None:
        missing = "policy" if in_force is None else "snapshot"
        raise NothingToProtectError(
            f"{node.member} has no {missing} yet, so that there is nothing to protect."
        )
    policy = policy_of(node, in_force)
    record, snapshot = loaded
    made = plan(policy, snapshot, node.clock.now().date())
    rows = population(snapshot, policy.consent)
    table = count_people(snapshot, node.dictionary, made.finest, rows=rows, years=made.years)
    cube = build_cube(table, rules(policy, node), key=node.cube_key, progress=progress)
    now = node.clock.now()
    stored = StoredCube(record, in_force.version, made, cube.to_bytes(), -1)
    event, openings = entries.cube_certified(node, record.id, in_force.version, cube.certificate, now)
    with node.store.writing() as work:
        index = entries.record(node, work, event, openings)
        stored = replace(stored, index=index)
        work.add_cube(stored, because=index)
    return stored


def rules(policy: Policy, node: Node) -> Rules:
    """The policy's protection in the words of disclosure control."""
    scope = policy.scope
    sensitive = {d.name for d in node.dictionary.dimensions.values() if d.sensitive}
    return Rules(
        threshold=scope.threshold,
        zeros=scope.zeros.value,
        max_dims=scope.max_dims,
        sensitive=frozenset(sensitive & set(scope.dimensions)),
    )
