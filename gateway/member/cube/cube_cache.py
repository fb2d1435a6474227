"""Keeps the newest cube in memory; only a certified cube of the policy in force answers questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import TypeVar, cast

from anonymisers.cube.released_cells import OutsideLattice, ReleasedCells, Value
from anonymisers.history.release_history import ReleaseHistory
from gateway.dictionary import Dictionary, Tree
from gateway.member.cube.accident_counts import ACCIDENTS, AccidentsRead
from gateway.member.cube.activity_counts import MEASURES, ActivitiesRead
from gateway.member.cube.client_services import MEASURES as OF_SERVICES
from gateway.member.cube.client_services import ServicesRead, trees_of_services
from gateway.member.cube.clients_counts import MEASURES as OF_CLIENTS
from gateway.member.cube.clients_counts import ClientsRead
from gateway.member.cube.clients_counts import trees_of as trees_of_clients
from gateway.member.cube.cube_formats import Released, parse_clients, parse_cube
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.policy_version import policy_label
from gateway.member.model.stored_cube import Plan
from gateway.member.node.ports import Store, View

Made = TypeVar("Made")

MEASURE = "casualties"
"""The measure of cubes."""


def trees(dictionary: Dictionary, member: str, plan: Plan) -> dict[str, Tree]:
    return {
        dimension: dictionary.hierarchy(dimension, level, member, years=plan.years)
        for dimension, level in plan.finest.items()
    }


def parts(dictionary: Dictionary, member: str, plan: Plan) -> "tuple[Part, ...]":
    """The noisy tables; none without noise."""
    return tuple(Part(trees(dictionary, member, replace(plan, finest=dict(table)))) for table in plan.tables)


@dataclass(frozen=True)
class Part:
    """A noisy table, by its dimensions."""

    trees: Mapping[str, Tree]

    @property
    def parts(self) -> tuple["Part", ...]:
        return ()


@dataclass(frozen=True)
class ReadyCube:
    """A certified cube, as questions read the cube."""

    cube: Released
    trees: Mapping[str, Tree]
    snapshot: LoadedSnapshot
    policy_version: int
    index: int
    """The log entry of the cube's certification."""
    measure: str = MEASURE
    above: int | None = None
    """The version of the ministry-wide policy above, if any."""
    parts: tuple[Part, ...] = ()
    """The noisy tables, where only these can be read."""
    accidents: bool = False
    """Whether accidents are counted too, shown or withheld: as the plan says."""
    activities: Mapping[str, ActivitiesRead] = field(default_factory=dict)
    """Risk education and marking, by measure."""
    clients: ClientsRead | None = None
    """Clients of assistance; None where the plan has none."""
    services: Mapping[str, ServicesRead] = field(default_factory=dict)
    """Services to clients and their cost, by measure."""

    @property
    def label(self) -> str:
        """The name of the policy in answers."""
        return policy_label(self.policy_version, self.above)

    @property
    def mechanism(self) -> str | None:
        """The name of the perturbation mechanism; None where the shown numbers are exact."""
        return self.cube.mechanism

    def once(self, what: str, compute: Callable[[], Made]) -> Made:
        """The result of `compute` on this cube: computed once, and forgotten with the cube.

        Kept here and not with the numbers: result and numbers would hold each other, and a former cube stay
        in memory.
        """
        if what not in self._made:
            self._made[what] = compute()
        return cast("Made", self._made[what])

    @cached_property
    def _made(self) -> dict[str, object]:
        return {}

    def largest_deviation(self, key: Mapping[str, str]) -> int:
        """The largest difference between a readable cell's value and its count."""
        return self.cube.largest_deviation(key)

    @property
    def epsilon(self) -> str:
        """With noise: the privacy loss of each table; otherwise empty."""
        return self.cube.epsilon

    def drawn(self, key: Mapping[str, str]) -> int:
        """The number of noise draws in a readable cell's value."""
        return self.cube.drawn(key)

    @property
    def withholding(self) -> ReleaseHistory | None:
        """The cube, where some numbers are withheld; None where all are perturbed."""
        return self.cube if isinstance(self.cube, ReleaseHistory) else None

    def read(self, key: Mapping[str, str]) -> int | None:
        """The value of a cell, None when withheld; KeyError outside the lattice."""
        return cell_value(self.cube, key)

    def counting(
        self, measure: str
    ) -> "ReadyCube | AccidentsRead | ActivitiesRead | ClientsRead | ServicesRead | None":
        """This cube for casualties, and what stands beside it, if anything does, for other measures."""
        if measure in OF_CLIENTS:
            return self.clients
        if measure in MEASURES:
            return self.activities.get(measure)
        if measure in OF_SERVICES:
            return self.services.get(measure)
        if measure == ACCIDENTS:
            return self.once(
                ACCIDENTS, lambda: AccidentsRead.of(self.cube, self.trees) if self.accidents else None
            )
        return self if measure == self.measure else None


