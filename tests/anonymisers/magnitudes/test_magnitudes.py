"""Amounts such as costs: whom a cell gives away, and how far others can tell what it holds."""

import csv
import json
from decimal import Decimal
from itertools import product

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from release_oracle import leaves, line
from scipy.optimize import linprog

from anonymisers.attack.magnitude_attack import FeasibilityInterval, MagnitudeAttacker
from anonymisers.errors import LatticeTooLargeError, ProtectionError, RulesError, TableError
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_cells import MagnitudeCells
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.magnitudes.magnitude_suppression import MagnitudeSuppression
from anonymisers.magnitudes.protect_magnitudes import protect_magnitudes
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.remainder import Remainder
from gateway.cli import main

KEY = bytes(range(32))
TREE = {"N": "Total", "S": "Total", "N1": "N", "N2": "N", "S1": "S", "S2": "S"}
PLACE = Hierarchy("place", ("Total", *TREE), TREE)
SEX = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
FLAT = Hierarchy("place", ("Total", "A", "B", "C"), dict.fromkeys("ABC", "Total"))


def costs(*records, dims=(FLAT,)):
    return Contributions.of(
        "cost", dims, (((*place,), person, Decimal(str(n))) for *place, person, n in records)
    )


def sensitive(contributions, **rules):
    cells = MagnitudeCells.of(contributions, MagnitudeRules(**rules))
    names = [contributions.dims[0].codes[p] for p in cells.lattice.keys()[:, 0].tolist()]
    return {name for name, bad in zip(names, cells.sensitive, strict=True) if bad}


def many(place, count, amount):
    return [(place, f"{place}-{n}", amount) for n in range(count)]


def test_forty_visits_of_two_people_are_two_people():
    visits = [("A", f"a{n % 2}", 1) for n in range(40)]
    assert sensitive(costs(*visits, *many("B", 9, 1)), threshold=5) == {"A"}


def test_one_person_with_most_of_a_cell_dominates_it():
    records = [*many("A", 8, 10), ("A", "rich", 300), *many("B", 9, 30), *many("C", 9, 30)]
    assert sensitive(costs(*records), dominance=(1, 75.0)) == {"A"}
    assert sensitive(costs(*records), dominance=(1, 79.0)) == set()
    assert sensitive(costs(*records), dominance=(2, 80.0)) == {"A"}


def test_the_second_largest_contributor_must_not_estimate_the_largest_too_closely():
    """300 and 100 beside 20 of others: the second knows the first to within 20, which is 7 per cent."""
    records = [("A", "first", 300), ("A", "second", 100), *many("A", 4, 5), *many("B", 9, 30)]
    assert sensitive(costs(*records), p_percent=10) == {"A"}
    assert sensitive(costs(*records), p_percent=6) == set()


def test_a_person_with_many_records_in_a_cell_contributes_their_sum():
    cells = MagnitudeCells.of(
        costs(("A", "a", 5), ("A", "a", 7.5), *many("A", 6, 1)), MagnitudeRules(threshold=2)
    )
    assert cells.needed[0] == 135  # in tenths: 12.5 and 1 are the two largest


@st.composite
def spending(draw):
    rows = st.tuples(
        st.sampled_from(leaves(PLACE)),
        st.sampled_from("FM"),
        st.integers(0, 9),
        st.sampled_from([0, 1, 5, 40]),
    )
    found = draw(st.lists(rows, min_size=15, max_size=40))
    return costs(*((p, s, str(who), n) for p, s, who, n in found), dims=(PLACE, SEX))


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(spending(), st.booleans(), st.sampled_from([None, 1]))
def test_every_interval_is_as_wide_as_the_largest_contributions(contributions, zeros, most):
    rules = MagnitudeRules(threshold=3, dominance=(1, 80.0), publish_zeros=zeros, max_dims=most)
    protected = protect_magnitudes(contributions, rules, KEY)
    dims, cells = contributions.dims, protected.release.cells
    inner = list(product(*(leaves(d) for d in dims)))
    rows = {
        cell: np.array(
            [all(c in line(d, x) for d, c, x in zip(dims, cell, own, strict=True)) for own in inner]
        )
        for cell in cells
    }
    shown = [cell for cell, value in cells.items() if value is not None]
    if not shown:
        assert protected.reason
        return
    left = 2 if protected.remainder is None or protected.remainder.dims is None else protected.remainder.dims
    equal, sums = np.array([rows[c] for c in shown], dtype=float), [float(cells[c]) for c in shown]
    for number, (cell, value) in enumerate(cells.items()):
        refused = sum(code != "Total" for code in cell) > left
        if value is None and (not refused or protected.cells.sensitive[number]):
            ends = [linprog(turn * rows[cell], A_eq=equal, b_eq=sums).fun for turn in (1, -1)]
            assert -ends[1] - ends[0] >= 0.999 * protected.cells.needed[number]
            assert -ends[1] - ends[0] > 1e-3
        elif value is not None:
            assert not protected.cells.sensitive[number]
            assert value == int(protected.cells.sums[number])


