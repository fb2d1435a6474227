"""What a plan says where numbers are drawn with noise: which tables, and of which years. Pure.

All of it follows from policy, dictionary and the day of the load: tables that depended on people would tell
of them before anything is drawn.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from anonymisers.perturbation.privacy_parameters import Privacy
from gateway.dictionary import Dictionary
from gateway.member.model.privacy_budget import Table
from gateway.member.model.stored_cube import Plan


def as_drawn(made: Plan, privacy: Privacy, last: int, closed: Callable[[int], bool]) -> Plan:
    """The plan for the years from the first that the policy names to the `last`, as far as they are `closed`,
    whether or not anything happened in them.

    Thresholds, marks and figures make no difference to what is drawn.
    """
    years = tuple(year for year in range(privacy.first_year, last + 1) if closed(year))
    return replace(made, years=years, rules="", known=())


def with_tables(
    made: Plan, dictionary: Dictionary, member: str, most: int, wanted: Iterable[Mapping[str, str]]
) -> Plan:
    """With the tables that are drawn: of those `wanted` the ones of at most so many dimensions that the plan
    has, each no finer than the plan."""
    found: dict[Table, None] = {}
    for levels in wanted:
        if levels.keys() <= made.finest.keys() and 0 < len(levels) <= most:
            table = [(d, _coarser(dictionary, member, d, (lv, made.finest[d]))) for d, lv in levels.items()]
            found[tuple(sorted(table))] = None
    return replace(made, tables=tuple(found))


def _coarser(dictionary: Dictionary, member: str, dimension: str, levels: tuple[str, str]) -> str:
    """The second of both where the member does not have the first."""
    names = dictionary.dimension(dimension).level_names(member)
    return max(levels, key=lambda level: names.index(level) if level in names else -1)
