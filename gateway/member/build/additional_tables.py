"""Additional tables of people released under other rules: new dimensions, finer levels, lower thresholds.

Reading the former releases under the new rules is always safe, as it shows nothing new. This module tries
more: a release of the same people by the new rules, beside every former release. Where no such release can be
certified, or the result would be unclear, only the former releases are shown.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import prod

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import trimmed
from anonymisers.tables.cell_names import CellName, existing_names
from anonymisers.tables.count_table import Table
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules
from gateway.member.build.known_figures import with_figures
from gateway.member.cube.accident_counts import check_goes_on
from gateway.member.cube.cube_inputs import TIME, CubeInputs, Progress, certified_by_retries, levels_of
from gateway.member.errors import NotProtectedError
from gateway.member.model.snapshot_format import snapshot_from_bytes


def protected_additional(
    inputs: CubeInputs, former: ReleaseHistory, parts: Sequence[ReleasePart]
) -> list[ReleasePart]:
    """The parts, each with a further release where the rules changed and the release could be certified."""
    if not _shows_more(inputs, former):
        return list(parts)
    left = {source for part in parts for source in part.sources} | inputs.closed
    return [
        part if part.kind == "left" or number in left or not part.cubes else _additional(inputs, part, number)
        for number, part in enumerate(parts)
    ]


def described(inputs: CubeInputs, parts: Sequence[ReleasePart]) -> dict[str, str]:
    """The finest level of every dimension of the plan or of a release of these parts."""
    finest = dict(inputs.together)
    for part in parts:
        for cube in part.cubes:
            for name, level in levels_of(inputs, part, cube).items():
                names = inputs.dictionary.dimension(name).level_names(inputs.snapshot.member)
                known = finest.get(name, level)
                finest[name] = min(known, level, key=names.index)
    return finest


def _shows_more(inputs: CubeInputs, former: ReleaseHistory) -> bool:
    """Whether the rules changed so that more may be shown than before."""
    before, after = former.rules.together(), inputs.rules.together()
    alone = {TIME, *(name for rules in (former.rules, inputs.rules) for name, _ in rules.apart)}
    hierarchies = {d.name: set(d.codes) for d in former.dims if d.name not in alone}
    now = {d.name: set(d.codes) for d in inputs.hierarchies(inputs.plan.years) if d.name not in alone}
    # Of years that were not released then nothing more can be shown, nor where fewer cells are to be shown.
    marked = existing_names(former.dims, (after.always - before.always) | (before.never - after.never))
    same = replace(_unmarked(before), priority=after.priority) == _unmarked(after)
    unchanged = hierarchies == now and same and not marked
    return not unchanged and before.zeros == after.zeros and after.threshold <= before.threshold


def _unmarked(rules: Rules) -> Rules:
    return replace(rules, always=frozenset(), never=frozenset(), structural=frozenset())


def _additional(inputs: CubeInputs, part: ReleasePart, number: int) -> ReleasePart:
    rows, years = snapshot_from_bytes(part.sealed), {int(year) for year in part.period}
    finest = described(inputs, [part])
    coarser = any(finest[name] != level for name, level in inputs.together.items())
    if coarser or len(inputs.without_misleading(rows)) < len(rows):
        return part
    made = with_figures(inputs, rows, years, finest)
    # A table apart is safe beside whatever names none of its dimensions; a registered figure may name one.
    beside = part.apart if made.known else ()
    known = [*(trimmed(cube) for cube in (*part.cubes, *beside)), *made.known]
    # What was withheld may be in the way of a cell that is always to be shown now; others may be shown still.
    for always in dict.fromkeys((made.rules.always, frozenset[CellName]())):
        rules = replace(made.rules, always=always)
        try:
            cube = certified_by_retries(
                inputs, number, partial(_beside, made.table, rules, inputs.progress, known), attempts=1
            )
            check_goes_on(inputs, part, number, cube)
        except NotProtectedError:
            continue
        odds = (part.rerun_odds, cube.rerun_odds)
        both = None if None in odds else prod(n for n in odds if n is not None)
        return replace(part, cubes=(*part.cubes, cube), rerun_odds=both)
    return part


def _beside(
    table: Table, rules: Rules, progress: Progress | None, known: Sequence[Release], key: bytes
) -> CertifiedCube:
    return build_cube(table, rules, key, progress, known=known)
