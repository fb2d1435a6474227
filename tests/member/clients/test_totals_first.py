"""Where a few children would take a whole table by sex and age along, its totals by sex are shown."""

import random
from collections import Counter

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.released_cells import Value
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules, TableOf
from gateway.dictionary import regional
from gateway.member.build.totals_first import with_totals_first
from gateway.member.cube.clients_counts import SEX_AND_AGE, cube_dimensions

FINEST = {
    "sex": "sex",
    "age_now": "adult_child_now",
    "disability": "disability",
    "status.REH": "status.REH",
}
DIMS = cube_dimensions(regional(), "KH", FINEST)
BY_AGE = TableOf.of({"disability", SEX_AND_AGE})
RULES = Rules(
    threshold=5,
    max_dims=2,
    sensitive=frozenset({"disability", "status.REH"}),
    priority=(TableOf.of({"status.REH", SEX_AND_AGE}, **{SEX_AND_AGE: 1}), BY_AGE),
)
ADULTS = {"M": (1352, 1101, 254), "F": (133, 124, 26)}
"""With a disability, without, and unknown."""
FEW = {"YES": ("M UNK", "M UNK", "U UNK", "U UNK", "M CHILD"), "UNK": ("M UNK", "M UNK"), "NO": ("F UNK",)}
STATUSES = {"RECV": 26, "NO_NEED": 25, "UNK": 17, "NEED": 11, "REF": 6, "UNAVAIL": 3, "DECL": 1}


def clients(few: dict[str, tuple[str, ...]]) -> Table:
    draw = random.Random(1)
    people = [
        (disability, f"{sex} ADULT")
        for sex, numbers in ADULTS.items()
        for disability, number in zip(("YES", "NO", "UNK"), numbers, strict=True)
        for _ in range(number)
    ]
    people += [(disability, who) for disability, some in few.items() for who in some]
    rows: Counter[tuple[str, ...]] = Counter()
    for disability, who in people:
        (status,) = draw.choices([*STATUSES], [*STATUSES.values()])
        codes = {"disability": disability, SEX_AND_AGE: who, "status.REH": status}
        rows[tuple(codes[dim.name] for dim in DIMS)] += 1
    return Table.of(DIMS, rows.items())


def built(table: Table, rules: Rules) -> CertifiedCube:
    return build_cube(table, rules, bytes(32))


def shown(cube: CertifiedCube, who: str) -> int | None:
    found = cube.lookup({"disability": "YES", SEX_AND_AGE: who})
    return found.count if isinstance(found, Value) else None


def test_the_totals_by_sex_are_shown_where_nothing_of_the_table_would_be() -> None:
    table = clients(FEW)
    first = built(table, RULES)
    assert (shown(first, "M"), shown(first, "M ADULT")) == (None, None)

    cube, rules = with_totals_first(first, table, RULES, lambda other: built(table, other))
    assert shown(cube, "M") == 1355
    assert rules.priority == (
        RULES.priority[0],
        TableOf.of({"disability", SEX_AND_AGE}, **{SEX_AND_AGE: 1}),
        BY_AGE,
    )


def test_ages_that_can_be_shown_stay() -> None:
    table = clients({})
    first = built(table, RULES)
    assert shown(first, "M ADULT") == 1352

    def never(other: Rules) -> CertifiedCube:
        raise AssertionError(other)

    assert with_totals_first(first, table, RULES, never) == (first, RULES)


def test_without_a_cube_by_other_rules_the_first_stays() -> None:
    table = clients(FEW)
    first = built(table, RULES)
    assert with_totals_first(first, table, RULES, lambda _: None) == (first, RULES)
