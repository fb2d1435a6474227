"""Attack: a whole machine is put back while it draws noise, so that the same people are drawn twice.

The attacker can put back an image of the node's disk, with keys and database: not `restore`, which waits for
the hub. He does so at every step of a draw, lets a person more into the register, and reads what the region
releases before and after. Before, the node charged and drew again, with fresh noise, and the hub released the
second numbers beside the first ones: the mean of both is nearer to the truth, at twice the epsilon that was
promised, and each further turn brings it nearer.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, Member, federation, policy_text, snapshot
from perturbed_region import protect
from put_back import hands_in_at_once, image, put_back
from signing import put_in_force

from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build import noise_draws
from gateway.member.build.cube_building import build
from gateway.member.errors import LinkError, NotWitnessedError
from gateway.member.model.snapshot import Snapshot
from gateway.member.policy.noise_budget import Ledger
from gateway.member.register.population import taken
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of

POLICY = (
    policy_text("KH").replace("first_year: 2022\n", "")  # which stands within the mechanism
    + """mechanism: {kind: differential-privacy, budget: 1, per_table: 0.25, first_year: 2021}
priority: [{date: year, sex: sex}]
"""
)
Numbers = tuple[int | None, ...]


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    """A node with a register and a policy, whose log the hub has seen; nothing is charged yet."""
    with federation(tmp_path, "KH", ready=False) as made:
        put_in_force(made.members["KH"].node, POLICY)
        keep_snapshot(made.members["KH"].node, snapshot("KH"))
        made.members["KH"].round()
        yield made


def charged(member: Member) -> None:
    with pytest.raises(NotWitnessedError):
        build(member.node)


def drawn(member: Member) -> None:
    """And nothing more: the power goes before the numbers are in any cube."""

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as power:
        power.setattr("gateway.member.build.cube_building.certifiable", ends)
        with pytest.raises(KeyboardInterrupt):
            build(member.node)


STEPS: dict[str, Callable[[Member], object]] = {
    "charged": charged,
    "charge cosigned": lambda member: member.round(),
    "drawn": drawn,
    "in a cube": lambda member: build(member.node),
}
"""Each step of a draw, as the node takes it; the image is made before, or after the last one."""


def numbers(region: Federation) -> Numbers | None:
    """What the region releases of Cambodia; None where it has no answer."""
    question = question_of(
        region.hub.dictionary,
        measure="casualties",
        by=("year", "sex"),
        where={},
        purpose="regional-reporting",
    )
    asked = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    for _ in range(3):
        try:
            region.members["KH"].round()
        except LinkError:
            continue
    region.clock.move(seconds=30)
    release_due(region.hub)
    with region.hub.store.reading() as view:
        release = view.release(asked.id)
    assert release is not None
    (coverage,) = release.coverage
    return tuple(cell.value for cell in release.cells) if coverage.answered else None


def corrected(people: Snapshot) -> Snapshot:
    """The register without one man, whose record was withdrawn."""
    rows = [n for n in range(len(people)) if n != 1]
    return taken(people, np.array(rows))


@pytest.mark.parametrize("before", [*STEPS, "the answer"])
@pytest.mark.parametrize("changed", [False, True], ids=["same register", "one person less"])
def test_nobody_reads_a_second_number_of_the_same_people(
    before: str, changed: bool, region: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step, take in STEPS.items():
        if step == before:
            image(tmp_path / "KH", tmp_path / "image")
        take(region.members["KH"])
    if before == "the answer":
        image(tmp_path / "KH", tmp_path / "image")
    first = numbers(region)
    assert first is not None

    hands_in_at_once(monkeypatch)
    with put_back(region, "KH", tmp_path / "image") as member:
        for _ in range(4):  # its log is longer then than what the hub has seen
            keep_snapshot(member.node, corrected(snapshot("KH")) if changed else snapshot("KH"))
        for _ in range(2):
            try:
                protect(region)
            except (LinkError, NotWitnessedError):
                continue
        second = numbers(region)

        assert second in (None, first)


def test_a_charge_that_the_hub_has_not_seen_is_not_drawn(region: Federation, tmp_path: Path) -> None:
    """Put back to before the charge, the node charges once more, and nobody cosigns that."""
    image(tmp_path / "KH", tmp_path / "image")
    for take in STEPS.values():
        take(region.members["KH"])
    assert numbers(region) is not None

    with put_back(region, "KH", tmp_path / "image") as member:
        keep_snapshot(member.node, corrected(snapshot("KH")))
        for _ in range(3):
            with pytest.raises((LinkError, NotWitnessedError)):
                protect(region)
        with member.node.store.reading() as view:
            assert [charge.answer for charge in Ledger.of(view.privacy).charged] == [None]
    with region.hub.store.reading() as view:
        assert [one.origin for one in view.watch.evidence()] == [region.members["KH"].node.log.origin]


def test_drawn_a_second_time_the_numbers_are_the_same(region: Federation, tmp_path: Path) -> None:
    """Even for whoever looks into the machine itself."""
    charged(region.members["KH"])
    region.members["KH"].round()
    image(tmp_path / "KH", tmp_path / "image")
    first = _drawn(region.members["KH"])

    with put_back(region, "KH", tmp_path / "image") as member:
        assert _drawn(member) == first


def _drawn(member: Member) -> list[bytes | None]:
    build(member.node)
    with member.node.store.reading() as view:
        return [charge.answer for charge in Ledger.of(view.privacy).charged]


def test_the_steps_are_those_of_a_draw(region: Federation) -> None:
    """What each leaves behind, so that the test above stands at every step."""
    member, seen = region.members["KH"], []
    for take in STEPS.values():
        take(member)
        with member.node.store.reading() as view:
            charges = Ledger.of(view.privacy).charged
            seen.append((len(charges), any(c.answer for c in charges), view.cube_entry() is not None))
    assert seen == [(1, False, False), (1, False, False), (1, True, False), (1, True, True)]
    assert not noise_draws.waits_to_be_drawn(member.node)
