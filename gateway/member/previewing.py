"""A policy seen before it counts: the very cube that would answer, and what it shows and withholds.

Nothing is logged and nothing leaves the node. The cube is kept: publishing the policy uses the same one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anonymisers.chronicle import Chronicle
from anonymisers.risk import Risk
from anonymisers.rules import Rules
from anonymisers.table import Table
from gateway.dictionary import Dictionary
from gateway.member import measuring
from gateway.member.adopting import existing, preview_id
from gateway.member.building import Progress, counted_table, protected
from gateway.member.context import Node
from gateway.member.counting import count_people
from gateway.member.cubes import MEASURE, ReadyCube, trees
from gateway.member.errors import NothingToProtectError, NotProtectedError
from gateway.member.measuring import Exposure, SharedValue, TableShown
from gateway.member.ministry import as_it_counts
from gateway.member.model import LoadedSnapshot, Plan
from gateway.member.planning import plan
from gateway.member.score import Score, score
from gateway.member.snapshot import Snapshot, population
from policies import Policy

CANONICAL = "canonical-questions"
"""The pack of questions that cubes are compared by."""


@dataclass(frozen=True, eq=False)
class Made:
    """A cube with the people behind it. `bytes` are those that would answer; `fresh`: made just now."""

    policy: Policy
    above: int | None
    """The version of the ministry-wide policy that is part of it, if any."""
    record: LoadedSnapshot
    plan: Plan
    cube: Chronicle
    snapshot: Snapshot = field(repr=False)
    people: Table = field(repr=False)
    bytes: bytes = field(repr=False)
    fresh: bool
    beside: bool
    """Whether it is safe beside everything that was given out; else it was made as if nothing had been."""
    hindrance: str | None
    """Why the policy cannot be published as it is, in a sentence."""


@dataclass(frozen=True)
class Preview:
    """What the controller sees. It tells of people who are withheld and is for nobody else."""

    tables: tuple[TableShown, ...]
    refused: tuple[tuple[tuple[str, int], ...], ...]
    people: int
    to_accept: tuple[SharedValue, ...]
    scores: Mapping[str, Score]
    exposure: Exposure
    records: Risk | None

    @property
    def score(self) -> Score:
        return sum(self.scores.values(), start=Score(0.0, 0.0))

    @property
    def cells(self) -> int:
        return sum(table.cells for table in self.tables)

    @property
    def withheld(self) -> int:
        return sum(table.withheld for table in self.tables)


def make(node: Node, policy: Policy, progress: Progress | None = None) -> Made:
    """The cube that this policy would make of the newest snapshot; the one there is, where it is the same.

    It is looked at together with what is in force: below the ministry-wide policy, or, a ministry-wide one
    itself, above that of the data set. `Made.policy` is both together.

    Raises NothingToProtectError without a snapshot, PolicyRefusedError where they cannot be together, and
    NotProtectedError where no safe cube can be made.
    """
    with node.store.reading() as view:
        loaded, released = view.snapshot(), view.released_cubes()
        policy, above = as_it_counts(node, view, policy)
    if loaded is None:
        raise NothingToProtectError(
            f"{node.member} has no snapshot yet, so that there is nothing to look at.",
            remedy="Load the register first: safelane member load SOURCE --mapping MAPPING --dir DIRECTORY.",
        )
    record, snapshot = loaded
    planned = plan(node.dictionary, policy, snapshot, node.clock.now().date())
    hindrance = None
    try:
        kept, fresh = _kept(node, loaded, planned, released, progress)
    except NotProtectedError as error:
        if not released:
            raise
        hindrance = f"{error.message} {error.remedy}".strip()
        kept, fresh = _kept(node, loaded, planned, [], progress)
    return Made(
        policy=policy,
        above=above,
        record=record,
        plan=planned[0],
        cube=Chronicle.from_bytes(kept),
        snapshot=snapshot,
        people=counted_table(node, snapshot, *planned),
        bytes=kept,
        fresh=fresh,
        beside=hindrance is None,
        hindrance=hindrance,
    )


def measure(node: Node, made: Made) -> Preview:
    """Everything that is told of a cube."""
    sensitive = frozenset(d.name for d in node.dictionary.dimensions.values() if d.sensitive)
    return Preview(
        tables=measuring.tables(made.cube, made.people),
        refused=measuring.refused(made.cube),
        people=int(made.people.counts.sum()),
        to_accept=measuring.shared_values(made.cube, sensitive),
        scores=scores(node, made),
        exposure=measuring.exposure(made.cube, made.people),
        records=measuring.records(made.people, sensitive),
    )


def scores(node: Node, made: Made) -> dict[str, Score]:
    """The score of each canonical question that the data can answer."""
    found = {}
    for name in node.dictionary.packs[CANONICAL]:
        question = node.dictionary.ready_made[name]
        levels = {node.dictionary.level(level).dimension: level for level in question.by}
        if question.measure != MEASURE or not levels.keys() <= made.snapshot.columns.keys():
            continue
        people = _counted_at(node, made, levels)
        asked = {
            d: node.dictionary.hierarchy(d, level, node.member, years=made.plan.years).at[level]
            for d, level in levels.items()
        }
        found[name] = score(made.cube, people, asked)
    return found


def ready(node: Node, made: Made) -> ReadyCube:
    """The cube as questions would read it."""
    shown = trees(node.dictionary, node.member, made.plan)
    return ReadyCube(made.cube, shown, made.record, made.policy.version, -1, above=made.above)


def _counted_at(node: Node, made: Made, levels: Mapping[str, str]) -> Table:
    """The people of the plan, over a question's dimensions, at the finer of its levels and the cube's."""
    finest = {
        dimension: _finer(node.dictionary, node.member, level, made.plan.finest.get(dimension, level))
        for dimension, level in levels.items()
    }
    rows = population(made.snapshot, made.plan.consent, victims=made.plan.victims)
    return count_people(made.snapshot, node.dictionary, finest, rows=rows, years=made.plan.years)


def _finer(dictionary: Dictionary, member: str, one: str, other: str) -> str:
    names = dictionary.dimension(dictionary.level(one).dimension).level_names(member)
    return min(one, other, key=lambda level: names.index(level) if level in names else 0)


def _kept(
    node: Node,
    loaded: tuple[LoadedSnapshot, Snapshot],
    planned: tuple[Plan, Rules],
    beside: list[bytes],
    progress: Progress | None,
) -> tuple[bytes, bool]:
    """The cube of a plan beside these, made now if there is none yet; and whether it was made now."""
    record, snapshot = loaded
    with node.store.reading() as view:
        name = preview_id(record.id, planned[0], beside, view.extracts.told())
        same = beside == view.released_cubes()
        found = existing(view, record.id, planned[0]) if same else view.preview(name)
    if found is not None:
        return found, False
    made = protected(node, snapshot, planned, beside, progress).to_bytes()
    with node.store.notes() as notes:
        notes.keep_preview(name, record.id, made, node.clock.now())
    return made, True
