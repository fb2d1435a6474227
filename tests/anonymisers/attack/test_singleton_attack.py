"""What the only person of a withheld cell can compute, on tables small enough to follow by hand."""

import pytest

from anonymisers.attack import attack, polytope
from anonymisers.errors import TableError
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release

SEX = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
AGE = Hierarchy("age", ("Total", "child", "adult", "old"), dict.fromkeys(("child", "adult", "old"), "Total"))


@pytest.fixture(autouse=True, params=[polytope.WHOLE, 0], ids=["small", "large"])
def any_size(request, monkeypatch):
    """Parts of the system up to a size are solved in whole numbers, larger ones over the reals."""
    monkeypatch.setattr(polytope, "WHOLE", request.param)


def words(key):
    return " ".join(code for _, code in key)


def pairs(findings):
    return {(words(i.cell.key), words(i.singleton)) for i in findings.singletons}


def one_way(counts, withheld):
    cells = {("Total",): sum(counts.values())} | {(c,): n for c, n in counts.items()}
    truth = Table.of((AGE,), [((c,), n) for c, n in counts.items()])
    return Release.of((AGE,), cells | {(c,): None for c in withheld}), truth


def test_of_two_withheld_cells_the_only_person_of_one_computes_the_other():
    release, truth = one_way({"child": 1, "adult": 4, "old": 20}, ["child", "adult"])
    assert attack([release], threshold=5).disclosed == ()
    findings = attack([release], threshold=5, truth=truth)
    assert pairs(findings) == {("adult", "child")}
    assert [i.cell.low for i in findings.singletons] == [4]
    assert findings.broken


def test_a_third_withheld_cell_keeps_the_secret():
    release, truth = one_way({"child": 1, "adult": 4, "old": 20}, ["child", "adult", "old"])
    assert attack([release], threshold=5, truth=truth).singletons == ()


def test_a_large_cell_that_a_singleton_computes_is_no_disclosure():
    release, truth = one_way({"child": 1, "adult": 8, "old": 20}, ["child", "adult"])
    assert attack([release], threshold=5, truth=truth).singletons == ()


def test_one_person_under_two_names_is_not_two_people():
    """The only woman is the only child of both sexes: with zeros shown, (F, Total) and (F, child) are one."""
    truth = Table.of(
        (SEX, AGE), [(("F", "child"), 1), (("M", "child"), 3), (("M", "adult"), 7), (("M", "old"), 9)]
    )
    shown = {("Total", "adult"): 7, ("Total", "old"): 9, ("M", "adult"): 7, ("M", "old"): 9}
    zeros = {("F", "adult"): 0, ("F", "old"): 0}
    suppressed = dict.fromkeys([("F", "Total"), ("F", "child"), ("M", "child"), ("M", "Total")], None)
    release = Release.of(
        (SEX, AGE), {("Total", "Total"): 20, ("Total", "child"): 4} | shown | zeros | suppressed
    )
    found = pairs(attack([release], threshold=5, truth=truth))
    assert found == {("M child", "F"), ("M child", "F child")}


def test_who_is_all_there_is_of_a_group_computes_what_others_of_it_could_have_been():
    counts = {("F", "child"): 1, ("M", "child"): 9, ("M", "adult"): 4, ("M", "old"): 1}
    truth = Table.of((SEX, AGE), counts.items())
    suppressed = dict.fromkeys([(s, a) for s in ("F", "M") for a in ("child", "adult", "old")], None)
    shown = {("F", "Total"): 1, ("M", "Total"): 14, ("Total", "adult"): 4, ("Total", "old"): 1}
    findings = attack([Release.of((SEX, AGE), suppressed | shown)], threshold=5, truth=truth)
    assert findings.disclosed == ()
    assert pairs(findings) == {("M adult", "F child"), ("M old", "F child")}


def test_a_truth_that_is_not_the_releases_own_is_refused():
    release, _ = one_way({"child": 1, "adult": 4, "old": 20}, ["child", "adult"])
    _, other = one_way({"child": 1, "adult": 4, "old": 21}, [])
    with pytest.raises(TableError, match="does not agree with the shown cell"):
        attack([release], threshold=5, truth=other)


def test_a_truth_without_a_dimension_of_the_release_is_refused():
    release, _ = one_way({"child": 1, "adult": 4, "old": 20}, ["child", "adult"])
    with pytest.raises(TableError, match="lacks the dimension 'age'"):
        attack([release], threshold=5, truth=Table.of((SEX,), [(("F",), 1)]))
