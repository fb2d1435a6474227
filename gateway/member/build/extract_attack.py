"""Attacks a new cube beside all record extracts before the cube may answer.

An extract is a release of every table over its columns, and counts as known from its request on.
"""

from collections.abc import Sequence

from anonymisers.errors import ProtectionError
from anonymisers.history.everything_shown import PartCube
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.records.extract_safety import PriorReleases, discloses_more
from gateway.member.build.everybody import everybody
from gateway.member.build.everything_shown import everything_shown
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.errors import NotProtectedError

SECONDS = 120.0


def check_beside_extracts(
    inputs: CubeInputs,
    cube: ReleaseHistory,
    former: ReleaseHistory | None,
    disclosed: Sequence[bytes],
    *,
    seconds: float = SECONDS,
) -> None:
    """Raise NotProtectedError when fresh tables and extracts together disclose what neither did before.

    `former`: everything that had been shown; `disclosed`: the counts disclosed by each extract. Tables and
    extracts are looked at beside all former tables and the registered figures.
    """
    if not disclosed:
        return
    shown = everything_shown(inputs, cube, disclosed)
    fresh = [each.release for each in shown.cubes if _is_fresh(each, former)]
    if not fresh:
        return  # other rules show sums and parts of what was shown before
    known = [each.release for each in shown.cubes if not _is_fresh(each, former)]
    rules = cube.rules
    history = PriorReleases(
        (*known, *shown.beside), rules.threshold, rules.zeros, {}, (), everybody(inputs, cube)
    )
    try:
        found = discloses_more(history, fresh, shown.extracts, seconds=seconds)
    except ProtectionError:
        raise NotProtectedError(
            "The tables cannot be compared with extracts of single records that were asked for before: the "
            "register has other numbers now.",
            remedy="The former tables stay. Load the register with its corrections reversed, or wait for "
            "them.",
        ) from None
    if found is not None:
        raise NotProtectedError(
            f"These tables are not safe beside extracts of single records that were asked for: {found}.",
            remedy="The former tables stay. Share less finely, or the same columns as the extracts.",
        )


def _is_fresh(each: PartCube, former: ReleaseHistory | None) -> bool:
    """Whether the cube was not among the former releases: those keep their places, and fresh ones follow."""
    parts = [] if former is None else [part for part in former.parts if part.cubes]
    return each.part >= len(parts) or each.cube >= len(parts[each.part].cubes)
