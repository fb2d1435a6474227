"""Attack: a member answers out of a log that is not the one the hub has witnessed.

The attacker runs a member, has its keys, and puts its whole machine back to an earlier image (or never shows
its log). He wants a number released that the witnessed log does not hold, so that he can deny it, or so that
a second number of the same people goes out. Before, the hub kept an answer by the member's signature and by
a receipt under *any* checkpoint that the member had signed; a log that had forked was found with the next
call, when the answer was released already.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, Member, federation, grown, snapshot
from put_back import hands_in_at_once, image, put_back

from gateway.hub.asking import ask
from gateway.hub.model import AskedQuestion
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.errors import LinkError, ShorterLogError
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.poll import Poll


@pytest.fixture(params=[False, True], ids=["calls of its own", "with polls"])
def region(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Federation]:
    with federation(tmp_path, "KH") as made:
        made.members["KH"].link.carries = request.param
        answered(made, put(made))
        yield made


def put(region: Federation, by: str = "outcome") -> AskedQuestion:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=(by,), where={}, purpose="regional-reporting"
    )
    return ask(region.hub, region.analyst, question, timedelta(seconds=10))


def kept(region: Federation, asked: AskedQuestion) -> bool:
    with region.hub.store.reading() as view:
        return "KH" in view.answers(asked.id)


def two_rounds(member: Member) -> None:
    """Two rounds: in the first a node that was put back learns how much of its log the hub has seen."""
    member.round()
    member.round()


def answered(region: Federation, asked: AskedQuestion) -> bool:
    """Whether the hub has an answer after a few rounds, each of which may fail."""
    for _ in range(4):
        try:
            region.members["KH"].round()
        except LinkError:
            continue
    release_due(region.hub)
    return kept(region, asked)


def test_a_machine_that_is_put_back_and_runs_on_answers_nothing(
    region: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its log has grown past what the hub has seen before it calls, so that no size gives it away."""
    before = image(tmp_path / "KH", tmp_path / "image")
    assert answered(region, put(region, "sex"))

    hands_in_at_once(monkeypatch)
    with put_back(region, "KH", before) as member:
        keep_snapshot(member.node, grown(snapshot("KH"), 30, "2023-05"))
        build(member.node)
        second = put(region, "year")

        assert not answered(region, second)
        monkeypatch.undo()
        with pytest.raises(
            ShorterLogError, match="does not extend"
        ):  # once it shows its log, it is convicted
            two_rounds(member)
    with region.hub.store.reading() as view:
        assert [one.origin for one in view.watch.evidence()] == [region.members["KH"].node.log.origin]


def test_a_member_that_shows_no_log_answers_nothing(
    region: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands_in_at_once(monkeypatch)
    region.members["KH"].link.twist = lambda call: replace(call, log=None)

    assert not answered(region, put(region, "sex"))


def test_a_member_that_shows_an_older_checkpoint_answers_nothing_newer(
    region: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands_in_at_once(monkeypatch)
    shown: list[Poll] = []

    def older(call: Poll) -> Poll:
        shown.append(call)
        return replace(call, log=shown[0].log)

    region.members["KH"].link.twist = older

    assert not answered(region, put(region, "sex"))


def test_once_the_log_is_shown_the_answer_counts(region: Federation) -> None:
    """An honest member whose call got lost loses nothing."""
    link = region.members["KH"].link
    asked = put(region, "sex")
    link.twist = lambda call: replace(call, log=None)
    assert not answered(region, asked)

    link.twist = lambda call: call
    assert answered(region, asked)
