"""Findings on a cube before it counts: measured once, and kept beside the cube in the node.

A policy of other words makes the same cube. Its preview needs no reading of the cube, which takes seconds:
the findings are kept under a name that follows from the cube's last byte.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.tables.count_table import Table
from audit.formats.canonical import canonical_json
from gateway import __version__
from gateway.dictionary import SERVICE_DATE, Dictionary, Tree
from gateway.member.build.beside_casualties import counted_clients
from gateway.member.build.preview_record import CellKey, Cells, Findings, Preview, cell_of, findings_from_json
from gateway.member.build.readable_tables import codes_of, readable_tables
from gateway.member.cube import cube_measures
from gateway.member.cube.accident_counts import ACCIDENTS, AccidentsRead, accidents_in
from gateway.member.cube.activity_counts import MEASURES, ActivitiesRead
from gateway.member.cube.client_services import MEASURES as OF_SERVICES
from gateway.member.cube.client_services import ServicesRead
from gateway.member.cube.clients_counts import MEASURES as OF_CLIENTS
from gateway.member.cube.clients_counts import ClientsRead, named_apart
from gateway.member.cube.clients_shares import clients_shares
from gateway.member.cube.cube_cache import (
    MEASURE,
    activities_read,
    cell_value,
    clients_read,
    services_read,
    trees,
)
from gateway.member.cube.cube_formats import Released, parse_clients
from gateway.member.cube.cube_measures import SharedValue
from gateway.member.cube.cube_reading import UnreadableError, read
from gateway.member.cube.table_shares import (
    Codes,
    ReadTable,
    ShareChange,
    TableShare,
    share_changes,
    table_shares,
    worst_first,
)
from gateway.member.cube.usefulness import Score, score
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.policy_version import policy_label
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.model.stored_cube import Plan
from gateway.member.node.context import Node
from gateway.member.policy.cube_adoption import preview_id, sensitive_of
from gateway.member.register.person_counts import count_people
from gateway.question import ask
from policies import Policy

CANONICAL = "canonical-questions"
"""The pack of questions for comparing cubes."""
FORM = 5
"""Findings that are kept in another form are measured again."""


@dataclass(frozen=True, eq=False)
class PreviewedCube:
    """A cube with its people. `bytes`: the stored form that would answer; `fresh`: whether the cube was made
    just now.
    """

    policy: Policy
    above: int | None
    """The version of the ministry-wide policy within the composed policy, if any."""
    record: LoadedSnapshot
    plan: Plan
    snapshot: Snapshot = field(repr=False)
    count: Callable[[], Table] = field(repr=False)
    bytes: bytes = field(repr=False)
    read: Callable[[], Released] = field(repr=False)
    fresh: bool
    beside: bool
    """Whether the cube is safe beside all earlier releases; otherwise made as if nothing had been
    released.
    """
    threshold: int
    """The least number of people of a cell that is not small, at the strictest level."""
    hindrance: str | None
    """Why the policy cannot be published, in a sentence."""
    stricter: tuple[str, ...] = ()
    """What the cube withholds beyond the policy's own words, in sentences."""
    reruns: tuple[str, ...] = ()
    """What reruns of the public program tell of each period, in sentences."""

    @cached_property
    def cube(self) -> Released:
        """The cube, read at first use, as reading takes seconds. Raises CertificateError for a damaged
        cube.
        """
        return self.read()

    @cached_property
    def people(self) -> Table:
        """The people behind the cube, for the controller's eyes."""
        return self.count()

    @property
    def to_be_read(self) -> ReleasedCells:
        """The cube as questions will read it: noisy counts still to be drawn are not withheld."""
        return self.cube.when_drawn if isinstance(self.cube, NoisyCube) else self.cube

    @cached_property
    def counted(self) -> ReleasedCells:
        """The cube with the counts of its people, whether or not the counts are shown."""
        return self.cube.as_counted(self.people)

    def shares(self, tables: Mapping[ReadTable, Codes]) -> tuple[TableShare, ...]:
        """The share of each of these tables that the cube has, the worst first; none with noise, as noisy
        tables withhold nothing.
        """
        if self.plan.tables:
            return ()
        accidents = accidents_in(self.cube) if self.plan.accidents else None
        return table_shares(self.counted, self.people, self.threshold, tables, accidents)


