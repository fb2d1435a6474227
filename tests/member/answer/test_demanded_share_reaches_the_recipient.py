"""Recipients read the share of rows that a controller demanded, and nothing that follows from the rows."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text, snapshot
from lone_node import lone_node
from openpyxl import load_workbook
from signing import put_in_force

from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import load_source
from gateway.dictionary import regional
from gateway.export import coverage_lines, export
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.answer.answering import stated_share
from gateway.member.build.cube_building import build
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.release import Coverage, Release, release_from_json

SAID = "At least 95 % of the rows of its register count"


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", "LA") as made:
        yield made


def released(region: Federation, *by: str) -> Release:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting"
    )
    asked = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    for member in region.members.values():
        member.round()
        member.round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(asked.id)
    assert found is not None
    return found


def covered(release: Release) -> dict[str, Coverage]:
    return {one.member: one for one in release.coverage}


def test_the_demand_travels_with_the_answer_and_stands_in_every_file(region: Federation) -> None:
    node = region.members["KH"].node
    put_in_force(node, policy_text("KH", version=2))
    keep_snapshot(node, snapshot("KH"), least_counted=97)
    build(node)

    release = released(region, "country", "year")

    assert {name: one.least_counted for name, one in covered(release).items()} == {"KH": 95, "LA": None}
    lines = dict(line.split(None, 1) for line in coverage_lines(release))
    assert SAID in lines["KH"]
    assert "register" not in lines["LA"], "a snapshot of before says nothing"
    notes = load_workbook(io.BytesIO(export(release, "xlsx", regional())))["Notes"]
    noted = {row[0]: row[1] for row in notes.iter_rows(values_only=True)}
    assert SAID in noted["Cambodia"]
    assert json.loads(export(release, "json", regional()))["coverage"][0]["least_counted"] == 95
    assert release_from_json(release.as_json()) == release
    refused = covered(released(region, "month"))["KH"]
    assert (refused.answered, refused.least_counted) == (False, None)


MAPPING = """\
mapping: 1
member: KH
source: csv
tables: {v.csv: {columns: {Case: case_id, Date: date, Sex: sex}}}
constants: {victim_type: DIR, consent_share: AGG}
"""


@pytest.mark.parametrize(
    ("unreadable", "least"), [(0, None), (1, None), (2, None), (0, 75), (2, 75), (20, 50)]
)
def test_no_row_changes_what_is_told_of_the_same_demand(
    tmp_path: Path, unreadable: int, least: int | None
) -> None:
    rows = "".join(f"C{n},{'never' if n < unreadable else '2024-01-02'},F\n" for n in range(40))
    (tmp_path / "v.csv").write_text("Case,Date,Sex\n" + rows, encoding="utf-8")
    with lone_node(tmp_path / "node") as (node, _):
        loaded = load_source(
            tmp_path / "node", node, tmp_path / "v.csv", MAPPING, choices=LoadChoices(least_counted=least)
        )
    assert stated_share(loaded.kept) == (least or 95)
