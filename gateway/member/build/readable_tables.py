"""The tables that a plan offers to readers: all of one and two dimensions, and the ready-made questions."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from gateway.dictionary import Dictionary
from gateway.member.cube.accident_counts import ACCIDENTS
from gateway.member.cube.cube_cache import MEASURE, trees
from gateway.member.cube.table_shares import Codes, ReadTable
from gateway.member.model.stored_cube import Plan

MOST_DIMENSIONS = 2
"""Larger tables are looked at where a ready-made question asks them."""


def readable_tables(
    dictionary: Dictionary, member: str, plan: Plan, most: int = MOST_DIMENSIONS
) -> tuple[ReadTable, ...]:
    """The tables of up to `most` dimensions at the finest levels of the plan, and each ready-made question at
    its own levels.

    A table that a ready-made question asks stands there once, under the question's name. Questions whose
    levels the plan does not have are left out.
    """
    questions = tuple(_questions(dictionary, plan))
    asked = {question.levels for question in questions if not question.of_accidents}
    finest = sorted(plan.finest.items())
    tables = (
        ReadTable(levels)
        for size in range(1, most + 1)
        for levels in combinations(finest, size)
        if levels not in asked
    )
    wanted = dict.fromkeys((*questions, *tables))
    return tuple(codes_of(dictionary, member, plan, wanted))


def codes_of(
    dictionary: Dictionary, member: str, plan: Plan, tables: Iterable[ReadTable]
) -> dict[ReadTable, Codes]:
    """The codes of each table, without the tables whose levels the plan does not have."""
    at = {dimension: tree.at for dimension, tree in trees(dictionary, member, plan).items()}
    return {
        table: {dimension: at[dimension][level] for dimension, level in table.levels}
        for table in tables
        if all(level in at.get(dimension, {}) for dimension, level in table.levels)
    }


def _questions(dictionary: Dictionary, plan: Plan) -> Iterator[ReadTable]:
    for question in dictionary.ready_made.values():
        for table in question.tables:
            levels = tuple(sorted((dictionary.level(level).dimension, level) for level in table.levels))
            if table.measure == MEASURE:
                yield ReadTable(levels, table.name)
            elif table.measure == ACCIDENTS and plan.accidents:
                yield ReadTable(levels, table.name, of_accidents=True)