@dataclass(frozen=True, eq=False)
class PreviewReader:
    """The cube as questions would read it. Canonical questions find their numbers in `cells`."""

    made: PreviewedCube
    trees: Mapping[str, Tree]
    cells: Cells
    measure: str = MEASURE
    activities: Mapping[str, ActivitiesRead] = field(default_factory=dict)
    """Risk education and marking, by measure."""
    clients: ClientsRead | None = None
    """Clients of assistance; None where the plan has none."""
    services: Mapping[str, ServicesRead] = field(default_factory=dict)
    """Services to clients and their cost, by measure."""

    @property
    def snapshot(self) -> LoadedSnapshot:
        return replace(self.made.record, until=self.made.plan.until(self.made.record))

    @property
    def label(self) -> str:
        return policy_label(self.made.policy.version, self.made.above)

    @property
    def mechanism(self) -> str | None:
        """The name of the perturbation mechanism; None where the shown numbers are exact."""
        return self.made.cube.mechanism if self.made.plan.mechanism else None

    def largest_deviation(self, key: Mapping[str, str]) -> int:
        """The largest difference between a readable cell's value and its count."""
        return self.made.cube.largest_deviation(key) if self.made.plan.mechanism else 0

    @property
    def epsilon(self) -> str:
        """With noise: the privacy loss of each table; otherwise empty."""
        return self.made.cube.epsilon if self.made.plan.mechanism else ""

    def drawn(self, key: Mapping[str, str]) -> int:
        """The number of noise draws in a readable cell's value."""
        return self.made.cube.drawn(key) if self.made.plan.mechanism else 0

    def read(self, key: Mapping[str, str]) -> int | None:
        """The value of a cell, None when withheld; KeyError outside the lattice."""
        known = cell_of(key)
        return self.cells[known] if known in self.cells else cell_value(self.made.cube, key)

    def counting(
        self, measure: str
    ) -> "PreviewReader | AccidentsRead | ActivitiesRead | ClientsRead | ServicesRead | None":
        """This cube for casualties, and what stands beside it, if anything does, for other measures."""
        if measure in OF_CLIENTS:
            return self.clients
        if measure in MEASURES:
            return self.activities.get(measure)
        if measure in OF_SERVICES:
            return self.services.get(measure)
        if measure == ACCIDENTS:
            return AccidentsRead.of(self.made.cube, self.trees) if self.made.plan.accidents else None
        return self if measure == self.measure else None


def measure(node: Node, made: PreviewedCube) -> Preview:
    """All findings on a cube. Raises CertificateError for a damaged cube."""
    return _findings(node, made).preview


def ready(node: Node, made: PreviewedCube) -> PreviewReader:
    """The cube as questions would read it."""
    return PreviewReader(
        made,
        trees(node.dictionary, node.member, made.plan),
        _findings(node, made).cells,
        activities=activities_read(node.dictionary, made.record, made.plan),
        clients=clients_read(node.dictionary, node.member, made.plan, made.bytes),
        services=services_read(node.dictionary, node.member, made.plan, made.bytes),
    )


def changes_of_shares(node: Node, before: PreviewedCube, after: PreviewedCube) -> tuple[ShareChange, ...]:
    """How the share of each readable table of two cubes differs between them."""
    plans = [made.plan for made in (before, after)]
    tables = dict.fromkeys(t for plan in plans for t in readable_tables(node.dictionary, node.member, plan))
    old, new = ((*shares(node, made, tables), *_shares_of_clients(node, made)) for made in (before, after))
    return share_changes(old, new)


def _findings(node: Node, made: PreviewedCube) -> Findings:
    """The findings on exactly this cube: as kept, or else measured now and kept."""
    about = _about(node, made)
    with node.store.reading() as view:
        kept = view.findings(about)
    if kept is not None:
        return findings_from_json(kept)
    found = Findings(_measured(node, made), _canonical_cells(node, made))
    with node.store.notes() as notes:
        notes.keep_findings(about, made.record.id, found.to_json(), node.clock.now())
    return found


def _about(node: Node, made: PreviewedCube) -> str:
    """A name for everything behind the findings, the cube to its last byte included."""
    body = {
        "form": FORM,
        "of": preview_id(made.record.id, made.plan, [made.bytes], [], []),
        "dictionary": node.dictionary.version,
        "software": __version__,
    }
    return sha256(canonical_json(body)).hexdigest()


def _measured(node: Node, made: PreviewedCube) -> Preview:
    sensitive = sensitive_of(node)
    return Preview(
        tables=cube_measures.tables(made.counted, made.people),
        refused=cube_measures.refused(made.cube),
        people=int(made.people.counts.sum()),
        to_accept=(*cube_measures.shared_values(made.cube, sensitive), *_of_clients(made, sensitive)),
        insufficiently_protected=cube_measures.insufficiently_protected_cells(made.cube),
        scores=scores(node, made),
        shares=shares(node, made),
        exposure=cube_measures.exposure(made.counted, made.people),
        records=cube_measures.records(made.people, sensitive),
    )


