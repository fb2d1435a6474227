"""Tables of dimensions apart, such as injuries, beside the cube of a release part.

They are made of the people as first released, once, and stay: who is added, corrected or removed later
changes the cube alone. A table that is not safe is not made, and its cells are withheld.
"""

from collections.abc import Sequence
from dataclasses import replace

from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.cube.tables_apart import build_apart
from anonymisers.errors import AnonymiserError
from anonymisers.history.release_parts import ReleasePart
from gateway.member.build.additional_tables import described
from gateway.member.build.known_figures import figures_about
from gateway.member.cube.cube_inputs import CubeInputs, attempt_key
from gateway.member.model.snapshot_format import snapshot_from_bytes


def with_tables_apart(inputs: CubeInputs, parts: Sequence[ReleasePart]) -> list[ReleasePart]:
    """The parts, each with the tables of the dimensions apart that it lacks, as far as they are safe."""
    if not inputs.rules.apart:
        return list(parts)
    return [
        part
        if part.kind != "period" or not part.cubes or number in inputs.closed
        else _with(part, _made(inputs, part, number))
        for number, part in enumerate(parts)
    ]


def _with(part: ReleasePart, found: Sequence[CertifiedCube]) -> ReleasePart:
    """The part with these tables. Reruns of all of its tables together may tell more than of each."""
    return replace(part, apart=(*part.apart, *found), rerun_odds=None) if found else part


def _made(inputs: CubeInputs, part: ReleasePart, number: int) -> list[CertifiedCube]:
    rows, years = snapshot_from_bytes(part.sealed), {int(year) for year in part.period}
    # Of a dimension that another release names of the same people, a table would not stand apart.
    named = {dim.name for cube in (*part.cubes, *part.apart) for dim in cube.dims}
    named |= {name for figure in figures_about(inputs, years) for name in figure.where}
    lacking = [name for name, _ in inputs.rules.apart if name in rows.columns and name not in named]
    if inputs.rules.withstands_reruns_when_large:  # whether such a table can be made follows from counts
        return []
    if not lacking or len(inputs.without_misleading(rows)) < len(rows):
        return []
    levels = described(inputs, [part]) | {name: inputs.plan.finest[name] for name in lacking}
    people, key = inputs.table(rows, years, levels), attempt_key(inputs.key, number, 0)
    # A table of a part that is too large to withstand reruns is small itself: its view alone would hide most.
    withstands = inputs.rules.withstands_reruns and part.rerun_odds is not None
    rules = replace(inputs.rules, withstands_reruns=withstands)
    found = []
    for name in lacking:
        try:
            found.append(build_apart(part.cubes, people, rules, name, key))
        except AnonymiserError:
            continue
    return found
