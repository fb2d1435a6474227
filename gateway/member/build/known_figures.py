"""Tables made beside registered figures: the figures' facts about the same people are taken as known.

A figure lies within a year, and so within the people of one period. The tables of a figure's dimensions are
protected along with the policy's tables, even if the policy shows them to nobody: otherwise the difference of
a shown sum and the figure would be in a table that nobody has checked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from anonymisers.tables.a_priori_status import rules_for
from anonymisers.tables.count_table import Table
from anonymisers.tables.registered_figures import Figure, known_figures, people_of
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules, TableOf
from gateway.member.cube.cube_inputs import TIME, CubeInputs
from gateway.member.model.registered_figure import known_figure, levels_of
from gateway.member.model.snapshot import Snapshot


@dataclass(frozen=True)
class TableWithFigures:
    """A table of some people, with its protection, and the known figures about the people."""

    table: Table
    rules: Rules
    known: Sequence[Release]


def with_figures(
    inputs: CubeInputs, rows: Snapshot, years: Iterable[int], finest: dict[str, str] | None = None
) -> TableWithFigures:
    """The people of some rows beside the figures about these years; `finest` may describe the people by more
    dimensions.

    A figure that contradicts the register is known with the register's own number:
    `anonymisers.tables.registered_figures`.
    """
    years = tuple(years)
    figures = figures_about(inputs, years)
    table = inputs.table(rows, years, described_by(inputs, figures, finest))
    if not figures:
        return TableWithFigures(table, rules_for(inputs.rules.together(), table), ())
    table = replace(
        table, by=tuple(dict.fromkeys([*inputs.together, *(n for f in figures for n in f.where)]))
    )
    rules = rules_for(_rules(inputs.rules.together(), table, figures, tuple(inputs.together)), table)
    return TableWithFigures(table, rules, known_figures(figures, table)[0])


def figures_about(inputs: CubeInputs, years: Iterable[int]) -> tuple[Figure, ...]:
    """The registered figures about some years."""
    wanted = set(years)
    found = map(known_figure, inputs.plan.known)
    return tuple(figure for figure in found if int(figure.where[TIME][0][:4]) in wanted)


def described_by(
    inputs: CubeInputs, figures: Sequence[Figure], finest: dict[str, str] | None = None
) -> dict[str, str]:
    """The finest level of every dimension of the plan (or `finest`) or of a figure."""
    found = dict(inputs.together if finest is None else finest)
    member = inputs.snapshot.member
    for figure in figures:
        cell = {dimension: codes[0] for dimension, codes in figure.where.items()}
        for name, level in levels_of(inputs.dictionary, member, cell).items():
            names = inputs.dictionary.dimension(name).level_names(member)
            found[name] = min(found.get(name, level), level, key=names.index)
    return found


def few_of(figures: Sequence[Figure], table: Table, enough: int | None) -> bool:
    """Whether a figure's cell holds some of these people, but fewer than `enough` (None: any number is too
    few).
    """
    found = [people_of(figure, table) for figure in figures]
    return any(n > 0 and (enough is None or n < enough) for n in found)


def _rules(rules: Rules, table: Table, figures: Sequence[Figure], shown: Sequence[str]) -> Rules:
    """The rules, with the tables of the figures among the priority tables."""
    most = rules.max_dims or len(shown)
    first = rules.priority or tuple(
        TableOf(frozenset(dims)) for dims in combinations(shown, min(most, len(shown)))
    )
    own = []
    for figure in figures:
        places = {name: table.dim(name) for name in figure.where}
        depths = {name: int(dim.depth[dim.position(figure.where[name][0])]) for name, dim in places.items()}
        own.append(TableOf.of(depths, **depths))
    return replace(
        rules,
        priority=tuple(dict.fromkeys([*first, *own])),
        finer=None,  # else tables of the figures' dimensions would be tried, which nobody may read
        max_dims=max(most, *(len(figure.where) for figure in figures)),
    )
