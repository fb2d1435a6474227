"""Attack: "at least ... at most" of a withheld number, read for the cells that only somebody else may obtain.

The attacker knows the program and the policy, and is a recipient of few tables: his permission has one
dimension a table, another's two. He asks for a sum over two members in which a cell is withheld, and compares
its bounds with those that follow from his own tables. Before it was mended, bounds came from the whole cube:
what he read was narrower than anything that his tables allow, by cells that the policy shows to others.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from federation import Federation, federation
from signing import put_in_force
from small_people import people_of

from gateway.bootstrap.setup.open_hub import add_user
from gateway.hub.asking import ask
from gateway.hub.model import Principal, Role
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.cells import TOTAL, Cell

POLICY = """
member: {member}
version: {version}
valid_from: 2026-01-01
share:
{shares}
finest: {{date: year, sex: sex, outcome: yes}}
max_dimensions: 2
threshold: 5
priority: []
never_show: [{{outcome: K}}]
reruns: accept
"""
FEW = "  - {with: [ARMAC], for: [regional-reporting], measures: [casualties], max_dimensions: 1}\n"
OTHER_PURPOSE = "  - {with: [ARMAC], for: [treaty-reporting], measures: [casualties]}\n"
OTHERS = "  - {with: [accredited researchers], for: [research], measures: [casualties]}\n"
"""Whoever else may read tables of two dimensions: another organisation, or the same for another purpose."""

PEOPLE = {
    ("2022", "M", "K"): 15, ("2022", "M", "I"): 20, ("2022", "F", "K"): 2, ("2022", "F", "I"): 9,
    ("2023", "M", "K"): 15, ("2023", "M", "I"): 22, ("2023", "F", "K"): 3, ("2023", "F", "I"): 9,
}  # fmt: skip
"""Of each of two members. All killed together are never shown; the killed men are, to whoever may ask."""


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", "LA", ready=False) as made:
        yield made


def share(region: Federation, version: int, shares: str) -> None:
    for code, member in region.members.items():
        put_in_force(member.node, POLICY.format(member=code, version=version, shares=shares))
        if version == 1:
            keep_snapshot(member.node, people_of(code, PEOPLE, date(2026, 1, 15)))
        build(member.node)


def table(region: Federation, who: Principal, purpose: str, *by: str) -> dict[tuple[str, ...], Cell]:
    question = question_of(region.hub.dictionary, measure="casualties", by=by, where={}, purpose=purpose)
    asked = ask(region.hub, who, question, timedelta(seconds=30))
    for member in region.members.values():
        member.round()
    assert release_due(region.hub) == [asked.id]
    with region.hub.store.reading() as view:
        release = view.release(asked.id)
    assert release is not None
    return {cell.key: cell for cell in release.cells}


def killed(region: Federation, who: Principal, purpose: str) -> tuple[int, int | None]:
    cell = table(region, who, purpose, "country", "outcome")[TOTAL, "K"]
    assert cell.value is None
    return cell.at_least or 0, cell.at_most


def own_bounds(region: Federation) -> tuple[int, int]:
    """What the killed can be by everything that the attacker may read: a total, and shown parts of it."""
    tables = table(region, region.analyst, "regional-reporting", "country", "outcome")
    most = 0
    for member in region.members:
        shown = [tables[member, code].value or 0 for code in ("I", "U")]
        assert tables[member, "K"].value is None
        whole = tables[member, TOTAL].value
        assert whole is not None
        most += whole - sum(shown)
    return 0, most


def researcher(region: Federation) -> Principal:
    add_user(region.hub, "rita", "accredited researchers", Role.ANALYST, ("research",))
    return Principal("rita", "accredited researchers", Role.ANALYST, frozenset({"research"}))


@pytest.mark.parametrize(
    "shares", [FEW, FEW + OTHERS, FEW + OTHER_PURPOSE], ids=["nobody", "other", "purpose"]
)
def test_bounds_follow_from_what_the_asker_may_read_for_this_purpose(region: Federation, shares: str) -> None:
    """Whoever else may read more, and whatever else the asker may read for another purpose."""
    share(region, 1, shares)

    assert killed(region, region.analyst, "regional-reporting") == own_bounds(region)


def test_whoever_may_read_more_is_told_narrower_bounds(region: Federation) -> None:
    share(region, 1, FEW + OTHERS + OTHER_PURPOSE)
    few = killed(region, region.analyst, "regional-reporting")
    others = {
        killed(region, researcher(region), "research"),
        killed(region, region.analyst, "treaty-reporting"),
    }

    ((least, most),) = others
    truth = 2 * sum(n for (_, _, outcome), n in PEOPLE.items() if outcome == "K")
    assert few[0] < least <= truth
    assert most is not None
    assert few[1] is not None
    assert truth <= most <= few[1]