def test_where_the_total_itself_gives_somebody_away_everything_is_withheld():
    rich = costs(("A", "rich", 900), *many("B", 9, 1))
    protected = protect_magnitudes(rich, MagnitudeRules(dominance=(1, 75.0)), KEY)
    assert set(protected.release.cells.values()) == {None}
    assert "the total itself gives somebody away" in protected.reason


@pytest.mark.parametrize("left", [1, 0])
def test_where_no_pattern_is_found_for_the_larger_tables_the_smaller_are_left(monkeypatch, left):
    records = [(p, s, f"{p}{s}{n}", 10) for p, s in product(leaves(PLACE), "FM") for n in range(9)]
    true = MagnitudeSuppression.run

    def run(self):
        if any(len(t) > left for t in self.cells.lattice.tables):
            raise ProtectionError("no safe pattern was found for all")
        return true(self)

    monkeypatch.setattr(MagnitudeSuppression, "run", run)
    rules = MagnitudeRules(publish_zeros=True)
    protected = protect_magnitudes(costs(*records, dims=(PLACE, SEX)), rules, KEY)
    assert protected.remainder == Remainder(left, zeros_withheld=True)
    assert protected.reason == "no safe pattern was found for all"
    named = {sum(c != "Total" for c in cell) for cell, v in protected.release.cells.items() if v is not None}
    assert max(named) == left
    assert len(protected.release.cells) == 7 * 3


def test_an_attacker_who_finds_something_at_every_step_leaves_no_amount(monkeypatch):
    found = FeasibilityInterval(("N1", "F"), 1.0, 1.0)
    monkeypatch.setattr(MagnitudeAttacker, "insufficiently_protected", lambda *_: [found])
    records = [(p, s, f"{p}{s}{n}", 10) for p, s in product(leaves(PLACE), "FM") for n in range(9)]
    protected = protect_magnitudes(costs(*records, dims=(PLACE, SEX)), MagnitudeRules(), KEY)
    assert set(protected.release.cells.values()) == {None}
    assert "the attacker broke the pattern" in protected.reason


def test_the_attacker_computes_what_margins_give_away():
    shown = {("Total",): 100.0, ("A",): 60.0}
    attacker = MagnitudeAttacker((FLAT,), shown, [("B",), ("C",)])
    assert attacker.insufficiently_protected({}) == []
    assert [i.cell for i in attacker.insufficiently_protected({("B",): 41.0})] == [("B",)]
    assert attacker.computable_by(("B",), 15.0, [("C",)]) == [("C",)]
    alone = MagnitudeAttacker((FLAT,), shown | {("C",): 5.0}, [("B",)])
    assert [round(i.low) for i in alone.insufficiently_protected({})] == [35]
    with pytest.raises(TableError, match="no table of amounts"):
        MagnitudeAttacker((FLAT,), {("Total",): 100.0, ("A",): 160.0}, [("B",)]).insufficiently_protected({})


@pytest.mark.parametrize(
    "rules", [{"dominance": (0, 75.0)}, {"dominance": (1, 100.0)}, {"p_percent": 0}, {"threshold": 1}]
)
def test_rules_that_cannot_be_are_refused(rules):
    with pytest.raises(RulesError):
        MagnitudeRules(**rules)


def test_a_table_too_large_for_the_programs_says_what_to_drop():
    wide = [
        Hierarchy(
            n,
            ("Total", *(f"{n}{i}" for i in range(70))),
            dict.fromkeys((f"{n}{i}" for i in range(70)), "Total"),
        )
        for n in "ab"
    ]
    with pytest.raises(LatticeTooLargeError) as caught:
        MagnitudeCells.of(costs(("a0", "b0", "x", 1), dims=tuple(wide)), MagnitudeRules())
    assert "Drop the finest level" in caught.value.remedy


RECORDS = [
    (place, sex, f"{place}{sex}{n % 7}", 10 + n + (500 if place + sex == "N1F" and n == 0 else 0))
    for place, sex in product(leaves(PLACE), "FM")
    for n in range(2 if place + sex == "S2F" else 14)
]


