"""A region's table of accidents: of members that count them and one that does not share them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, federation, policy_text, snapshot
from signing import put_in_force

from gateway.dictionary import regional
from gateway.export import to_csv
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.model.snapshot import Snapshot
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

YEARS = ("2022", "2023", "2024")
COUNTING = ("KH", "LA")


def people(member: str) -> Snapshot:
    """The usual 120, forty a year: in Cambodia two to an accident, in Lao PDR four."""
    made = snapshot(member)
    together = {"KH": 2, "LA": 4}.get(member, 1)
    numbers = [f"{n % 3}-{n // 3 // together:04d}".encode() for n in range(len(made))]
    return replace(made, links={**made.links, "accident": np.array(numbers)})


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, *COUNTING, "TH", ready=False) as made:
        for code, member in made.members.items():
            shared = "[casualties, accidents]" if code in COUNTING else "[casualties]"
            put_in_force(member.node, policy_text(code).replace("[casualties]", shared))
            keep_snapshot(member.node, people(code))
            build(member.node)
        yield made


def asked(region: Federation, *by: str) -> Release:
    question = question_of(
        region.hub.dictionary, measure="accidents", by=by, where={}, purpose="regional-reporting"
    )
    made = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    for member in region.members.values():
        member.round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(made.id)
    assert found is not None
    return found


def test_accidents_are_added_over_members_and_a_total_says_whom_it_lacks(region: Federation) -> None:
    table = {cell.key: cell for cell in asked(region, "country", "year").cells}

    for year in YEARS:
        assert (table["KH", year].value, table["LA", year].value) == (20, 10)
        assert table["TH", year].status is Status.NOT_SHARED
        assert (table[TOTAL, year].value, table[TOTAL, year].missing_members) == (30, ("TH",))
    assert table[TOTAL, TOTAL].value == 90

    by_sex = asked(region, "country", "sex")
    assert {c.member: c.refusals for c in by_sex.coverage} == {
        "KH": (Refusal.NOT_COLLECTED,),
        "LA": (Refusal.NOT_COLLECTED,),
        "TH": (Refusal.NOT_SHARED,),
    }
    assert "LA,Total,not-collected,not-collected" in to_csv(by_sex, regional())
