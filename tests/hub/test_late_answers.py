"""Members that are away are not waited for; what they answer later becomes a release of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text, snapshot
from signing import put_in_force

from audit.events.events import decode
from audit.events.question_events import Answered, Released, ReleasedAgain
from gateway.hub.asking import ask
from gateway.hub.errors import TooLateError
from gateway.hub.model import AskedQuestion
from gateway.hub.monitoring import reconcile_member
from gateway.hub.receiving import receive
from gateway.hub.releasing import release_due, release_round
from gateway.member.build.cube_building import build
from gateway.member.errors import LinkError
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question
from gateway.wire.release import Release, release_from_json

HOUR = timedelta(hours=1)
PATIENCE = timedelta(minutes=5)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", "LA") as made:
        everybody_calls(made)
        yield made


def everybody_calls(region: Federation) -> None:
    for _ in range(2):
        for member in region.members.values():
            member.round()


def put(region: Federation, within: timedelta = HOUR, late: timedelta = timedelta(days=7)) -> AskedQuestion:
    words = {"measure": "casualties", "by": ("country", "year"), "where": {}, "purpose": "regional-reporting"}
    return ask(region.hub, region.analyst, question(region.hub.dictionary, **words), within, late)


def releases(region: Federation, asked: AskedQuestion) -> list[Release]:
    with region.hub.store.reading() as view:
        return [kept.release for kept in view.releases(asked.id)]


def states(release: Release) -> dict[str, tuple[bool, bool, bool]]:
    return {c.member: (c.answered, c.late, c.offline_since is not None) for c in release.coverage}


def results(region: Federation) -> list[Released]:
    with region.hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        return [e for e in map(decode, view.log.read_entries(0, head.size)) if isinstance(e, Released)]


def test_a_member_that_does_not_call_costs_no_deadline(region: Federation) -> None:
    region.clock.move(minutes=2)
    region.members["KH"].round()
    asked = put(region)
    region.members["KH"].round()

    assert release_due(region.hub) == [asked.id]

    (first,) = releases(region, asked)
    assert states(first) == {"KH": (True, False, False), "LA": (False, False, True)}
    since = {c.member: c.offline_since for c in first.coverage}["LA"]
    assert since == "2026-03-01T12:00:00Z"  # when it called last


def test_one_that_falls_silent_is_waited_for_until_its_call_is_missed(region: Federation) -> None:
    asked = put(region)
    region.members["KH"].round()

    assert release_due(region.hub) == []
    _, looked = release_round(region.hub)

    assert looked is not None
    assert timedelta(0) < looked - region.clock.now() < timedelta(seconds=60)
    region.clock.time = looked + timedelta(seconds=1)
    region.members["KH"].round()
    assert release_due(region.hub) == [asked.id]


def test_a_late_answer_is_a_release_of_its_own_that_says_so(region: Federation) -> None:
    region.clock.move(minutes=2)
    region.members["KH"].round()
    asked = put(region, within=timedelta(seconds=10))
    region.members["KH"].round()
    release_due(region.hub)
    region.clock.move(days=5)  # far beyond the deadline
    region.members["LA"].round()

    assert release_due(region.hub) == [asked.id]
    assert release_due(region.hub) == []  # once

    first, second = releases(region, asked)
    assert (first.number, second.number) == (1, 2)
    assert states(second) == {"KH": (True, False, False), "LA": (True, True, False)}
    assert any(c.value is not None and not c.missing_members for c in second.cells if c.key[0] == "Total")
    assert release_from_json(second.as_json()) == second
    ended, again = results(region)
    assert isinstance(again, ReleasedAgain)
    assert (ended.missing, again.missing, again.number) == (("LA",), (), 2)
    assert again.asked_index == ended.asked_index == asked.asked_index


def test_the_logs_agree_about_a_late_answer(region: Federation) -> None:
    region.clock.move(minutes=2)
    region.members["KH"].round()
    put(region, within=timedelta(seconds=10))
    region.members["KH"].round()
    release_due(region.hub)
    region.clock.move(hours=5)
    everybody_calls(region)
    release_due(region.hub)
    for _ in range(2):
        region.clock.move(minutes=10)
        everybody_calls(region)

    with region.hub.store.reading() as view:
        seen = {one.member: one for one in view.presence()}
        members = view.enrolments()
    for member in members:
        assert reconcile_member(region.hub, member, seen[member.member], PATIENCE) == []
    with region.hub.store.reading() as view:
        assert [list(view.unsettled(m.member, f"test.example/{m.member.lower()}/log")) for m in members] == [
            [],
            [],
        ]


def test_after_that_no_answer_counts_any_more(region: Federation) -> None:
    region.clock.move(minutes=2)
    asked = put(region, within=timedelta(seconds=10), late=HOUR)
    release_due(region.hub)
    region.members["KH"].link.cut = True
    with pytest.raises(LinkError):
        region.members["KH"].round()  # it answers, and cannot send
    region.clock.move(hours=2)

    with region.members["KH"].node.store.reading() as view:
        ((sent, opening),) = view.outbox()
        entry = region.members["KH"].node.log.entry(view.log, sent.entry_index)
    assert isinstance(decode(entry), Answered)
    region.members["KH"].link.cut = False
    region.members["KH"].round()  # the hub refuses it for good, and the node goes on
    with pytest.raises(TooLateError):
        receive(region.hub, region.members["KH"].link.enrolment, region.members["KH"].link.sent[0])
    assert opening is not None
    region.members["LA"].round()
    assert release_due(region.hub) == []
    assert len(releases(region, asked)) == 1


def test_two_late_answers_are_two_releases_and_the_newest_holds_both(region: Federation) -> None:
    region.clock.move(minutes=2)
    asked = put(region)
    release_due(region.hub)
    for code in ("LA", "KH"):
        region.members[code].round()
        release_due(region.hub)

    numbers = [(r.number, [c.member for c in r.coverage if c.answered]) for r in releases(region, asked)]
    assert numbers == [(1, []), (2, ["LA"]), (3, ["KH", "LA"])]


KEPT = "hub_cache: 30 days\n"


def kept(region: Federation) -> None:
    """Both members' policies let the hub keep answers; everybody has answered once."""
    for code, member in region.members.items():
        put_in_force(member.node, policy_text(code, version=2) + KEPT)
        build(member.node)
    everybody_calls(region)
    put(region)
    everybody_calls(region)
    assert len(release_due(region.hub)) == 1


