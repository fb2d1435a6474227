"""A reader's arrangement of a table: every number stays what it is, and nothing uncertain looks certain."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import ENGLISH, Layout, with_bounds
from gateway.picturing.turning import BY_NAME, Arrangement, Show, arrangement, turned
from gateway.picturing.turning.shares import NoShare, Share, share
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()
MEMBERS = ("KH", "LA", "TH")


def laid_out(release: Release, **how: object) -> Layout:
    down, across = how.pop("down", None), how.pop("across", None)
    chosen = arrangement(release, DICTIONARY, down, across)  # type: ignore[arg-type]
    return turned(release, DICTIONARY, ENGLISH, replace(chosen, **how))  # type: ignore[arg-type]


def texts(made: Layout) -> dict[str, list[str]]:
    """The cells of each row by the last head that begins in it."""
    return {row.heads[-1].text: [cell.text + cell.marks for cell in row.cells] for row in made.rows}


def whole(*by: str, seed: int = 1) -> Release:
    """A release in which every number is shown."""
    release = made_release(*by, members=MEMBERS, seed=seed)
    cells = {cell.key: cell.value or 0 for cell in release.cells if TOTAL not in cell.key}
    found = []
    for cell in release.cells:
        inside = (
            n for k, n in cells.items() if all(c in (TOTAL, d) for c, d in zip(cell.key, k, strict=True))
        )
        found.append(Cell(cell.key, Status.VALUE, sum(inside)))
    return replace(release, cells=tuple(found))


def withheld(release: Release, hide: Callable[[Cell], bool]) -> Release:
    cells = (Cell(c.key, Status.WITHHELD) if hide(c) else c for c in release.cells)
    return replace(release, cells=tuple(cells))


@pytest.mark.parametrize("across", [["year"], ["outcome", "year"], ["year", "outcome"], [], ["country"]])
def test_every_cell_is_there_once_however_the_table_is_turned(across: list[str]) -> None:
    release = made_release("country", "year", "outcome", members=MEMBERS)

    made = laid_out(release, across=across, sort=BY_NAME)

    keys = [cell.key for row in made.rows for cell in row.cells if cell.key]
    assert sorted(keys) == sorted(cell.key for cell in release.cells)
    assert list(dict.fromkeys(head.level for line in made.heads for head in line if head.level)) == across


def test_rows_are_sorted_within_their_groups_with_totals_last_and_withheld_numbers_before_them() -> None:
    release = withheld(whole("country", "outcome"), lambda c: c.key == ("KH", "K"))
    made = laid_out(release, down=["outcome", "country"], across=[], sort="~number")

    rows = [(cell.key, cell.kind) for row in made.rows for cell in row.cells]
    killed = [key[0] for key, _ in rows if key[1] == "K"]
    value = {cell.key: cell.value for cell in release.cells}
    assert killed[-2:] == ["KH", TOTAL], "nobody sorts by what is withheld"
    assert value[killed[0], "K"] >= value[killed[1], "K"]  # type: ignore[operator]
    outcomes = list(dict.fromkeys(key[1] for key, _ in rows))
    sums = [value[TOTAL, outcome] for outcome in outcomes]
    assert outcomes[-1] == TOTAL
    assert sums[:-1] == sorted(sums[:-1], reverse=True)  # type: ignore[type-var]


def test_a_column_is_sorted_the_other_way_and_by_name() -> None:
    release = whole("country", "outcome")
    falling, rising = ([*texts(laid_out(release, sort="I", rising=up))] for up in (False, True))

    assert falling[:-1] == rising[:-1][::-1]
    assert falling[-1] == rising[-1] == "Total"
    assert [*texts(laid_out(release, sort=BY_NAME))] == ["Thailand", "Lao PDR", "Cambodia", "Total"]


def test_a_share_is_of_the_rows_or_the_columns_total_which_stays_a_number() -> None:
    cells = {
        ("KH", "K"): 1,
        ("KH", "I"): 2,
        ("KH", "U"): 0,
        ("LA", "K"): 0,
        ("LA", "I"): 2999,
        ("LA", "U"): 1,
    }
    release = made_release("country", "outcome", members=("KH", "LA"))

    def number(key: tuple[str, ...]) -> int:
        return sum(n for k, n in cells.items() if all(c in (TOTAL, d) for c, d in zip(key, k, strict=True)))

    release = replace(release, cells=tuple(Cell(c.key, Status.VALUE, number(c.key)) for c in release.cells))

    of_row, of_column = (laid_out(release, show=show) for show in (Show.OF_ROW, Show.OF_COLUMN))
    assert texts(of_row)["Cambodia"] == ["33.3 %", "66.7 %", "0.0 %", "3"]
    assert texts(of_row)["Lao PDR"] == ["0.0 %", ">99.9 %", "<0.1 %", "3,000"], "neither all nor none"
    assert [head.text for head in of_row.heads[-1]][-1] == "Total = 100 %"
    assert texts(of_column)["Cambodia"] == ["100.0 %", "0.1 %", "0.0 %", "0.1 %"]
    assert texts(of_column)["Total = 100 %"] == ["1", "3,001", "1", "3,003"]


@pytest.mark.parametrize("seed", range(12))
def test_the_range_of_a_withheld_share_holds_the_true_one(seed: int) -> None:
    truth = whole("country", "outcome", seed=seed)
    rng = random.Random(seed)
    hidden = {cell.key for cell in truth.cells if rng.random() < 0.4}
    release = with_bounds(withheld(truth, lambda c: c.key in hidden), DICTIONARY)
    true = {cell.key: cell.value or 0 for cell in truth.cells}
    cells = {cell.key: cell for cell in release.cells}

    for show, base in ((Show.OF_ROW, lambda k: (k[0], TOTAL)), (Show.OF_COLUMN, lambda k: (TOTAL, k[1]))):
        for cell in (cell for row in laid_out(release, show=show).rows for cell in row.cells):
            total = true[base(cell.key)]
            if base(cell.key) == cell.key or not total:
                continue
            real = Fraction(true[cell.key], total)
            found = share(cells[cell.key], cells[base(cell.key)])
            assert isinstance(found, Share)
            assert found.least <= real <= found.most
            shown = re.fullmatch(r"◊ (\d+)–(\d+) %", cell.text)
            if shown is not None:
                assert int(shown[1]) <= real * 100 <= int(shown[2])
            elif hidden & {cell.key, base(cell.key)}:
                assert cell.text == "◊" or found.certain, cell
            else:
                assert cell.text.endswith(" %")
                assert "◊" not in cell.text


def test_what_is_withheld_shows_its_range_or_only_its_sign() -> None:
    release = withheld(whole("country", "outcome"), lambda c: c.key[0] == "KH" and c.key[1] in "KI")

    shown, bare = (texts(laid_out(release, ranges=ranges))["Cambodia"] for ranges in (True, False))
    assert shown[:2] == ["◊ 0–663", "◊ 0–3,713"]
    assert bare[:2] == ["◊", "◊"]
    of_row = laid_out(release, show=Show.OF_ROW, ranges=False)
    assert texts(of_row)["Cambodia"][:2] == ["◊", "◊"]
    assert "bounds" not in [note.kind for note in of_row.notes]


def cell(value: int | None, **how: object) -> Cell:
    status = Status.WITHHELD if value is None else Status.VALUE
    return Cell(("x",), status, value, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "total", "owners", "found"),
    [
        (cell(3), None, (), NoShare.NO_TOTAL),
        (cell(3), Cell(("x",), Status.NOT_SHARED), (), NoShare.NO_TOTAL),
        (cell(0), cell(0), (), NoShare.OF_NOTHING),
        (cell(3, standard_deviation=2), cell(9), (), NoShare.NOISE),
        (cell(3), cell(9, standard_deviation=2), (), NoShare.NOISE),
        (cell(3), cell(9, missing_members=("VN",)), (), NoShare.OTHER_MEMBERS),
        (cell(3), cell(9, missing_members=("VN",)), ("VN",), NoShare.OTHER_MEMBERS),
        (cell(3), cell(9, missing_members=("VN",)), ("KH",), Share(Fraction(1, 3), Fraction(1, 3))),
        (cell(3, missing_members=("VN",)), cell(9), (), Share(Fraction(1, 3), Fraction(1))),
        (
            cell(3, largest_deviation=2),
            cell(10, largest_deviation=1),
            (),
            Share(Fraction(1, 11), Fraction(5, 9)),
        ),
        (cell(None), cell(9), (), Share(Fraction(0), Fraction(1))),
        (cell(None, at_least=1, at_most=4), cell(9), (), Share(Fraction(1, 9), Fraction(4, 9))),
        (cell(3), cell(None, at_least=1), (), Share(Fraction(0), Fraction(1))),
        (cell(3), cell(None, at_least=4, at_most=6), (), Share(Fraction(1, 2), Fraction(3, 4))),
    ],
)
def test_no_share_is_said_that_the_numbers_do_not_support(
    part: Cell, total: Cell | None, owners: tuple[str, ...], found: Share | NoShare
) -> None:
    assert share(part, total, frozenset(owners)) == found


def test_a_blank_share_says_why() -> None:
    release = whole("country", "outcome")
    cells = tuple(replace(c, standard_deviation=3) if c.key[0] == "KH" else c for c in release.cells)

    made = laid_out(replace(release, cells=cells), show=Show.OF_ROW)
    assert texts(made)["Cambodia"][:3] == ["–~", "–~", "–~"]
    assert ("–", "No share: the numbers include noise") in [(note.sign, note.text) for note in made.notes]


def test_a_member_that_does_not_share_has_its_word_and_the_totals_their_sign() -> None:
    release = made_release("country", "outcome", members=MEMBERS, refusals={"VN": Refusal.NOT_SHARED})

    made = texts(laid_out(release, show=Show.OF_COLUMN))
    assert set(made["Viet Nam"]) == {"not shared"}
    assert all(text.endswith("*") for text in made["Total = 100 %"])


def test_levels_that_the_table_does_not_have_are_left_out_and_none_is_lost() -> None:
    release = made_release("country", "year", "outcome", members=MEMBERS)

    def found(down: list[str] | None, across: list[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        made: Arrangement = arrangement(release, DICTIONARY, down, across)
        return made.down, made.across

    assert found(None, None) == (("country", "year"), ("outcome",))
    assert found(["outcome"], None) == (("outcome",), ("country", "year"))
    assert found(None, ["outcome", "nothing", "year", "year"]) == (("country",), ("outcome", "year"))
    assert found(["year", "nothing"], ["year"]) == (("country", "outcome"), ("year",))
    assert found([], []) == (("country", "year", "outcome"), ())
