"""What a preview tells of each table that people read, and what another policy would change in each."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from federation import policy_text, snapshot
from lone_node import lone_node

from anonymisers.cube.released_cells import Value
from gateway.dictionary import regional
from gateway.member.build.cube_findings import changes_of_shares, shares
from gateway.member.build.preview import PreviewedCube, make, measure
from gateway.member.build.readable_tables import codes_of, readable_tables
from gateway.member.cube.table_shares import ReadTable
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot

YEARS_AND_OUTCOME = ReadTable((("date", "year"), ("outcome", "outcome")), "outcome-by-year")
YEARS_AND_SEX = ReadTable((("date", "year"), ("sex", "sex")))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, _):
        keep_snapshot(made, snapshot("KH"))
        yield made


def looked(node: Node, text: str) -> PreviewedCube:
    return make(node, checked(node, text))


def shown_of(made: PreviewedCube, table: ReadTable) -> int:
    """The people of a table's shown cells, cell by cell."""
    codes = codes_of(regional(), "KH", made.plan, [table])[table]
    keys: list[dict[str, str]] = [{}]
    for dimension, level in codes.items():
        keys = [{**key, dimension: code} for key in keys for code in level]
    found = [made.counted.lookup(key) for key in keys]
    return sum(cell.count for cell in found if isinstance(cell, Value))


def test_a_preview_tells_the_share_of_every_table_and_question_the_worst_first(node: Node) -> None:
    made = looked(node, policy_text("KH"))

    found = measure(node, made).shares

    tables = [one.table for one in found]
    assert len(set(tables)) == len(tables)
    assert {YEARS_AND_OUTCOME, YEARS_AND_SEX, ReadTable((("sex", "sex"),))} <= set(tables)
    assert [one.share for one in found if not one.shows_nobody] == sorted(
        one.share for one in found if not one.shows_nobody
    )
    for one in found:
        assert one.people_shown == shown_of(made, one.table) <= one.ceiling <= 120


def test_a_table_that_a_question_asks_stands_there_once_under_its_name(node: Node) -> None:
    made = looked(node, policy_text("KH"))

    tables = readable_tables(regional(), "KH", made.plan)

    assert [one.question for one in tables if one.levels == YEARS_AND_OUTCOME.levels] == ["outcome-by-year"]
    assert "province-by-year" not in {one.question for one in tables}, "the policy shares no places"


def test_what_was_measured_of_the_tables_is_kept_beside_the_cube(node: Node) -> None:
    first = measure(node, looked(node, policy_text("KH")))
    again = looked(node, policy_text("KH", 2) + "redistribution: no\n")

    assert measure(node, again).shares == first.shares
    assert not {"cube", "people"} & vars(again).keys()


def test_a_change_tells_the_people_gained_or_lost_in_each_table(node: Node) -> None:
    loose = looked(node, policy_text("KH"))
    strict = looked(node, policy_text("KH").replace("threshold: 5", "threshold: 20"))
    before, after = ({one.table: one for one in shares(node, made)} for made in (loose, strict))

    changes = {one.table: one for one in changes_of_shares(node, loose, strict)}

    assert changes
    assert {table: one.people for table, one in changes.items()} == {
        table: after[table].people_shown - before[table].people_shown
        for table in before
        if before[table] != after[table]
    }
    back = {one.table: -one.people for one in changes_of_shares(node, strict, loose)}
    assert back == {table: one.people for table, one in changes.items()}
    assert changes_of_shares(node, loose, loose) == ()


def test_levels_that_only_one_of_two_policies_shares_are_compared_where_both_have_them(node: Node) -> None:
    years = looked(node, policy_text("KH"))
    months = looked(node, policy_text("KH").replace("date: year", "date: month"))

    changes = {one.table: one for one in changes_of_shares(node, years, months)}

    finer = ReadTable((("date", "month"),))
    assert changes[finer].before is None
    assert changes[finer].after is not None
    by_year = ReadTable((("date", "year"),), "accidents.casualties")
    assert by_year in {one.table for one in shares(node, months)}
    assert by_year not in changes or changes[by_year].before is not None


def test_of_noisy_tables_no_shares_are_told(node: Node) -> None:
    made = looked(node, policy_text("KH"))
    noisy = replace(made, plan=replace(made.plan, tables=((("sex", "sex"),),)))

    assert noisy.shares({ReadTable((("sex", "sex"),)): {"sex": ("F", "M")}}) == ()
