"""The published and withheld numbers of the current cube: counted once for each cube, beside the pages.

Counting takes a second or two. A page never waits for the count: the page shows that counting is under way,
and asks again.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import structlog

from gateway.errors import SafelaneError
from gateway.member.build.cube_building import counted_table
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.cube.cube_measures import Exposure, TableShown, exposure, tables
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import trusted
from gateway.web.controller.common.shapes import ShownQuestion
from policies import Policy

log = structlog.get_logger()

Show = Callable[[Policy, ReadyCube], Iterable[ShownQuestion]]


@dataclass(frozen=True)
class CubeNumbers:
    """The numbers of one cube: confidential, since they include withheld people.

    `people` is the number of people counted. `people` and `exposure` are None once a newer snapshot has come:
    the people of this cube are not available then, and `people_withheld` of its tables is meaningless.
    """

    cube: ReadyCube
    policy: Policy
    people: int | None
    tables: tuple[TableShown, ...]
    exposure: Exposure | None
    questions: tuple[ShownQuestion, ...]

    @property
    def cells(self) -> int:
        return sum(table.cells for table in self.tables)

    @property
    def withheld(self) -> int:
        return sum(table.withheld for table in self.tables)


@dataclass(frozen=True)
class CubeView:
    """The current view: the policy in force, its tables and their numbers (None: not counted yet).

    `until` is the last day that the tables cover. `failed`: counting ended in an error that the node's output
    names.
    """

    policy: Policy | None
    until: date | None
    numbers: CubeNumbers | None
    failed: bool = False


@dataclass
class CubeViewer:
    """Remembers the numbers of the newest cube; a new cube is opened and counted on a thread of its own."""

    node: Node
    cube_cache: CubeCache
    show: Show
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: CubeNumbers | None = None
    _counting: int | None = None
    _failed: int | None = None

    def now(self) -> CubeView:
        """The current view. Its `numbers` are None while counting is under way."""
        with self.node.store.reading() as view:
            ruling, cube = trusted(self.node, view), view.cube()
        policy = None if ruling is None else ruling[1]
        if ruling is None or cube is None or cube.policy_version != ruling[0].version:
            return CubeView(policy, None, None)
        until = cube.until
        with self._lock:
            if self._numbers is not None and self._numbers.cube.index == cube.index:
                return CubeView(policy, until, self._numbers)
            if self._failed == cube.index:
                return CubeView(policy, until, None, failed=True)
            if self._counting != cube.index:
                self._counting = cube.index
                arguments = (ruling[1], cube.index)
                threading.Thread(target=self._count, args=arguments, name="cube-numbers", daemon=True).start()
        return CubeView(policy, until, None)

    def forget(self) -> None:
        """Count again at the next request: the register may be another one."""
        with self._lock:
            self._numbers = self._failed = None

    def _count(self, policy: Policy, index: int) -> None:
        numbers = None
        try:
            cube = self.cube_cache.refresh()
            if cube is not None and cube.index == index:
                numbers = self._made(policy, cube)
        except SafelaneError as error:
            log.error(
                "the numbers of the cube cannot be counted", member=self.node.member, reason=error.message
            )
        with self._lock:
            self._counting = None
            if numbers is None:
                self._failed = index
            else:
                self._numbers = numbers

    def _made(self, policy: Policy, cube: ReadyCube) -> CubeNumbers | None:
        with self.node.store.reading() as view:
            loaded, stored = view.snapshot(), view.cube()
        if loaded is None or stored is None or stored.index != cube.index:
            return None
        record, snapshot = loaded
        questions = tuple(self.show(policy, cube))
        if record.id != cube.snapshot.id:
            return CubeNumbers(cube, policy, None, _cells_only(cube), None, questions)
        rules = plan_cube(self.node.dictionary, policy, snapshot, self.node.clock.now().date())[1]
        people = counted_table(self.node, snapshot, stored.plan, rules)
        total, counted = int(people.counts.sum()), cube.cube.as_counted(people)
        seen = exposure(counted, people)
        return CubeNumbers(cube, policy, total, tables(counted, people), seen, questions)


def _cells_only(cube: ReadyCube) -> tuple[TableShown, ...]:
    table_of, withheld = cube.cube.lattice.table_of(), cube.cube.withheld
    found = []
    for number, dims in enumerate(cube.cube.tables):
        inside = table_of == number
        names = tuple(dim.name for dim in cube.cube.dims if dim.name in dims)
        found.append(TableShown(names, int(inside.sum()), int((inside & withheld).sum()), 0))
    return tuple(found)
