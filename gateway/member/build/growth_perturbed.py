"""Growth of a data set with perturbed counts: new closed periods, and revisions of enough people.

People added or removed with a release are perturbed by themselves, in every later release in the same way. A
0 is never changed, so that a number of a few people would still reveal their cell. Years of fewer people
than the threshold are hidden for good, as with suppression: were they released with later years, the release
would tell how few they are. Revisions of too few people wait.
"""

from collections.abc import Sequence

import numpy as np

from anonymisers.errors import AnonymiserError
from anonymisers.perturbation.perturbed_counts import PerturbativeMechanism
from anonymisers.perturbation.perturbed_cube import (
    PerturbedCube,
    PerturbedPart,
    Rows,
    perturbed_cube,
    withheld_cube,
)
from gateway.member.build.known_figures import described_by, figures_about
from gateway.member.cube.cube_inputs import TIME, CubeInputs
from gateway.member.errors import NotProtectedError
from gateway.member.model.periods import lies_in
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.snapshot_format import snapshot_from_bytes
from gateway.member.register.person_counts import placed
from gateway.member.register.population import Difference, difference, joined, sealed, taken, tokens


def grow_perturbed(
    inputs: CubeInputs, change: PerturbativeMechanism, former: PerturbedCube | None
) -> PerturbedCube:
    """The cube of the newest snapshot; `former`: the newest cube that has answered.

    New years of fewer people than the threshold are hidden, and such without anybody likewise: both look
    alike, now and in every later release.

    Raises NotProtectedError when a cell of few people could be found, or released years are not covered any
    more.
    """
    if former is not None and not former.parts:
        former = None  # everything was withheld
    released = set() if former is None else _years(former)
    if missing := sorted(released - set(inputs.plan.years)):
        raise NotProtectedError(
            f"Years that are released already would not be covered any more: {', '.join(map(str, missing))}.",
            remedy="What was released stays released: load the whole register, or shorten the embargo again.",
        )
    parts = [] if former is None else [*former.parts, *_revision(inputs, former)]
    if fresh := set(inputs.plan.years) - released:
        new = inputs.counted(fresh)
        enough = _people(new) >= inputs.rules.threshold
        parts.append(PerturbedPart(int(enough), frozenset(map(str, fresh)), sealed(new)))
    return _perturbed(inputs, change, parts)


def withheld_perturbed(
    inputs: CubeInputs, change: PerturbativeMechanism, former: PerturbedCube | None
) -> PerturbedCube:
    """The cube that answers where the newest snapshot has no safe cube: its new years are withheld.

    Raises NotProtectedError.
    """
    if former is None or not former.parts:
        return withheld_cube(inputs.hierarchies(inputs.plan.years), inputs.rules, change)
    return _perturbed(inputs, change, former.parts)


def _perturbed(
    inputs: CubeInputs, change: PerturbativeMechanism, parts: Sequence[PerturbedPart]
) -> PerturbedCube:
    try:
        made = [(part, _rows(inputs, part)) for part in parts]
        return perturbed_cube(made, inputs.rules, change, inputs.key)
    except AnonymiserError as error:
        raise NotProtectedError(
            f"No safe cube could be made: {error.message}.",
            remedy=f"The former cube stays as it is. {error.remedy}".strip(),
        ) from None


def waiting_perturbed(inputs: CubeInputs, former: PerturbedCube) -> Difference:
    """The differences between shown years of the newest snapshot and the counts of the cube.

    Nobody is added to hidden years, or taken from them.
    """
    now = inputs.counted(_shown_years(former))
    shown = [part for part in former.parts if part.sign]
    if not shown:
        return difference(inputs.dictionary, inputs.plan, {(0, None): now}, now)
    stands = snapshot_from_bytes(shown[0].sealed)
    for part in shown[1:]:
        rows = snapshot_from_bytes(part.sealed)
        if part.sign > 0:
            stands = joined([("", stands), ("", rows)]) or stands
        else:
            gone = set(tokens(inputs.dictionary, inputs.plan, rows))
            stays = [token not in gone for token in tokens(inputs.dictionary, inputs.plan, stands)]
            stands = taken(stands, np.array(stays, dtype=np.bool_))
    return difference(inputs.dictionary, inputs.plan, {(0, None): stands}, now)


def _revision(inputs: CubeInputs, former: PerturbedCube) -> list[PerturbedPart]:
    """The people added to released years, and the people removed: none while either group is too small."""
    found, k = waiting_perturbed(inputs, former), inputs.rules.threshold
    if any(0 < people < k for people in (found.people_added, found.people_left)):
        return []
    pieces = [(1, found.added), *((-1, rows) for rows in found.left.values())]
    period = frozenset(map(str, _shown_years(former)))
    return [PerturbedPart(sign, period, sealed(rows)) for sign, rows in pieces if len(rows)]


def _rows(inputs: CubeInputs, part: PerturbedPart) -> Rows:
    rows, years = snapshot_from_bytes(part.sealed), {int(year) for year in part.period}
    figures = figures_about(inputs, years) if part.sign > 0 else ()
    everybody = np.ones(len(rows), dtype=np.bool_)
    finest = described_by(inputs, figures)
    dims, coords, _ = placed(rows, inputs.dictionary, finest, everybody, inputs.plan.years)
    time = next((dim for dim in dims if dim.name == TIME), None)
    leaves = [] if time is None else [time.codes[place] for place in time.leaves.tolist()]
    within = {} if time is None else {TIME: frozenset(c for c in leaves if lies_in(c, years))}
    by = tuple(inputs.plan.finest)
    return Rows(dims, by, coords, rows.links["person"].tolist(), within, figures)


def _people(rows: Snapshot) -> int:
    return len(set(rows.links["person"].tolist()))


def _shown_years(cube: PerturbedCube) -> set[int]:
    return {int(year) for part in cube.parts if part.sign for year in part.period}


def _years(cube: PerturbedCube) -> set[int]:
    return {int(year) for part in cube.parts for year in part.period}
