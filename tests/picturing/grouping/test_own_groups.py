"""Own groups: a group is as certain as its codes, and says nothing that the table does not say."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from releases import made_release

from gateway.dictionary import regional
from gateway.dictionary.populations import populations
from gateway.export.grouped_files import grouped_csv, with_groups
from gateway.picturing import ENGLISH
from gateway.picturing.grouping import Group, grouped, put_together
from gateway.picturing.turning import Show, arrangement, turned
from gateway.picturing.turning.rates import NoRate, Rate, Rates
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()
MEMBERS = ("KH", "LA", "TH")
MEKONG = Group("Mekong", "country", ("LA", "KH"))
HURT = Group("Hurt", "outcome", ("K", "I"))


def released(*by: str, changed: tuple[Cell, ...] = (), **more: object) -> Release:
    made = made_release(*by, members=MEMBERS, **more)  # type: ignore[arg-type]
    new = {cell.key: cell for cell in changed}
    return replace(made, cells=tuple(new.get(cell.key, cell) for cell in made.cells))


def cells_of(release: Release) -> dict[tuple[str, ...], Cell]:
    return {cell.key: cell for cell in release.cells}


def shown(*keys: tuple[str, ...], value: int = 5) -> tuple[Cell, ...]:
    return tuple(Cell(key, Status.VALUE, value) for key in keys)


def test_a_group_takes_the_place_of_its_codes_and_is_their_sum() -> None:
    release = released("country", "outcome", changed=shown(("KH", "K"), ("LA", "K"), value=5))

    made = grouped(release, DICTIONARY, [MEKONG])

    assert made.axes[0].codes == ("[Mekong]", *(c for c in release.axes[0].codes if c not in MEKONG.codes))
    assert cells_of(made)["[Mekong]", "K"] == Cell(("[Mekong]", "K"), Status.VALUE, 10)
    others = {key: cell for key, cell in cells_of(release).items() if key[0] not in MEKONG.codes}
    assert others.items() <= cells_of(made).items(), "what is in no group stays as it is, totals too"


@given(
    st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(1, 9)), min_size=2, max_size=2),
    st.booleans(),
)
def test_the_range_of_a_group_is_the_sum_of_ranges_and_holds_every_possible_sum(
    bounds: list[tuple[int, int | None]], all_withheld: bool
) -> None:
    (low, wide), (other, more) = bounds
    first = Cell(("KH",), Status.WITHHELD, None, low or None, (), None if wide is None else low + wide)
    second = Cell(("LA",), Status.VALUE, other)
    if all_withheld:
        second = Cell(
            ("LA",), Status.WITHHELD, None, other or None, (), None if more is None else other + more
        )
    made = cells_of(grouped(released("country", changed=(first, second)), DICTIONARY, [MEKONG]))[
        ("[Mekong]",)
    ]

    assert (made.status, made.value) == (Status.WITHHELD, None)
    assert (made.at_least or 0) == low + other
    ends = [cell.at_most if cell.value is None else cell.value for cell in (first, second)]
    assert made.at_most == (None if None in ends else sum(end or 0 for end in ends))
    assert made.at_most is None or made.at_most > (made.at_least or 0), "a range is never one number"


def test_who_gave_nothing_is_missing_in_a_group_of_countries() -> None:
    release = released("country", "outcome", refusals={"LA": Refusal.NOT_SHARED})
    made = cells_of(grouped(release, DICTIONARY, [MEKONG]))["[Mekong]", "K"]
    assert "LA" in made.missing_members
    nobody = cells_of(grouped(release, DICTIONARY, [Group("Two", "country", ("LA",))]))["[Two]", "K"]
    assert nobody.status is Status.NOT_SHARED


def test_a_part_that_was_not_collected_makes_a_sum_of_years_unknown() -> None:
    gone = Cell(("KH", "2023"), Status.NOT_COLLECTED)
    release = released(
        "country", "year", changed=(gone, *shown(("KH", "2024"), ("LA", "2023"), ("LA", "2024")))
    )
    both = grouped(release, DICTIONARY, [Group("Two years", "year", ("2023", "2024"))])
    assert cells_of(both)["KH", "[Two years]"].status is Status.NOT_COLLECTED
    assert cells_of(both)["LA", "[Two years]"].value == 10


def test_noise_adds_up_by_its_squares_and_bounds_nothing() -> None:
    noisy = [Cell((code,), Status.VALUE, 5, standard_deviation=n) for code, n in (("KH", 3), ("LA", 4))]
    made = cells_of(grouped(released("country", changed=tuple(noisy)), DICTIONARY, [MEKONG]))
    assert made[("[Mekong]",)].standard_deviation == 5
    held = Cell(("LA",), Status.WITHHELD, None, 1, (), 4)
    made = cells_of(grouped(released("country", changed=(noisy[0], held)), DICTIONARY, [MEKONG]))
    assert (made[("[Mekong]",)].at_least, made[("[Mekong]",)].at_most) == (None, None)


def test_perturbed_numbers_keep_how_far_they_can_be_off() -> None:
    parts = [Cell((code,), Status.VALUE, 5, largest_deviation=2) for code in ("KH", "LA")]
    made = cells_of(grouped(released("country", changed=tuple(parts)), DICTIONARY, [MEKONG]))
    assert (made[("[Mekong]",)].value, made[("[Mekong]",)].largest_deviation) == (10, 4)


def test_groups_of_two_levels_cross_and_groups_may_overlap() -> None:
    by = ("country", "outcome")
    release = released(*by, changed=shown(*((c, o) for c in MEMBERS for o in ("K", "I"))))
    east = Group("East", "country", ("LA", "TH"))
    made = grouped(release, DICTIONARY, [MEKONG, east, HURT])
    assert cells_of(made)["[Mekong]", "[Hurt]"].value == 20
    assert cells_of(made)["[East]", "[Hurt]"].value == 20
    assert put_together(release, Group("Elsewhere", "country", ("VN2",))) == ()
    assert grouped(release, DICTIONARY, [Group("Elsewhere", "year", ("2024",))]) == release


def test_overlapping_groups_narrow_nobodys_range() -> None:
    held = [Cell((code,), Status.WITHHELD) for code in MEMBERS]
    total = Cell((TOTAL,), Status.VALUE, 12)
    release = released("country", changed=(*held, total))
    east = Group("East", "country", ("LA", "TH"))
    made = with_groups(release, DICTIONARY, [MEKONG, east])
    chosen = arrangement(made, DICTIONARY)
    behind = {group.code: put_together(release, group) for group in (MEKONG, east)}
    table = turned(made, DICTIONARY, ENGLISH, chosen, behind)
    assert [row.cells[0].text for row in table.rows] == ["◊ 0–24", "◊ 0–24", "12"]


def test_rates_and_shares_of_a_group_are_those_of_its_countries() -> None:
    living = populations()
    changed = shown(("KH", "K"), ("LA", "K"), value=50)
    release = released("country", "outcome", changed=changed, refusals={"VN": Refusal.NOT_SHARED})
    made = grouped(release, DICTIONARY, [MEKONG])
    behind = {MEKONG.code: MEKONG.codes}
    found = Rates(made, DICTIONARY, behind).rate(cells_of(made)["[Mekong]", "K"])
    assert found == Rate(*[Fraction(100 * 1_000_000, living["KH"] + living["LA"])] * 2)

    years = grouped(released("country", "year"), DICTIONARY, [Group("Two", "year", ("2023", "2024"))])
    several = Rates(years, DICTIONARY, {"[Two]": ("2023", "2024")})
    assert several.rate(cells_of(years)["KH", "[Two]"]) is NoRate.SEVERAL_YEARS

    chosen = replace(arrangement(made, DICTIONARY), show=Show.OF_COLUMN)
    table = turned(made, DICTIONARY, ENGLISH, chosen, behind)
    assert all(cell.text for row in table.rows for cell in row.cells)


def test_a_file_says_what_the_desk_computed() -> None:
    release = released("country", changed=shown(("KH",), ("LA",), value=5))
    lines = grouped_csv(release, DICTIONARY, [MEKONG]).decode().splitlines()
    assert lines[0].endswith(",own_group")
    assert lines[1].startswith("[Mekong],value,10,")
    assert lines[1].endswith(",KH LA")
    assert all(line.endswith(",") for line in lines[2:])