def _of_clients(made: PreviewedCube, sensitive: frozenset[str]) -> Iterator[SharedValue]:
    """The groups of clients who visibly share a sensitive value, each with its year of service."""
    found = parse_clients(made.bytes)
    for year, cube in () if found is None else found.years.items():
        for one in cube_measures.shared_values(cube, sensitive):
            yield replace(one, group=((SERVICE_DATE, str(year)), *named_apart(one.group)))


class _Recorder:
    """A cube that notes every cell read."""

    def __init__(self, cube: Released) -> None:
        self._cube = cube
        self.cells: dict[CellKey, int | None] = {}

    def read(self, key: Mapping[str, str]) -> int | None:
        value = cell_value(self._cube, key)
        self.cells[cell_of(key)] = value
        return value

    @property
    def mechanism(self) -> str | None:
        return self._cube.mechanism

    def largest_deviation(self, key: Mapping[str, str]) -> int:
        return self._cube.largest_deviation(key)

    @property
    def epsilon(self) -> str:
        return self._cube.epsilon

    def drawn(self, key: Mapping[str, str]) -> int:
        return self._cube.drawn(key)


def _canonical_cells(node: Node, made: PreviewedCube) -> Cells:
    """Every cell read by a canonical question, for any requester."""
    shown, noting = trees(node.dictionary, node.member, made.plan), _Recorder(made.cube)
    purpose = min(node.dictionary.purposes)
    for table in node.dictionary.ready_tables(CANONICAL):
        if table.measure == MEASURE:
            question = ask(node.dictionary, measure=MEASURE, by=table.levels, where={}, purpose=purpose)
            with suppress(UnreadableError):  # nobody gets a table of it
                read(node.dictionary, shown, noting, question)
    return noting.cells


def scores(node: Node, made: PreviewedCube) -> dict[str, Score]:
    """The score of each table of the canonical questions that the data can answer.

    Each question has the weight of one table, however many tables it has.
    """
    found = {}
    for name in node.dictionary.packs[CANONICAL]:
        tables = node.dictionary.ready_made[name].tables
        for table in tables:
            levels = {node.dictionary.level(level).dimension: level for level in table.levels}
            if table.measure == MEASURE and levels.keys() <= made.snapshot.columns.keys():
                found[table.name] = _score(node, made, levels).times(1 / len(tables))
    return found


def shares(
    node: Node, made: PreviewedCube, tables: Iterable[ReadTable] | None = None
) -> tuple[TableShare, ...]:
    """The share of each of these tables, by default of every readable one and of the ready-made ones about
    clients, as far as the cubes have them; the worst first.
    """
    wanted = None if tables is None else tuple(tables)
    known = readable_tables(node.dictionary, node.member, made.plan) if wanted is None else wanted
    found = made.shares(codes_of(node.dictionary, node.member, made.plan, known))
    others = (one for one in _shares_of_clients(node, made) if wanted is None or one.table in wanted)
    return worst_first((*found, *others))


def _shares_of_clients(node: Node, made: PreviewedCube) -> tuple[TableShare, ...]:
    read = clients_read(node.dictionary, node.member, made.plan, made.bytes)
    if read is None or made.snapshot.clients is None:
        return ()
    counted = counted_clients(made.snapshot.clients, made.plan)
    return clients_shares(node.dictionary, read, counted, made.threshold)


def _score(node: Node, made: PreviewedCube, levels: Mapping[str, str]) -> Score:
    asked = {
        d: node.dictionary.hierarchy(d, level, node.member, years=made.plan.years).at[level]
        for d, level in levels.items()
    }
    return score(made.counted, _counted_at(node, made, levels), asked)


def _counted_at(node: Node, made: PreviewedCube, levels: Mapping[str, str]) -> Table:
    """The people of the plan over a question's dimensions, at the finer of the question's and the cube's
    levels.
    """
    finest = {
        dimension: _finer(node.dictionary, node.member, level, made.plan.finest.get(dimension, level))
        for dimension, level in levels.items()
    }
    read = made.snapshot.of_years(made.plan.years)
    rows = population(read, made.plan.consent, victims=made.plan.victims)
    return count_people(read, node.dictionary, finest, rows=rows, years=made.plan.years)


def _finer(dictionary: Dictionary, member: str, one: str, other: str) -> str:
    names = dictionary.dimension(dictionary.level(one).dimension).level_names(member)
    return min(one, other, key=lambda level: names.index(level) if level in names else 0)
