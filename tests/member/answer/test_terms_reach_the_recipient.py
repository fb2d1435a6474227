"""What a policy asks of the recipient arrives with the answer of that very policy, member by member."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text
from openpyxl import load_workbook
from signing import put_in_force

from audit.events.events import decode
from audit.events.question_events import Answered
from gateway.dictionary import regional
from gateway.export import coverage_lines, export, terms_lines
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.answer.decision_replay import replay
from gateway.member.build.cube_building import build
from gateway.picturing import ENGLISH
from gateway.picturing.terms import of_totals
from gateway.picturing.terms import terms as sentences
from gateway.question import ask as question_of
from gateway.wire.release import Coverage, Release
from gateway.wire.usage_terms import PassOn, Terms

STRICT = """\
legal_basis: Sub-decree 25/2019 on data of victims
retention: 365 days
redistribution: no
"""


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    """Cambodia asks more and more of recipients; Lao PDR has a policy that says nothing of it."""
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


def gave(*terms: Terms | None) -> list[Coverage]:
    return [Coverage("KH", answered=True, terms=one) for one in terms]


def change(region: Federation, member: str, version: int, terms: str) -> None:
    put_in_force(region.members[member].node, policy_text(member, version) + terms)
    build(region.members[member].node)


def test_each_members_terms_are_those_of_the_policy_that_answered(region: Federation) -> None:
    before = released(region, "country", "year")
    change(region, "KH", 2, STRICT)
    after = released(region, "country", "outcome")

    usual = Terms(None, PassOn.WITH_CREDIT, None)
    strict = Terms(365, PassOn.NO, "Sub-decree 25/2019 on data of victims")
    assert {m: (c.policy, c.terms) for m, c in covered(before).items()} == {
        "KH": ("1", usual),
        "LA": ("1", usual),
    }
    assert {m: (c.policy, c.terms) for m, c in covered(after).items()} == {
        "KH": ("2", strict),
        "LA": ("1", usual),
    }
    distinguished(after)
    the_files_tell_them(after)
    the_decision_is_made_again_the_same(region)


def distinguished(release: Release) -> None:
    assert terms_lines(release) == [
        "KH",
        "  This answer may be kept for 365 days.",
        "  This answer may not be passed on.",
        "  Legal basis: Sub-decree 25/2019 on data of victims",
        "LA",
        "  This answer may be kept without limit.",
        "  Aggregates of this answer may be passed on if the member is named as the source.",
        "Regional totals",
        "  This answer may be kept for 365 days.",
        "  This answer may not be passed on.",
    ]
    assert [line[:2] for line in coverage_lines(release)] == ["KH", "LA"]


def the_files_tell_them(release: Release) -> None:
    dictionary = regional()
    notes = load_workbook(io.BytesIO(export(release, "xlsx", dictionary)))["Notes"]
    reported = {row[0]: row[4] for row in notes.iter_rows(values_only=True) if row[0] and row[4]}
    assert reported["Cambodia"] == " ".join(sentences(covered(release)["KH"], ENGLISH))
    assert "365 days" in reported["Cambodia"]
    assert "365 days" not in reported["Lao PDR"]
    assert (
        reported["Regional totals"]
        == "This answer may be kept for 365 days. This answer may not be passed on."
    )
    read = json.loads(export(release, "json", dictionary))
    assert read["coverage"][0]["terms"]["retention_days"] == 365


def the_decision_is_made_again_the_same(region: Federation) -> None:
    """Terms follow from the decision: what the log holds gives them again."""
    node = region.members["KH"].node
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        kept = map(decode, view.log.read_entries(0, head.size))
        decisions = [n for n, event in enumerate(kept) if isinstance(event, Answered)]
        made = [replay(view, node.dictionary, node.vocabulary, n) for n in decisions]
    assert len(made) == 2
    assert all(one.differences == () for one in made)


def test_a_refusal_has_no_terms(region: Federation) -> None:
    one = covered(released(region, "month"))["KH"]

    assert not one.answered
    assert one.terms is None
    assert sentences(one, ENGLISH) == ()


def test_of_an_older_node_it_is_said_that_its_terms_are_not_known() -> None:
    """Silence must not be taken for approval."""
    (said,) = sentences(Coverage("KH", answered=True, policy="1"), ENGLISH)

    assert "ask the member" in said


def test_one_day_is_one_day() -> None:
    one = Coverage("KH", answered=True, terms=Terms(1, PassOn.YES, None))

    assert sentences(one, ENGLISH) == (
        "This answer may be kept for one day.",
        "This answer may be passed on.",
    )


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (
            gave(Terms(90, PassOn.YES, None), Terms(365, PassOn.WITH_CREDIT, "Order 1")),
            (
                "This answer may be kept for 90 days.",
                "Aggregates of this answer may be passed on if the member is named as the source.",
            ),
        ),
        (
            gave(Terms(None, PassOn.YES, None), None),
            ("This answer may be kept without limit.", "This answer may not be passed on."),
        ),
        (gave(Terms(90, PassOn.NO, "Order 1"), Terms(90, PassOn.NO, "Order 2")), ()),
        ([*gave(Terms(90, PassOn.NO, None)), Coverage("LA", answered=False)], ()),
    ],
)
def test_a_total_is_under_the_strictest_terms_of_those_whose_parts_it_has(
    coverage: list[Coverage], said: tuple[str, ...]
) -> None:
    assert of_totals(coverage, ENGLISH) == said
