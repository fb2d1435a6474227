"""A release of the former version is read, and keeps the text that the regional log commits to."""

import json

from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.perturbation_notice import Mechanism, Perturbation
from gateway.wire.release import Coverage, Release, release_from_json, release_text

AXES = (Axis("country", ("KH", "LA", TOTAL)),)
CELLS = (
    Cell(("KH",), Status.VALUE, 7, largest_deviation=6),
    Cell(("LA",), Status.VALUE, -2, standard_deviation=7),
    Cell((TOTAL,), Status.VALUE, 40, masked_members=("LA",), missing_members=("TH",)),
)
COVERAGE = (Coverage("KH", answered=True, perturbation=Perturbation(Mechanism.CELL_KEY, 6)),)
RELEASE = Release(
    "q-1", {"by": ["country"]}, AXES, CELLS, COVERAGE, "2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z"
)
FORMER = """{"asked_at":"2026-01-01T00:00:00Z","axes":[{"codes":["KH","LA","Total"],"level":"country"}],\
"cells":[{"key":{"country":"KH"},"off_by":6,"status":"value","value":7},\
{"key":{"country":"LA"},"status":"value","typically_off_by":7,"value":-2},\
{"key":{"country":"Total"},"lacks":["TH"],"status":"value","under_masks":["LA"],"value":40}],\
"coverage":[{"answered":true,"changed":{"mechanism":"cell-key","most":6},"earlier":null,"late":false,\
"member":"KH","offline_since":null,"policy":null,"quotas":[],"refusals":[],"snapshot":null,\
"snapshot_date":null,"waiting":false}],"number":1,"question":{"by":["country"]},"question_id":"q-1",\
"released_at":"2026-01-01T00:00:05Z","v":1}"""
"""As it was written, byte for byte."""


def test_it_says_what_a_release_of_today_says() -> None:
    former = release_from_json(json.loads(FORMER))

    assert (former.cells, former.coverage) == (RELEASE.cells, RELEASE.coverage)


def test_it_keeps_its_text() -> None:
    former = release_from_json(json.loads(FORMER))

    assert release_text(former) == FORMER
    assert release_text(release_from_json(json.loads(release_text(former)))) == FORMER


def test_a_release_of_today_has_the_names_of_today() -> None:
    text = release_text(RELEASE)

    assert release_from_json(json.loads(text)) == RELEASE
    for former in ("lacks", "under_masks", "off_by", "changed"):
        assert former not in text
