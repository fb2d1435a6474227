"""Builds the cube of the newest snapshot under the policy in force; slow, and outside of any transaction."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from anonymisers.cube import build_cube
from anonymisers.rules import Rules, TableOf
from gateway.dictionary import Dictionary
from gateway.member import entries
from gateway.member.context import Node
from gateway.member.counting import count_people
from gateway.member.cubes import MEASURE, plan
from gateway.member.errors import NothingToProtectError
from gateway.member.model import Plan, StoredCube
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
    rows = population(snapshot, policy.consent, victims=policy.population.victims)
    table = count_people(snapshot, node.dictionary, made.finest, rows=rows, years=made.years)
    cube = build_cube(table, rules(policy, node, made), key=node.cube_key, progress=progress)
    now = node.clock.now()
    stored = StoredCube(record, in_force.version, made, cube.to_bytes(), -1)
    event, openings = entries.cube_certified(node, record.id, in_force.version, cube.certificate_digest, now)
    with node.store.writing() as work:
        index = entries.record(node, work, event, openings)
        stored = replace(stored, index=index)
        work.add_cube(stored, because=index)
    return stored


def rules(policy: Policy, node: Node, made: Plan) -> Rules:
    """The policy's protection in the words of disclosure control, for the dimensions that there are."""
    scope = policy.scope
    sensitive = {d.name for d in node.dictionary.dimensions.values() if d.sensitive}
    tables = (
        _priority_table(node.dictionary, node.member, made, levels)
        for levels in _priorities(node.dictionary, policy)
    )
    return Rules(
        threshold=scope.threshold,
        zeros=scope.zeros.value,
        max_dims=min(scope.max_dims, len(made.finest)),
        sensitive=frozenset(sensitive & set(made.finest)),
        priority=tuple(dict.fromkeys(t for t in tables if t is not None and len(t.dims) <= scope.max_dims)),
    )


def _priorities(dictionary: Dictionary, policy: Policy) -> Iterator[dict[str, str]]:
    """The tables that the policy puts first, as dimension -> level: ready-made questions and its own."""
    for entry in policy.scope.priority:
        if not isinstance(entry, str):
            yield dict(entry)
            continue
        for name in dictionary.packs.get(entry, (entry,)):
            question = dictionary.ready_made[name]
            if question.measure == MEASURE:
                yield {dictionary.level(level).dimension: level for level in question.by}


def _priority_table(
    dictionary: Dictionary, member: str, made: Plan, levels: Mapping[str, str]
) -> TableOf | None:
    """The table down to these levels, as far as the cube goes; None where it has not all dimensions."""
    cuts: dict[str, int] = {}
    for dimension, level in levels.items():
        if dimension not in made.finest:
            return None
        names = dictionary.dimension(dimension).level_names(member)
        shown = names[names.index(made.finest[dimension]) :]
        if level in shown:
            cuts[dimension] = len(shown) - shown.index(level)
    return TableOf.of(levels, **cuts)
