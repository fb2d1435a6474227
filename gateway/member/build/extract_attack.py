"""Attacks a new cube beside all record extracts before the cube may answer.

An extract is a release of every table over its columns, and counts as known from its request on.
"""

from collections.abc import Sequence

from anonymisers.errors import ProtectionError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.records.extract_safety import PriorReleases, discloses_more, informative_tables
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json
from gateway.member.errors import NotProtectedError

SECONDS = 120.0


def check_beside_extracts(
    cube: ReleaseHistory, disclosed: Sequence[bytes], *, seconds: float = SECONDS
) -> None:
    """Raise NotProtectedError when cube and extracts together disclose what neither did before.

    `disclosed`: the counts disclosed by each extract. Where the register was corrected since, today's counts
    differ from the extracts' counts; then the extracts are compared with the tables of the first counts,
    which the extracts are from.
    """
    if not disclosed:
        return
    extracts = [release_from_json(parse_json(each)) for each in disclosed]
    first = ReleaseHistory.of(cube.dims, cube.rules, [part for part in cube.parts if part.kind == "period"])
    for now in (cube, first):
        history = PriorReleases(extracts, cube.rules.threshold, cube.rules.zeros, {}, ())
        try:
            found = discloses_more(history, informative_tables(now), seconds=seconds)
        except ProtectionError:
            continue
        if found is None:
            return
        raise NotProtectedError(
            f"These tables are not safe beside extracts of single records that were asked for: {found}.",
            remedy="The former tables stay. Share less finely, or the same columns as the extracts.",
        )
    raise NotProtectedError(
        "The tables cannot be compared with extracts of single records that were asked for before: the "
        "register has other numbers now.",
        remedy="The former tables stay. Load the register with its corrections reversed, or wait for them.",
    )
