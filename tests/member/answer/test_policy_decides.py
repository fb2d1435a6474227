"""What the policy says is what happens: deny by default, with a reason, and never a silent default."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text, snapshot
from signing import put_in_force

from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.errors import NothingToProtectError, PolicyRefusedError
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.answer import Refusal
from gateway.wire.release import Coverage


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH") as made:
        yield made


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", ready=False) as made:
        yield made


def coverage(region: Federation, *by: str, measure: str = "casualties", **changes: object) -> Coverage:
    where = changes.pop("where", {})
    question = question_of(
        region.hub.dictionary,
        measure=measure,
        by=by,
        where=where,  # type: ignore[arg-type]
        purpose=str(changes.pop("purpose", "regional-reporting")),
    )
    asked = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    region.members["KH"].round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(asked.id)
    assert found is not None
    return found.coverage[0]


def test_what_the_policy_shares_is_answered(region: Federation) -> None:
    assert coverage(region, "country", "year", "outcome").answered
    assert coverage(region, "year", where={"sex": ["F"]}).answered
    assert coverage(region, "year_band5").answered


@pytest.mark.parametrize(
    ("by", "changes", "refusal"),
    [
        (("month",), {}, Refusal.TOO_DETAILED),
        (("year", "sex", "outcome"), {}, Refusal.TOO_DETAILED),
        (("year", "sex"), {"where": {"outcome": ["K"]}}, Refusal.TOO_DETAILED),
        (("device_type",), {}, Refusal.NOT_SHARED),
        (("year",), {"measure": "services"}, Refusal.NOT_SHARED),
        (("year",), {"purpose": "treaty-reporting"}, Refusal.NOT_FOR_THIS_PURPOSE),
    ],
)
def test_what_it_does_not_share_is_refused_with_a_reason(
    region: Federation, by: tuple[str, ...], changes: dict[str, object], refusal: Refusal
) -> None:
    found = coverage(region, *by, **changes)  # type: ignore[arg-type]

    assert not found.answered
    assert refusal in found.refusals


def test_every_reason_is_given(region: Federation) -> None:
    found = coverage(region, "month", "device_type", measure="services")

    assert {Refusal.TOO_DETAILED, Refusal.NOT_SHARED} <= set(found.refusals)


def test_an_expired_policy_answers_nothing(region: Federation) -> None:
    region.clock.move(days=800)

    assert coverage(region, "year").refusals == (Refusal.NOT_IN_FORCE,)


def test_without_a_policy_nothing_is_answered(bare: Federation) -> None:
    keep_snapshot(bare.members["KH"].node, snapshot("KH"))

    assert coverage(bare, "year").refusals == (Refusal.NOT_IN_FORCE,)
    with pytest.raises(NothingToProtectError, match="policy"):
        build(bare.members["KH"].node)


def test_without_a_cube_nothing_is_answered(bare: Federation) -> None:
    put_in_force(bare.members["KH"].node, policy_text("KH"))

    assert coverage(bare, "year").refusals == (Refusal.NOT_READY,)
    with pytest.raises(NothingToProtectError, match="snapshot"):
        build(bare.members["KH"].node)


def test_a_new_policy_answers_only_from_a_cube_of_its_own(region: Federation) -> None:
    node = region.members["KH"].node
    put_in_force(node, policy_text("KH", version=2).replace("threshold: 5", "threshold: 7"))
    assert coverage(region, "year").refusals == (Refusal.NOT_READY,)

    build(node)

    found = coverage(region, "year")
    assert found.answered
    assert found.policy == "2"


def test_a_policy_that_changes_words_only_keeps_its_cube(region: Federation) -> None:
    node = region.members["KH"].node
    with node.store.reading() as view:
        before = view.cube()
    put_in_force(node, policy_text("KH", version=2) + "redistribution: no\n")

    after = build(node)

    assert before is not None
    assert after.cube == before.cube
    assert after.policy_version == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (policy_text("TH"), "policy of TH"),
        (policy_text("KH", version=3), "next version here is 2"),
        (policy_text("KH", version=2) + "colour: red\n", "colour"),
        (policy_text("KH", version=2).replace("2026-01-01", "2020-01-01"), "ended"),
        (policy_text("KH", version=2).replace("casualties", "casualtys"), "casualties"),
        (policy_text("KH", version=2).replace("regional-reporting", "gossip"), "gossip"),
        (policy_text("KH", version=2).replace("date: year", "date: hour"), "hour"),
        (policy_text("KH", version=2) + "mechanism: cell-key\n", "cell-key"),
        (policy_text("KH", version=2).replace("threshold: 5", "threshold: 3"), "released already"),
        (policy_text("KH", version=2).replace("sex: sex, ", ""), "released already"),
        ("- not\n- a policy\n", ""),
        ("member: [KH\n", ""),
    ],
)
def test_a_policy_that_does_not_hold_is_refused_and_the_one_in_force_stays(
    region: Federation, text: str, said: str
) -> None:
    member = region.members["KH"]
    coverage(region, "year")
    before = member.log_entries()

    with pytest.raises(PolicyRefusedError) as refused:
        put_in_force(member.node, text)

    assert said in refused.value.message
    assert member.log_entries() == before
    assert coverage(region, "year").answered


def test_before_anything_was_given_out_a_policy_may_still_change_what_it_shows(region: Federation) -> None:
    node = region.members["KH"].node
    put_in_force(node, policy_text("KH", version=2).replace("threshold: 5", "threshold: 7"))

    build(node)

    found = coverage(region, "year")
    assert found.answered
    assert found.policy == "2"


def test_a_cube_that_was_replaced_meanwhile_does_not_answer(region: Federation) -> None:
    member = region.members["KH"]
    member.cube_cache.refresh()
    put_in_force(member.node, policy_text("KH", version=2) + "redistribution: no\n")
    build(member.node)
    with member.node.store.reading() as view:
        newest = view.cube_entry()

    assert coverage(region, "year").policy == "2"
    ready = member.cube_cache.cube(2)
    assert ready is not None
    assert ready.index == newest
