"""What a table or a release must be, and the error that names what is wrong."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.errors import TableError
from anonymisers.tables.count_table import population
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release, write_release
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json, table_from_json

SEX = {"codes": ["Total", "F", "M"], "parent": {"F": "Total", "M": "Total"}}
PLACE = {
    "codes": ["Total", "N", "S", "N1", "N2"],
    "parent": {"N": "Total", "S": "Total", "N1": "N", "N2": "N"},
}


def document(**changes):
    body = {"dims": {"sex": SEX, "place": PLACE}, "cells": [["F", "N1", 3], ["M", "S", 2], ["M", "N2", 0]]}
    return body | changes


def test_inner_cells_are_read_by_position_and_zeros_are_not_kept():
    table = table_from_json(document())
    assert [d.name for d in table.dims] == ["sex", "place"]
    assert table.by == ("sex", "place")
    assert table.coords.tolist() == [[1, 3], [2, 2]]
    assert table.counts.tolist() == [3, 2]


def test_the_population_limits_the_cells():
    table = table_from_json(document(where={"sex": "M", "place": ["N", "S"]}))
    assert table.counts.tolist() == [2]
    assert table.where == {"sex": "M", "place": ("N", "S")}


def test_sums_that_are_listed_must_fit():
    assert (
        table_from_json(document(cells=[["F", "N1", 3], ["F", "N", 3], ["Total", "Total", 3]])).counts.sum()
        == 3
    )
    with pytest.raises(TableError, match=r"not additive.*\(F, N\)"):
        table_from_json(document(cells=[["F", "N1", 3], ["F", "N", 4]]))


@pytest.mark.parametrize(
    ("codes", "parent", "message"),
    [
        (["Total", "A"], {}, "'A' is an orphan"),
        (["Total", "A", "B"], {"A": "B", "B": "A"}, "'A' run in a cycle"),
        (["Total", "A", "A"], {"A": "Total"}, "'A' is listed twice"),
        (["A"], {}, "no root 'Total'"),
        (["Total", "A"], {"A": "B"}, "parent of 'A' is not among"),
        (["Total", "A"], {"A": "Total", "B": "A"}, "'B' has a parent but is not among"),
        (["Total", "A"], {"A": "Total", "Total": "A"}, "must not have a parent"),
        (["Total", ""], {"": "Total"}, "code number 2 is not a word"),
    ],
)
def test_a_broken_hierarchy_names_the_code(codes, parent, message):
    with pytest.raises(TableError, match=message):
        Hierarchy("place", tuple(codes), parent)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cells": [["F", "N1", -1]]}, r"\(F, N1\) is negative"),
        ({"cells": [["F", "N1", 1.5]]}, r"\(F, N1\) is not a whole number"),
        ({"cells": [["F", "N1", True]]}, r"\(F, N1\) is not a whole number"),
        ({"cells": [["F", "N1", 2**60]]}, r"\(F, N1\) is too large"),
        ({"cells": [["F", "N1", 1], ["F", "N1", 1]]}, r"\(F, N1\) is listed twice"),
        ({"cells": [["X", "N1", 1]]}, "'sex' has no code 'X'"),
        ({"cells": [[1, "N1", 1]]}, "its 'sex' is not a word"),
        ({"cells": [["F", 1]]}, "cell number 1 is not a list of 2 codes"),
        ({"cells": {}}, "'cells' is not a list"),
        ({"by": ["colour"]}, "no dimension 'colour'"),
        ({"by": []}, "'by' names no dimension"),
        ({"by": ["sex", "sex"]}, "'sex' twice"),
        ({"where": {"colour": "red"}}, "no dimension 'colour'"),
        ({"where": {"sex": "X"}}, "'sex' has no code 'X'"),
        ({"where": {"sex": []}}, "names no code of 'sex'"),
        ({"dims": {}}, "there is no dimension"),
        ({"dims": {"sex": {"codes": ["Total"]}}}, "has no 'parent'"),
        ({"surprise": 1}, "unknown entry 'surprise'"),
    ],
)
def test_a_broken_table_names_the_place(changes, message):
    with pytest.raises(TableError, match=message):
        table_from_json(document(**changes))


def test_json_is_read_strictly():
    for text in ('{"a": 1, "a": 2}', '{"a": NaN}', "{", "[" * 100_000):
        with pytest.raises(TableError):
            parse_json(text)


def test_where_reaches_every_leaf_below_its_codes():
    table = table_from_json(document())
    sex, place = population(table.dims, {"place": ("N",)})
    assert sex.tolist() == [False, True, True]
    assert place.tolist() == [False, False, False, True, True]


def release_document(*cells):
    return {"dims": {"sex": SEX, "place": PLACE}, "where": {}, "cells": list(cells)}


def test_a_release_reads_withheld_cells_and_totals():
    release = release_from_json(
        release_document({"key": {}, "value": 5}, {"key": {"sex": "F", "place": "N"}, "value": None})
    )
    assert release.cells == {("Total", "Total"): 5, ("F", "N"): None}


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([{"key": {}, "value": 5}, {"key": {"sex": "Total"}, "value": 5}], "is listed twice"),
        ([{"key": {"colour": "red"}, "value": 5}], "no dimension 'colour'"),
        ([{"key": {"sex": "X"}, "value": 5}], "no code 'X'"),
        ([{"key": {}, "value": -1}], "negative"),
        ([{"key": {}}], "has no 'value'"),
        ([{"key": [], "value": 1}], "'key' is not an object"),
    ],
)
def test_a_broken_release_names_the_place(cells, message):
    with pytest.raises(TableError, match=message):
        release_from_json(release_document(*cells))


codes = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=4)


@given(st.data())
def test_what_is_written_is_read_back(data):
    names = data.draw(st.lists(codes.filter(lambda c: c != "Total"), min_size=1, max_size=4, unique=True))
    dim = Hierarchy(data.draw(codes), ("Total", *names), dict.fromkeys(names, "Total"))
    values = data.draw(st.dictionaries(st.sampled_from(dim.codes), st.none() | st.integers(0, 99)))
    where = data.draw(st.sampled_from([{}, {dim.name: names[0]}, {dim.name: tuple(names)}]))
    release = Release.of([dim], {(k,): v for k, v in values.items()}, where=where)
    stream = io.StringIO()
    write_release(release, stream)
    again = release_from_json(parse_json(stream.getvalue()))
    assert (again.dims, again.where, again.cells) == (release.dims, release.where, release.cells)
    second = io.StringIO()
    write_release(again, second)
    assert second.getvalue() == stream.getvalue()
    assert json.loads(stream.getvalue())
