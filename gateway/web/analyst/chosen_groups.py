"""The reader's own groups in a table: those that its address names, and the links that add or remove one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.hub.model import OwnGroup
from gateway.picturing.grouping import Group, put_together
from gateway.wire.release import Release

GROUP = "group"
"""Names a group in an address, by its number; several times for several."""
MOST_AT_ONCE = 20

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class ChosenGroups:
    """`fitting`: one's own groups of which the table has codes. `unknown`: what the address names besides."""

    fitting: tuple[OwnGroup, ...]
    chosen: tuple[OwnGroup, ...]
    unknown: tuple[str, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(map(group_of, self.chosen))

    @property
    def pairs(self) -> Pairs:
        """Names and values of an address that keep these groups."""
        return [(GROUP, one.id) for one in self.chosen]

    def turned(self, one: OwnGroup) -> Pairs:
        """The same with a group added, or removed where it is chosen."""
        others = [pair for pair in self.pairs if pair[1] != one.id]
        return others if one in self.chosen else [*others, (GROUP, one.id)]


NO_GROUPS = ChosenGroups((), (), ())


def group_of(one: OwnGroup) -> Group:
    """A kept group as tables know it."""
    return Group(one.name, one.level, one.codes)


def chosen_groups(
    release: Release, mine: Sequence[OwnGroup], values: Mapping[str, Sequence[str]]
) -> ChosenGroups:
    """The groups of the address, in its order. Others' groups and those of other tables are unknown."""
    fitting = {one.id: one for one in mine if put_together(release, group_of(one))}
    named = list(dict.fromkeys(values.get(GROUP, ())))
    chosen = [name for name in named if name in fitting][:MOST_AT_ONCE]
    names = {one.id: one.name for one in mine}
    return ChosenGroups(
        tuple(fitting.values()),
        tuple(fitting[name] for name in chosen),
        tuple(names.get(name, name) for name in named if name not in chosen),
    )
