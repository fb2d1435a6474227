"""Everything ever shown of a data set, beside which extracts and later cubes must be safe.

That is every cube of every release part (tables of former policies, which nobody is shown today, included),
the registered figures, and every extract that was asked for and not refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from anonymisers.errors import AnonymiserError
from anonymisers.history.everything_shown import (
    PartCube,
    brought_up_to,
    came_with,
    known_empty,
    nothing_but_zeros,
    part_cubes,
    parts_of,
    parts_with,
    present_with,
    vintages_of,
)
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import NAME, whole_time
from anonymisers.tables.cell_names import CellName, cell_name
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.registered_figures import Figure, people_of
from anonymisers.tables.release import Release
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json
from gateway.member.build.known_figures import described_by
from gateway.member.cube.cube_inputs import TIME, CubeInputs, levels_of
from gateway.member.errors import NotProtectedError
from gateway.member.model.registered_figure import known_figure
from gateway.member.model.snapshot import CONSENT
from gateway.member.model.snapshot_format import snapshot_from_bytes
from gateway.member.model.stored_cube import Plan
from gateway.member.register.person_counts import count_people
from gateway.member.register.population import Token, released_snapshots, tokens


@dataclass(frozen=True, eq=False)
class EverythingShown:
    """Releases in common dimensions. `beside`: registered figures, and what is known to be empty."""

    cubes: tuple[PartCube, ...]
    beside: tuple[Release, ...]
    extracts: tuple[Release, ...]

    @property
    def releases(self) -> tuple[Release, ...]:
        """All of it."""
        return (*(each.release for each in self.cubes), *self.beside, *self.extracts)


def everything_shown(
    inputs: CubeInputs, history: ReleaseHistory, disclosed: Sequence[bytes]
) -> EverythingShown:
    """Everything shown by a cube with its history, and by extracts (the counts that each discloses).

    The figures are those of the plan. Raises NotProtectedError for an extract about other people than the
    cube's.
    """
    parts = history.parts
    try:
        extracts = [brought_up_to(release_from_json(parse_json(each)), parts) for each in disclosed]
    except AnonymiserError as error:
        raise NotProtectedError(
            f"The tables cannot be compared with extracts of single records: {error.message}.",
            remedy="The former tables stay.",
        ) from None
    zeros = nothing_but_zeros(_guards(inputs, parts), (*known_empty(parts), *_without_consent(inputs, parts)))
    return EverythingShown(tuple(part_cubes(parts)), (*_figures(inputs, parts), zeros), tuple(extracts))


@lru_cache(maxsize=64)
def parts_of_extract(disclosed: bytes) -> frozenset[int] | None:
    """The release parts of an extract's people; None for an extract of an older version, of anybody."""
    return parts_of(release_from_json(parse_json(disclosed)))


def consents_of(plan: Plan) -> Hierarchy:
    """The dimension of consents among the counted people."""
    return Hierarchy(CONSENT, (ROOT, *plan.consent), dict.fromkeys(plan.consent, ROOT))


def _guards(inputs: CubeInputs, parts: Sequence[ReleasePart]) -> Iterator[Hierarchy]:
    yield from (vintages_of(parts), consents_of(inputs.plan))
    time = whole_time(parts)
    if time is not None:
        yield time


def _without_consent(inputs: CubeInputs, parts: Sequence[ReleasePart]) -> Iterator[CellName]:
    """Consents that nobody of a part has given, then or now: who reads the register's form may guess so."""
    today = inputs.snapshot
    for number, part in enumerate(parts):
        if part.kind == "left" or not part.sealed:
            continue
        rows = snapshot_from_bytes(part.sealed)
        still = np.isin(today.links["person"], rows.links["person"])
        given = set(rows.consent.values()) | set(today.consent.taken(still).values())
        for consent in inputs.plan.consent:
            if consent not in given:
                for vintage in came_with(parts, [number]):
                    yield cell_name({NAME: vintage, CONSENT: consent})


def _figures(inputs: CubeInputs, parts: Sequence[ReleasePart]) -> Iterator[Release]:
    """The figures about people of the parts, each as the number that the data have: as for tables."""
    figures = [known_figure(text) for text in inputs.plan.known]
    for number, part in enumerate(parts):
        about = [f for f in figures if f.where[TIME][0][:4] in part.period]
        if part.kind == "period" and part.cubes and about:
            yield from _figures_of(inputs, parts, number, about)


def _figures_of(
    inputs: CubeInputs, parts: Sequence[ReleasePart], number: int, figures: Iterable[Figure]
) -> Iterator[Release]:
    part, vintages = parts[number], vintages_of(parts)
    rows, years = snapshot_from_bytes(part.sealed), [int(year) for year in part.period]
    everybody = np.ones(len(rows), dtype=np.bool_)
    finest = finest_of(inputs, [part])
    for figure in figures:
        levels = described_by(inputs, [figure], finest)
        table = count_people(rows, inputs.dictionary, levels, rows=everybody, years=years)
        dims = (*table.dims, vintages)
        cell = tuple(figure.where[dim.name][0] if dim.name in figure.where else ROOT for dim in dims)
        yield Release.of(dims, {cell: people_of(figure, table)}, where={NAME: came_with(parts, [number])})


def finest_of(inputs: CubeInputs, parts: Iterable[ReleasePart]) -> dict[str, str]:
    """The finest level of every dimension of the cubes of these parts."""
    found: dict[str, str] = {}
    for part in parts:
        for cube in (*part.cubes, *part.apart):
            for name, level in levels_of(inputs, part, cube).items():
                names = inputs.dictionary.dimension(name).level_names(inputs.snapshot.member)
                found[name] = min(found.get(name, level), level, key=names.index)
    return found


def parts_in_totals(history: ReleaseHistory, in_totals: Sequence[Mapping[str, str]]) -> frozenset[int]:
    """The release parts with people of a cell that entered a regional total, before totals were withdrawn.

    A total narrows the cell to a range that the node does not know, so that nothing that would be shown of
    these people later can be tried beside it: neither records nor further tables.
    """
    return frozenset().union(*(parts_with(history, codes) for codes in in_totals))


@dataclass(frozen=True, eq=False)
class ReleasedPeople:
    """The people counted in releases who have not left: their rows (`tokens`), vintages and years.

    `dimension`: the dimension of all vintages.
    """

    tokens: frozenset[Token]
    vintages: tuple[str, ...]
    dimension: Hierarchy
    years: tuple[int, ...]


def released_people(
    inputs: CubeInputs, history: ReleaseHistory, in_totals: Sequence[Mapping[str, str]]
) -> ReleasedPeople:
    """The people of all release parts that show something, and of which no cell entered a regional total.

    `in_totals`: the cells that did.
    """
    parts, barred = history.parts, parts_in_totals(history, in_totals)
    numbers = [
        number
        for number, part in enumerate(parts)
        if part.kind != "left" and part.cubes and number not in barred
    ]
    stands = released_snapshots(history)
    rows = (stands[number, None] for number in numbers)
    return ReleasedPeople(
        frozenset(token for each in rows for token in tokens(inputs.dictionary, inputs.plan, each)),
        present_with(parts, numbers),
        vintages_of(parts),
        tuple(sorted({int(year) for number in numbers for year in parts[number].period})),
    )
