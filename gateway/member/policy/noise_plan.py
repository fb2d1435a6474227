"""The part of a plan about noise: which tables are noisy, and for which years. Pure.

All of it follows from policy, dictionary and the day of the load: a choice of tables that depended on people
would reveal facts about them before any noise is drawn.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.dictionary import Dictionary
from gateway.member.model.privacy_budget import Table
from gateway.member.model.stored_cube import Plan


def noisy_plan(plan: Plan) -> Plan:
    """The plan without thresholds, status of cells and figures, which make no difference to noisy counts."""
    return replace(plan, rules="", known=())


def with_noisy_tables(
    plan: Plan, dictionary: Dictionary, member: str, most: int, wanted: Iterable[Mapping[str, str]]
) -> Plan:
    """The plan with its noisy tables: the `wanted` tables within the dimensions and levels of the plan, of at
    most `most` dimensions.
    """
    found: dict[Table, None] = {}
    for levels in wanted:
        if levels.keys() <= plan.finest.keys() and 0 < len(levels) <= most:
            table = [(d, _coarser(dictionary, member, d, (lv, plan.finest[d]))) for d, lv in levels.items()]
            found[tuple(sorted(table))] = None
    return replace(plan, tables=tuple(found))


def _coarser(dictionary: Dictionary, member: str, dimension: str, levels: tuple[str, str]) -> str:
    """The second of both where the member does not have the first."""
    names = dictionary.dimension(dimension).level_names(member)
    return max(levels, key=lambda level: names.index(level) if level in names else -1)
