"""A policy seen before it counts: the very cube, what it shows, what another would change; nothing logged."""

from collections.abc import Iterator
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federation import policy_text, snapshot
from given_out import give_out
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from lone_node import lone_node
from signing import known, put_in_force, signed

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.released_cells import Value
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.suppression import protect_table
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.remainder import Remainder
from anonymisers.tables.rules import Rules
from gateway.bootstrap.desk.preview_answers import canonical_questions
from gateway.demo.people_files import policy_text as demo_policy
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.member.build.comparison import compare
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make, measure, ready
from gateway.member.build.suggestion import MOST, candidates, ranked, rate
from gateway.member.cube.usefulness import score
from gateway.member.errors import NotAcceptedError, NothingToProtectError, NotProtectedError
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from gateway.member.policy.publishing import hand_in, publish
from gateway.member.register.snapshot_loading import keep_snapshot
from policies import Policy, load_policy


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, _):
        keep_snapshot(made, snapshot("KH"))
        yield made


def policy(node: Node) -> Policy:
    return checked(node, policy_text("KH"))


def log_size(node: Node) -> int:
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
    return 0 if head is None else head.size


def test_publishing_uses_the_very_cube_that_was_looked_at(node: Node) -> None:
    made = make(node, policy(node))
    before = log_size(node)

    put_in_force(node, policy_text("KH"))

    with node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    assert stored.cube == made.bytes
    assert log_size(node) > before


def test_a_preview_logs_nothing_and_is_not_made_twice(node: Node) -> None:
    before = log_size(node)
    first = make(node, policy(node))
    again = make(node, policy(node))

    assert (first.fresh, again.fresh) == (True, False)
    assert again.bytes == first.bytes
    assert log_size(node) == before
    with node.store.reading() as view:
        assert view.cube() is None


def test_it_is_the_cube_that_would_be_built(node: Node) -> None:
    made = make(node, policy(node))
    with node.store.notes() as notes:
        notes.keep_preview("another", made.record.id, b"", node.clock.now())
    put_in_force(node, policy_text("KH"))

    assert build(node).cube == made.bytes


def test_without_a_snapshot_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    with lone_node(tmp_path / "bare") as (bare, _), pytest.raises(NothingToProtectError, match="snapshot"):
        make(bare, policy(bare))


def test_what_it_counts_is_what_the_cube_withholds(node: Node) -> None:
    made = make(node, policy(node))
    found = measure(node, made)

    assert found.cells == made.cube.lattice.size
    assert found.withheld == int(made.cube.withheld.sum())
    assert found.people == 120
    assert 0 < found.score.value <= 1
    smallest = int(made.cube.values[~made.cube.withheld & (made.cube.values > 0)].min())
    assert found.exposure.smallest >= min(smallest, 5)
    assert found.records is not None
    assert found.records.records == 120


def test_the_questions_are_shown_as_an_analyst_would_see_them(node: Node) -> None:
    made = make(node, policy(node))
    shown = {one.name: one for one in canonical_questions(node, made.policy, ready(node, made))}

    first = shown["outcome-by-year"]
    assert first.recipient == "ARMAC"
    assert first.release is not None
    totals = [cell.value for cell in first.release.cells if cell.key == ("Total", "Total")]
    assert totals == [120]
    assert shown["device-by-year"].release is None
    assert shown["device-by-year"].refusals


def test_a_question_of_several_tables_is_one_line_where_nobody_reads_any(node: Node) -> None:
    made = make(node, policy(node))
    names = [one.name for one in canonical_questions(node, made.policy, ready(node, made))]

    assert "injury-by-outcome" in names
    assert not [name for name in names if name.startswith("injury-by-outcome.")]
    assert {"accidents.accidents", "accidents.casualties"} <= set(names)


def test_what_was_measured_once_is_kept_and_the_cube_is_not_read_again(node: Node) -> None:
    one = make(node, policy(node))
    first = measure(node, one), list(canonical_questions(node, one.policy, ready(node, one)))
    other = make(node, checked(node, policy_text("KH", 1) + "quota: 500 a month\n"))
    again = measure(node, other), list(canonical_questions(node, other.policy, ready(node, other)))

    assert again == first
    assert "cube" in vars(one)
    assert not {"cube", "people"} & vars(other).keys()


def test_who_may_ask_more_sees_of_the_kept_what_the_cube_says(node: Node) -> None:
    few = make(node, checked(node, policy_text("KH").replace("[casualties]", "[services]")))
    assert all(shown.release is None for shown in canonical_questions(node, few.policy, ready(node, few)))

    more = make(node, policy(node))
    kept = list(canonical_questions(node, more.policy, ready(node, more)))

    assert not more.fresh
    assert any(shown.release is not None for shown in kept)
    assert "cube" not in vars(more)
    assert kept == list(canonical_questions(node, more.policy, replace(ready(node, more), cells={})))


def test_what_is_kept_is_about_one_cube_to_the_last_byte(node: Node) -> None:
    made = make(node, policy(node))
    measure(node, made)

    damaged = made.bytes[:-1] + b"?"

    with pytest.raises(CertificateError):
        measure(node, replace(made, bytes=damaged, read=lambda: ReleaseHistory.from_bytes(damaged)))


