"""Attacks: extracts beside late records, figures published elsewhere, other extracts, and regional totals.

The attacker reads every extract that anybody was given (recipients collude), every figure, the totals of the
region, and all answers. Before, an extract held records that waited to be counted, so that a late record was
disclosed; figures were not thought of; two extracts prepared at the same time were never tried beside
each other; the same narrative in two extracts joined their columns; and a cell that had entered a total was
not thought of, in either direction.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from extract_attacker import (
    COLUMNS,
    PEOPLE,
    Groups,
    answers,
    answers_again,
    asked,
    cube_under,
    figure_beside,
    follows,
    groups_of,
    lone_state,
    policy,
    prepared,
    shown_by,
)
from sqlalchemy import insert

from gateway.member.build.figure_register import register
from gateway.member.errors import ExtractRefusedError
from gateway.member.model.registered_figure import PublishedFigure
from gateway.member.node.context import Node
from gateway.store.member.bounds import cells_in_totals

HIDING = policy(1, "date: year, place: province, sex: sex", dims=1)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_state(tmp_path) as node:
        yield node


def test_a_figure_published_elsewhere_is_known_beside_an_extract(node: Node) -> None:
    cube = answers(node, HIDING, PEOPLE)
    without = shown_by(prepared(node, *COLUMNS))
    figure = figure_beside({"date": "2023", "sex": "F"}, 22)
    assert not follows([cube], [without])
    assert follows([cube], [without], [figure]), "the attack"
    register(
        node,
        PublishedFigure({"date": "2023", "sex": "F"}, 22, "a newspaper", date(2024, 1, 1)),
        "controller",
    )

    extract = prepared(node, *COLUMNS)

    assert not follows([cube], [shown_by(extract)], [figure])


MIXED: Groups = {
    **PEOPLE,
    **{(when, place, sex, "I", "AGG"): 9 for when, place, sex, *_ in PEOPLE},
}


def test_a_late_record_is_in_no_extract_before_it_counts(node: Node) -> None:
    text = policy(1, "date: year, place: province, sex: sex", dims=1, consent="AGG, REC")
    former = answers(node, text, MIXED)
    before = prepared(node, *COLUMNS)
    late = {**MIXED, ("2022-05", "KH-1", "F", "I", "REC"): 31}
    cube = answers_again(node, late)
    assert cube.lookup({"date": "2022"}) == former.lookup({"date": "2022"})

    after = prepared(node, *COLUMNS)

    assert groups_of(after) == groups_of(before)
    assert shown_by(after).cells == shown_by(before).cells


def test_two_extracts_prepared_at_the_same_time_are_not_both_given_out(node: Node) -> None:
    answers(node, HIDING, PEOPLE)
    one = prepared(node, "date", "place")
    other = prepared(node, "date", "sex", recipient="accredited researchers", purpose="research")
    asked(node, one)

    with pytest.raises(ExtractRefusedError, match="since this extract was prepared"):
        asked(node, other)


def test_an_extract_is_tried_beside_those_of_other_recipients(node: Node) -> None:
    """Neither the women of a year nor the places of women are disclosed by the tables."""
    cube = answers(node, HIDING, PEOPLE)
    by_sex = {"recipient": "accredited researchers", "purpose": "research"}
    one = asked(node, prepared(node, "date", "sex", **by_sex))
    other = prepared(node, *COLUMNS)

    assert not groups_of(other) >= {("2023", "KH-1", "F"), ("2023", "KH-2", "F")}
    assert not follows([cube], [shown_by(one), shown_by(other)])


def test_the_same_narratives_join_extracts_of_different_recipients(node: Node) -> None:
    answers(node, HIDING, PEOPLE)
    asked(node, prepared(node, "date", narratives=True))

    with pytest.raises(ExtractRefusedError, match="narratives"):
        prepared(node, "place", narratives=True, recipient="accredited researchers", purpose="research")
    assert prepared(node, "place", recipient="accredited researchers", purpose="research")


def in_a_former_total(node: Node, people: str) -> None:
    """A cell that entered a total before totals were withdrawn; no program of today writes one."""
    with node.store.writing() as work:
        connection = work._connection  # type: ignore[attr-defined]
        connection.execute(insert(cells_in_totals).values(people=people, because=0))


def test_records_of_people_in_a_total_of_the_region_are_not_given_out(node: Node) -> None:
    answers(node, HIDING, PEOPLE)
    made = prepared(node, *COLUMNS)
    in_a_former_total(node, '[["date",["2023"]],["place",["KH-3"]],["sex",["F"]]]')

    with pytest.raises(ExtractRefusedError, match="totals of the region"):
        prepared(node, *COLUMNS)
    with pytest.raises(ExtractRefusedError, match="since this extract was prepared"):
        asked(node, made)


def test_no_finer_table_is_made_of_people_in_a_total(node: Node) -> None:
    """The total has narrowed a cell that the finer table would take apart."""
    answers(node, policy(1, "date: year, sex: sex", dims=1), PEOPLE)
    finer = policy(2, "date: year, sex: sex, place: province", dims=2)
    assert len(cube_under(node, finer).parts[0].cubes) == 2
    in_a_former_total(node, '[["date",["2023"]],["sex",["F"]]]')

    assert len(cube_under(node, finer).parts[0].cubes) == 1