@pytest.fixture
def folder(tmp_path):
    with (tmp_path / "in.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("place", "sex", "who", "cost"), *RECORDS])
    book = openpyxl.Workbook()
    for row in (("place", "sex", "who", "cost"), *RECORDS):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    dims = {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in (PLACE, SEX)}
    body = {"dims": dims, "magnitude": "cost", "records": [list(r) for r in RECORDS]}
    (tmp_path / "in.json").write_text(json.dumps(body))
    (tmp_path / "trees.yaml").write_text("place: {N: [N1, N2], S: [S1, S2]}\nsex: [F, M]\n")
    (tmp_path / "key").write_bytes(KEY)
    return tmp_path


def sheet_of(path):
    with path.open() as stream:
        return list(csv.reader(stream))


def run(folder, command, *words):
    named = [str(folder / w) if "." in w or w == "key" else w for w in words]
    return CliRunner().invoke(main, [command, *named])


def protect(folder, source, target, *more):
    sheet = () if source.endswith("json") else ("--hierarchies", "trees.yaml", "--person", "who")
    words = ("--magnitude", "cost", "--dominance", "1,50", "--key", "key")
    return run(folder, "protect", source, "-o", target, *sheet, *words, *more)


def test_sheets_and_json_give_the_same_table_and_the_attacker_finds_nothing(folder):
    for source, target in (("in.csv", "out.csv"), ("in.xlsx", "out.xlsx"), ("in.json", "out.json")):
        result = protect(folder, source, target)
        assert result.exit_code == 0, result.output
    rows = sheet_of(folder / "out.csv")
    sheet = openpyxl.load_workbook(folder / "out.xlsx").active.iter_rows(values_only=True)
    assert [["" if v is None else str(v) for v in row] for row in sheet] == rows
    assert ["S2", "F", "", "withheld"] in rows
    assert ["N1", "F", "", "withheld"] in rows
    found = run(folder, "attack", "out.json", "--threshold", "5", "--truth", "in.json")
    assert found.exit_code == 0, found.output
    assert found.output.count("       0  ") == 3


def test_a_withheld_amount_that_follows_is_found(folder):
    assert protect(folder, "in.json", "out.json").exit_code == 0
    document = json.loads((folder / "out.json").read_text())
    cells = {tuple(c["key"].items()): c for c in document["cells"]}
    for codes in product(leaves(PLACE), "FM"):
        own = [(p, s, n) for p, s, _, n in RECORDS if (p, s) == codes]
        if codes != ("S2", "F"):
            cells[("place", codes[0]), ("sex", codes[1])]["value"] = sum(n for *_, n in own)
    for cell in document["cells"]:
        if cell["value"] is None and len(cell["key"]) == 1:
            name, code = next(iter(cell["key"].items()))
            at = 0 if name == "place" else 1
            cell["value"] = sum(r[3] for r in RECORDS if code in line((PLACE, SEX)[at], r[at]))
    (folder / "out.json").write_text(json.dumps(document))
    found = run(folder, "attack", "out.json", "--threshold", "5")
    assert found.exit_code == 1
    assert "place=S2, sex=F" in found.output


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((",10\n", ",-10\n"), "row 2"),
        ((",10\n", ",ten\n"), "row 2"),
        (("N1,F,N1F0,10", "N1,F,,10"), "leaves 'who' empty"),
        (("N1,F,N1F0", "N,F,N1F0"), "is a group"),
        (("place,sex,who,cost", "place,sex,who,price"), "no column 'cost'"),
    ],
)
def test_what_is_wrong_with_amounts_is_named_and_nothing_is_written(folder, change, words):
    text = (folder / "in.csv").read_text().replace("\r\n", "\n").replace(",510\n", ",10\n", 1)
    (folder / "in.csv").write_text(text.replace(*change, 1))
    result = protect(folder, "in.csv", "out.csv")
    assert result.exit_code == 2
    assert words in result.output
    assert not (folder / "out.csv").exists()


def test_amounts_of_which_nothing_can_be_shown_are_withheld_whole(folder):
    rows = "N1,F,rich,900\nN2,M,poor,1\nS1,F,x,1\nS2,F,y,1\n"
    (folder / "in.csv").write_text(f"place,sex,who,cost\n{rows}")
    result = protect(folder, "in.csv", "out.csv")
    assert result.exit_code == 0, result.output
    assert "NOTHING IS SHOWN" in result.stderr
    assert {row[-1] for row in sheet_of(folder / "out.csv")[1:]} == {"withheld"}


def test_options_for_counts_are_refused_beside_amounts(folder):
    assert protect(folder, "in.csv", "out.csv", "--zeros", "protect").exit_code == 2
    assert protect(folder, "in.csv", "out.csv", "--sensitive", "sex").exit_code == 2


def test_people_are_counted_once_each_and_only_where_they_are_in_one_place(folder):
    rows = [row[:3] for row in RECORDS]
    with (folder / "in.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("place", "sex", "who"), *rows])
    words = ("--hierarchies", "trees.yaml", "--person", "who", "--key", "key")
    result = run(folder, "protect", "in.csv", "-o", "out.csv", *words)
    assert result.exit_code == 0, result.output
    assert ["Total", "Total", str(len(set(rows))), "value"] in sheet_of(folder / "out.csv")
    assert run(folder, "protect", "in.csv", "-o", "rows.csv", *words, "--magnitude", "rows").exit_code == 0
    assert ["Total", "Total", str(len(rows)), "value"] in sheet_of(folder / "rows.csv")
    (folder / "in.csv").write_text("place,sex,who\nN1,F,a\nN2,F,a\n")
    moved = run(folder, "protect", "in.csv", "-o", "moved.csv", *words)
    assert moved.exit_code == 2
    assert "rows 2 and 3" in moved.output
