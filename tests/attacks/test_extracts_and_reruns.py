"""Attack: reruns of the program that makes an extract, on registers that agree with everything given out.

How far an extract was made coarser followed from the counts of the groups that it left out. So whoever ran
the public program on registers with other small groups excluded those that gave another grain.
"""

from pathlib import Path

import numpy as np
import pytest
from extract_attacker import Groups, answers, groups_of, lone_state, policy, prepared, shown_by

from anonymisers.errors import RecordsError
from anonymisers.records.generalisation import Records, as_asked, generalised
from anonymisers.tables.hierarchy import Hierarchy

SEX = Hierarchy("sex", ("Total", "M", "F"), {"M": "Total", "F": "Total"})
PLACE = Hierarchy(
    "place",
    ("Total", "north", "south", *"abcdef"),
    {"north": "Total", "south": "Total"} | dict.fromkeys("abc", "north") | dict.fromkeys("def", "south"),
)


def records(*groups: tuple[str, str, int]) -> Records:
    coords = [(SEX.position(sex), PLACE.position(code)) for sex, code, n in groups for _ in range(n)]
    people = np.arange(len(coords), dtype=np.int64)
    return Records((SEX, PLACE), np.array(coords, dtype=np.int32), people, ("sex", "place"), frozenset())


LARGE = tuple((sex, code, 6) for sex, codes in (("M", "ab"), ("F", "de")) for code in codes)
FEW = records(*LARGE, ("M", "c", 1), ("F", "f", 1))
MORE = records(*LARGE, *((sex, code, 4) for sex, codes in (("M", "cdef"), ("F", "abcf")) for code in codes))


def test_how_coarse_an_extract_is_made_tells_of_the_groups_that_it_leaves_out() -> None:
    """Both registers have the same four groups of five people or more. The first extract has their records;
    the other one is coarser, since more people are left out of the finest one."""
    first, second = (generalised(each, k=5, diversity=1)[0] for each in (FEW, MORE))
    assert first.depths != second.depths


def test_an_extract_as_asked_is_the_same_whatever_the_groups_are_that_it_leaves_out() -> None:
    """Its counts too: a group of nobody stands there as one that is left out."""
    first, second = (as_asked(each, k=5, diversity=1)[0].release({}) for each in (FEW, MORE))
    assert first.cells == second.cells
    assert sum(n is not None for n in first.cells.values()) == 4
    assert len(first.cells) == 12


@pytest.mark.parametrize("few", [records(("M", "a", 4), ("F", "b", 4)), records(("M", "a", 2))])
def test_where_no_group_is_large_there_is_no_extract_as_asked(few: Records) -> None:
    with pytest.raises(RecordsError):
        as_asked(few, k=5, diversity=1)


def test_of_too_many_combinations_of_codes_none_is_made() -> None:
    codes = [f"c{n}" for n in range(6000)]
    wide = Hierarchy("place", ("Total", *codes), dict.fromkeys(codes, "Total"))
    many = Records((wide,), np.ones((9, 1), dtype=np.int32), np.arange(9), ("place",), frozenset())
    with pytest.raises(RecordsError, match="combinations"):
        as_asked(many, k=5, diversity=1)


def test_a_node_gives_records_as_asked_where_its_policy_withstands_reruns(tmp_path: Path) -> None:
    """Four provinces have a large group of women and of men, the provinces of a region a few women each."""
    people: Groups = {("2023-05", f"KH-{n}", sex, "I", "REC"): 9 for n in range(1, 5) for sex in "MF"}
    few = zip((10, 11, 16, 19), (2, 3, 2, 3), strict=True)
    people |= {("2023-05", f"KH-{n}", "F", "I", "REC"): here for n, here in few}
    with lone_state(tmp_path) as node:
        answers(
            node, policy(1, "place: province, sex: sex", dims=1).replace("small-tables", "withstand"), people
        )
        made = prepared(node, "place", "sex")
    assert groups_of(made) == {(f"KH-{n}", sex) for n in range(1, 5) for sex in "MF"}
    withheld = [cell for cell, n in shown_by(made).cells.items() if n is None]
    assert ("KH-10", "F", "Total", "Total") in withheld
    assert ("KH-5", "F", "Total", "Total") in withheld  # of nobody
