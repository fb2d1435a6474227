"""What the cube that answers now shows and withholds: counted once for each cube, beside the pages.

Counting takes a second or two. A page never waits for it: it says that it is being counted, and asks again.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import structlog

from gateway.errors import SafelaneError
from gateway.member.build.cube_building import counted_table
from gateway.member.cube.cube_cache import CubeShelf, ReadyCube
from gateway.member.cube.cube_measures import Exposure, TableShown, exposure, tables
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan
from gateway.member.policy.policy_in_force import trusted
from gateway.web.controller.common.shapes import ShownQuestion
from policies import Policy

log = structlog.get_logger()

Show = Callable[[Policy, ReadyCube], Iterable[ShownQuestion]]


@dataclass(frozen=True)
class Look:
    """The numbers of one cube: they tell of people who are withheld.

    `people` are all that it counts. They and `exposure` are None once a newer snapshot has come: then the
    people of this cube are not at hand any more, and `people_withheld` of its tables says nothing.
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
class Standing:
    """What answers: the policy in force, whether its tables are there, and the look at them (None: not yet).

    `until` is the last day that the tables cover. `failed`: counting ended in an error that the node's
    output names.
    """

    policy: Policy | None
    until: date | None
    look: Look | None
    failed: bool = False


@dataclass
class Looks:
    """Remembers the look at the newest cube; a new one is opened and counted on a thread of its own."""

    node: Node
    shelf: CubeShelf
    show: Show
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _look: Look | None = None
    _counting: int | None = None
    _failed: int | None = None

    def now(self) -> Standing:
        """What answers now. Its look is None while it is being counted."""
        with self.node.store.reading() as view:
            ruling, cube = trusted(self.node, view), view.cube()
        policy = None if ruling is None else ruling[1]
        if ruling is None or cube is None or cube.policy_version != ruling[0].version:
            return Standing(policy, None, None)
        until = cube.snapshot.until
        with self._lock:
            if self._look is not None and self._look.cube.index == cube.index:
                return Standing(policy, until, self._look)
            if self._failed == cube.index:
                return Standing(policy, until, None, failed=True)
            if self._counting != cube.index:
                self._counting = cube.index
                arguments = (ruling[1], cube.index)
                threading.Thread(target=self._count, args=arguments, name="look", daemon=True).start()
        return Standing(policy, until, None)

    def forget(self) -> None:
        """Count again when it is asked for next: the register may be another one."""
        with self._lock:
            self._look = self._failed = None

    def _count(self, policy: Policy, index: int) -> None:
        look = None
        try:
            cube = self.shelf.refresh()
            if cube is not None and cube.index == index:
                look = self._made(policy, cube)
        except SafelaneError as error:
            log.error("the cube cannot be looked at", member=self.node.member, reason=error.message)
        with self._lock:
            self._counting = None
            if look is None:
                self._failed = index
            else:
                self._look = look

    def _made(self, policy: Policy, cube: ReadyCube) -> Look | None:
        with self.node.store.reading() as view:
            loaded, stored = view.snapshot(), view.cube()
        if loaded is None or stored is None or stored.index != cube.index:
            return None
        record, snapshot = loaded
        questions = tuple(self.show(policy, cube))
        if record.id != cube.snapshot.id:
            return Look(cube, policy, None, _cells_only(cube), None, questions)
        rules = plan(self.node.dictionary, policy, snapshot, self.node.clock.now().date())[1]
        people = counted_table(self.node, snapshot, stored.plan, rules)
        total, counted = int(people.counts.sum()), cube.cube.as_counted(people)
        seen = exposure(counted, people)
        return Look(cube, policy, total, tables(counted, people), seen, questions)


def _cells_only(cube: ReadyCube) -> tuple[TableShown, ...]:
    table_of, hidden = cube.cube.lattice.table_of(), cube.cube.hidden
    found = []
    for number, dims in enumerate(cube.cube.tables):
        inside = table_of == number
        names = tuple(dim.name for dim in cube.cube.dims if dim.name in dims)
        found.append(TableShown(names, int(inside.sum()), int((inside & hidden).sum()), 0))
    return tuple(found)