def test_what_is_kept_goes_with_its_snapshot(node: Node) -> None:
    made = make(node, policy(node))
    before = measure(node, made)
    keep_snapshot(node, snapshot("KH"))
    again = make(node, policy(node))

    assert measure(node, again) == before
    assert "cube" in vars(again)


def test_what_is_told_of_a_cube_is_kept_when_it_is_made_to_answer(node: Node) -> None:
    put_in_force(node, policy_text("KH"))
    build(node)
    looked = make(node, checked(node, policy_text("KH", 2) + "redistribution: no\n"))

    assert measure(node, looked).people == 120
    assert not {"cube", "people"} & vars(looked).keys()


def test_words_only_change_nothing_that_anybody_sees(node: Node) -> None:
    one = make(node, policy(node))
    other = make(node, checked(node, policy_text("KH", 2) + "redistribution: no\n"))

    effect = compare((one.cube, one.people), (other.cube, other.people), [])

    assert not other.fresh
    assert effect.nothing


def test_a_loosening_shows_more_and_what_was_given_out_stays_given(node: Node) -> None:
    strict = make(node, checked(node, policy_text("KH").replace("threshold: 5", "threshold: 20")))
    loose = make(node, checked(node, policy_text("KH").replace("threshold: 5", "threshold: 3")))
    there = (strict.cube, strict.people), (loose.cube, loose.people)

    forth = compare(*there, [])
    back = compare(there[1], there[0], [loose.cube])

    assert forth.shown > 0
    assert forth.people_shown > 0
    assert (back.withheld, back.people_withheld) == (forth.shown, forth.people_shown)
    assert back.lost == forth.shown


def test_a_policy_that_cannot_be_published_says_so(node: Node) -> None:
    put_in_force(node, policy_text("KH"))
    stored = build(node)
    give_out(node, stored.index)

    made = make(node, checked(node, policy_text("KH", 2) + "embargo: 800 days\n"))

    assert made.hindrance is not None
    assert "released already" in made.hindrance


def test_a_looser_policy_can_be_published_and_shows_nothing_that_protected_something(node: Node) -> None:
    put_in_force(node, policy_text("KH"))
    stored = build(node)
    give_out(node, stored.index)

    made = make(node, checked(node, policy_text("KH", 2).replace("threshold: 5", "threshold: 3")))

    assert made.hindrance is None


def test_suggestions_are_some_thirty_different_policies_and_the_best_come_first(node: Node) -> None:
    tried = candidates(checked(node, policy_text("KH")))

    assert len(tried) <= MOST
    assert len({one.policy.scope for one in tried}) == len(tried)
    assert tried[0].written == ("as it is",)
    rated = [found for one in tried[:6] if (found := rate(node, one, lambda *_: None)) is not None]
    order = [one.score for one in ranked(rated)]
    assert order == sorted(order, reverse=True)
    assert all(0 <= one.score <= 1 for one in rated)


def test_the_examples_have_some_thirty_variants() -> None:
    words = vocabulary(regional(), recipients=RECIPIENTS, member="KH")

    assert 25 <= len(candidates(load_policy(demo_policy("KH"), words))) <= MOST


DIMS = (
    Hierarchy("a", ("Total", "a0", "a1", "a00", "a01", "a10"),
              {"a0": "Total", "a1": "Total", "a00": "a0", "a01": "a0", "a10": "a1"}),
    Hierarchy("b", ("Total", "b0", "b1"), {"b0": "Total", "b1": "Total"}),
)  # fmt: skip
CELLS = [(a, b) for a in ("a00", "a01", "a10") for b in ("b0", "b1")]
COUNTS = st.lists(st.integers(0, 30), min_size=len(CELLS), max_size=len(CELLS)).filter(any)


def cube_of(counts: list[int], threshold: int = 4) -> tuple[CertifiedCube, Table]:
    table = Table.of(DIMS, zip(CELLS, counts, strict=True))
    try:
        return build_cube(table, Rules(threshold=threshold, max_dims=2), key=bytes(32)), table
    except ProtectionError:  # a table of few people may have no safe pattern
        reject()


@given(COUNTS)
@settings(max_examples=40, deadline=None)
def test_the_score_is_what_its_definition_says(counts: list[int]) -> None:
    cube, table = cube_of(counts)
    question = {"a": ("a00", "a01", "a10"), "b": ("b0", "b1")}

    found = score(cube, table, question)

    everybody = sum(counts)
    reported = asked = 0.0
    for (a, b), y in zip(CELLS, counts, strict=True):
        above = [(x, z) for x in (a, a[:2], "Total") for z in (b, "Total")]
        visible = [_value(cube, x, z) for x, z in above]
        v = min((n for n in visible if n is not None), default=everybody)
        reported += y * log(everybody / max(v, 1)) if y else 0
        asked += y * log(everybody / y) if y else 0
    assert found.answered == pytest.approx(reported)
    assert found.asked == pytest.approx(asked)
    assert 0 <= found.value <= 1 + 1e-9