def activities_read(
    dictionary: Dictionary, snapshot: LoadedSnapshot, plan: Plan
) -> dict[str, ActivitiesRead]:
    """The risk education and marking of a snapshot in the years of a plan, by measure."""
    made = {
        measure: ActivitiesRead.of(
            dictionary, snapshot.activities, measure, plan.years, p_percent=plan.operators
        )
        for measure in MEASURES
    }
    return {measure: read for measure, read in made.items() if read is not None}


def clients_read(dictionary: Dictionary, member: str, plan: Plan, stored: bytes) -> ClientsRead | None:
    """The clients beside a stored cube; None where its plan has none."""
    if plan.clients is None:
        return None
    found = parse_clients(stored)
    years = {} if found is None else found.years
    return ClientsRead(trees_of_clients(dictionary, member, plan.clients.finest, plan.clients.years), years)


def services_read(dictionary: Dictionary, member: str, plan: Plan, stored: bytes) -> dict[str, ServicesRead]:
    """The services beside a stored cube, by measure; none where its plan has none."""
    if plan.clients is None or not plan.clients.services:
        return {}
    found = parse_clients(stored)
    clients = plan.clients
    trees = trees_of_services(dictionary, member, clients.finest, clients.years, items=clients.items)
    years = {} if found is None else found.services
    return {
        measure: ServicesRead(
            trees,
            {
                (year, pillar): number
                for year, (_, now) in years.items()
                for pillar, number in now.get(measure, {}).items()
            },
        )
        for measure in plan.clients.services
    }


def cell_value(cube: ReleasedCells, key: Mapping[str, str]) -> int | None:
    """The value of a cell, None when withheld; KeyError outside the lattice."""
    found = cube.lookup(key)
    if isinstance(found, OutsideLattice):
        raise KeyError(", ".join(key))
    return found.count if isinstance(found, Value) else None


class CubeCache:
    """Keeps the newest cube in memory: a question is a look-up, not a load."""

    def __init__(self, dictionary: Dictionary, member: str, store: Store) -> None:
        self._dictionary = dictionary
        self._member = member
        self._store = store
        self._lock = Lock()
        self._ready: ReadyCube | None = None
        self._entry = -1

    def refresh(self) -> ReadyCube | None:
        """Load the newest cube, unless in memory already. Call outside of a transaction."""
        with self._store.reading() as view:
            index = view.cube_entry()
            if index is None or index == self._entry:
                return self._ready
            stored = view.cube()
        if stored is None:
            return None
        ready = ReadyCube(
            parse_cube(stored.cube),
            trees(self._dictionary, self._member, stored.plan),
            replace(stored.snapshot, until=stored.until),
            stored.policy_version,
            stored.index,
            above=stored.above,
            parts=parts(self._dictionary, self._member, stored.plan),
            accidents=stored.plan.accidents,
            activities=activities_read(self._dictionary, stored.snapshot, stored.plan),
            clients=clients_read(self._dictionary, self._member, stored.plan, stored.cube),
            services=services_read(self._dictionary, self._member, stored.plan, stored.cube),
        )
        with self._lock:
            self._ready, self._entry = ready, stored.index
        return ready

    def cube(self, policy_version: int, above: int | None = None) -> ReadyCube | None:
        """The cube in memory, if made under this version of the policy, below `above`."""
        with self._lock:
            ready = self._ready
        made_under = None if ready is None else (ready.policy_version, ready.above)
        return ready if made_under == (policy_version, above) else None


def serves(cube_cache: CubeCache, view: View) -> tuple[str, str] | None:
    """The policy version and the snapshot behind answers now; None while no question can be answered."""
    in_force, above = view.policy(), view.ministry.policy()
    if in_force is None or (above is None and view.ministry.policies()):
        return None
    cube = cube_cache.cube(in_force.version, None if above is None else above.version)
    if cube is None or cube.index != view.cube_entry():
        return None
    return cube.label, cube.snapshot.id