def test_an_earlier_answer_stands_in_where_the_policy_lets_it_and_says_so(region: Federation) -> None:
    kept(region)
    region.clock.move(minutes=2)
    region.members["KH"].round()
    asked = put(region)
    region.members["KH"].round()
    release_due(region.hub)

    (first,) = releases(region, asked)
    reported = {c.member: c for c in first.coverage}
    assert reported["KH"].earlier is None
    assert reported["LA"].earlier is not None
    assert reported["LA"].offline_since is not None
    assert all(not cell.missing_members for cell in first.cells)
    (ended,) = [e for e in results(region) if e.question_id == asked.id]
    assert (ended.answered, ended.missing) == (("KH",), ("LA",))

    region.members["LA"].round()  # back again, it answers by itself
    release_due(region.hub)
    second = releases(region, asked)[-1]
    assert second.cells == first.cells
    assert [(c.member, c.late) for c in second.coverage if c.earlier is None] == [("KH", False), ("LA", True)]


@pytest.mark.parametrize("what", ["not kept", "too long ago", "another snapshot", "another organisation"])
def test_an_earlier_answer_does_not_stand_in_otherwise(region: Federation, what: str) -> None:
    if what == "not kept":
        everybody_calls(region)
        put(region)
        everybody_calls(region)
        release_due(region.hub)
    else:
        kept(region)
    if what == "too long ago":
        region.clock.move(days=31)
    if what == "another snapshot":  # it says so with its last call
        keep_snapshot(region.members["LA"].node, snapshot("LA"))
        build(region.members["LA"].node)
        everybody_calls(region)
    if what == "another organisation":
        other = replace(region.analyst, organisation="CMAA")
        region = replace(region, analyst=other)
    region.clock.move(minutes=2)
    asked = put(region)
    release_due(region.hub)

    assert {c.member: c.earlier for c in releases(region, asked)[0].coverage}["LA"] is None