def _value(cube: CertifiedCube, a: str, b: str) -> int | None:
    key = {name: code for name, code in (("a", a), ("b", b)) if code != "Total"}
    found = cube.lookup(key)
    return getattr(found, "count", None)


@given(COUNTS, st.integers(2, 8), st.integers(2, 8))
@settings(max_examples=40, deadline=None)
def test_a_comparison_counts_cells_one_by_one(counts: list[int], one: int, other: int) -> None:
    before, after = cube_of(counts, one), cube_of(counts, other)

    found = compare(before, after, [])

    shown = ~after[0].withheld & before[0].withheld
    gone = before[0].withheld < after[0].withheld
    assert (found.shown, found.withheld) == (int(shown.sum()), int(gone.sum()))
    assert found.other_numbers == 0
    assert found.nothing == bool((before[0].withheld == after[0].withheld).all())
    if one == other:
        assert found.nothing
    inside = {
        cell
        for cell, count in zip(CELLS, counts, strict=True)
        if count
        for number in np.flatnonzero(shown).tolist()
        if _holds(after[0], number, cell)
    }
    assert found.people_shown == sum(n for c, n in zip(CELLS, counts, strict=True) if c in inside)


def _holds(cube: CertifiedCube, number: int, cell: tuple[str, str]) -> bool:
    key = cube.lattice.keys()[number]
    return all(
        int(p) in dim.ancestors(dim.index[dict(zip("ab", cell, strict=True))[dim.name]])
        for dim, p in zip(cube.lattice.dims, key, strict=True)
    )


def alike() -> Snapshot:
    """As the other invented people, but that all women were killed, and most men were not."""
    plain = snapshot("KH")
    women = [number % 4 == 0 for number in range(len(plain))]
    outcomes = ["K" if woman or number % 2 == 0 else "I" for number, woman in enumerate(women)]
    return Snapshot.of(
        member="KH",
        dictionary=plain.dictionary,
        created=plain.created,
        columns={
            **plain.columns,
            "outcome": Column.of(outcomes),
            "sex": Column.of(["F" if woman else "M" for woman in women]),
        },
        consent=plain.consent,
        links={name: link.copy() for name, link in plain.links.items()},
    )


def test_a_group_whose_people_all_share_one_value_has_to_be_accepted(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        keep_snapshot(node, alike())
        text = policy_text("KH") + "priority: [{sex: sex, outcome: yes}]\n"
        made = make(node, checked(node, text))
        (women,) = [one for one in measure(node, made).to_accept if one.group == (("sex", "F"),)]
        assert (women.dimension, women.value, women.people) == ("outcome", "K", 30)

        known(node)
        hand_in(node, text, None)
        with pytest.raises(NotAcceptedError, match="all share one value"):
            publish(node, signed(node, 1, text, accepts=False))
        with node.store.reading() as view:
            assert view.policy() is None

        publish(node, signed(node, 1, text, accepts=True))
        with node.store.reading() as view:
            assert view.cube() is not None


def test_a_cube_made_later_has_to_be_accepted_as_well(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        text = policy_text("KH") + "priority: [{sex: sex, outcome: yes}]\n"
        known(node)
        hand_in(node, text, None)
        publish(node, signed(node, 1, text, accepts=False))
        keep_snapshot(node, alike())

        with pytest.raises(NotAcceptedError):
            build(node)


@pytest.mark.parametrize(
    ("most", "sentence"),
    [
        (1, "only tables of up to so many dimensions are shown: 1."),
        (0, "only the total is shown"),
    ],
)
def test_where_no_safe_cube_of_all_tables_is_found_fewer_are_shown_and_the_controller_reads_which(
    node: Node, monkeypatch: pytest.MonkeyPatch, most: int, sentence: str
) -> None:
    true = protect_table.protect

    def protect(table: Table, rules: Rules, *rest: Any, **named: Any) -> Any:
        if max((len(t.dims) for t in rules.priority), default=9) > most:
            raise ProtectionError("no safe pattern was found")
        return true(table, rules, *rest, **named)

    monkeypatch.setattr(protect_table, "protect", protect)
    made = make(node, policy(node))

    assert any(sentence in said for said in made.stricter), made.stricter
    # Of refused tables only what follows is shown, such as the one year of the register.
    sizes = {len(level) for level in made.cube.refused}
    assert sizes == set(range(most + 1, len(made.cube.lattice.tables[-1]) + 1))
    assert made.cube.lookup({}) == Value(120)
    again = ReleaseHistory.from_bytes(made.bytes)
    assert again.to_bytes() == made.bytes
    assert again.parts[0].remainder == Remainder(most)


def test_where_not_even_the_total_can_be_shown_the_preview_says_why(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> object:
        raise ProtectionError("no safe pattern was found")

    monkeypatch.setattr(protect_table, "protect", failing)
    with pytest.raises(NotProtectedError, match="No safe cube could be made: no safe pattern was found"):
        make(node, policy(node))
