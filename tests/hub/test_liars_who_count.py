"""Counting once among liars: a hub or a member that does not do as it should gets nothing, or no number."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from counting_lines import (
    DISTINCT,
    MEMBERS,
    PEOPLE,
    SIZE,
    Line,
    allowed,
    begun,
    counting_region,
    events,
    everybody,
    lines_of,
    run_of,
    turn_at,
)
from federation import Federation
from lying_hub import entries_of
from signing import leave, put_in_force

from anonymisers.blinded.mixing import joint_key, list_digest, sealed_set
from anonymisers.blinded.points import BASE, to_bytes
from anonymisers.masks.keys import MaskKey
from anonymisers.masks.masking import Masks
from audit.checkpoint import Checkpoint
from audit.count_events import CountBegun, SetMixed
from audit.events import encode
from audit.log import Log
from audit.memory import MemoryStorage
from audit.merkle import leaf_hash
from audit.note import Signer
from gateway.hub import count_rounds, entries
from gateway.hub.count_model import RunState
from gateway.hub.counting_once import begin
from gateway.hub.errors import AnswerRefusedError, UnknownQuestionError
from gateway.member.count_turns import allow, decline, leave_to_count, refusal_to_count, send_steps
from gateway.member.counting_once import Sealing, Secrets, join, open_run, roster_of, seal
from gateway.member.errors import LinkError
from gateway.wire.count_calls import CountCall, CountCalls, Step
from gateway.wire.counting import CountError, Joined, Sealed, open_joined, sign_step, write_list

OFF_CURVE = b"\x02" + (1).to_bytes(32, "big")
"""No point of P-256 has this x."""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with counting_region(tmp_path_factory.mktemp("liars")) as running:
        yield running


@pytest.fixture
def lines(region: Federation) -> dict[str, Line]:
    return lines_of(region)


def logged(region: Federation, event: CountBegun) -> tuple[bytes, str]:
    """What a hub writes into its log past its own checks; the entry and its receipt."""
    with region.hub.store.writing() as work:
        index = entries.record(region.hub, work, entries.Entry(event, {}))
    with region.hub.store.reading() as view:
        return region.hub.log.entry(view.log, index), str(region.hub.log.receipt(view.log, index))


HONEST = CountBegun("lied", "national-id", MEMBERS, SIZE, 5, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (("KH", "LA", "TH"), "has 3 members"),
        (("KH", "KH", "LA", "TH", "VN"), "stands twice"),
        (("VN", "TH", "LA", "KH"), "out of order"),
        (("KH", "LA", "SG", "TH"), "no member that the regional log has enrolled"),
        (("KH", "LA", "TH", "XX"), "no member that the regional log has enrolled"),
        (("LA", "SG", "TH", "VN"), "no run that KH takes part in"),
    ],
)
def test_a_node_takes_no_part_in_a_run_of_too_few_or_of_the_same_twice(
    region: Federation, members: tuple[str, ...], said: str
) -> None:
    entry, receipt = logged(region, replace(HONEST, members=members))

    with pytest.raises(CountError, match=said):
        open_run(region.members["KH"].node, entry, receipt)


def test_a_node_takes_no_part_in_a_run_that_is_not_logged_or_without_end(region: Federation) -> None:
    node = region.members["KH"].node
    entry, receipt = logged(region, HONEST)
    open_run(node, entry, receipt)

    with pytest.raises(CountError, match="not proved"):
        open_run(node, entry.replace(b'"size":6', b'"size":7'), receipt)
    for size in (0, 200_000):
        with pytest.raises(CountError, match="nobody can fill"):
            open_run(node, *logged(region, replace(HONEST, size=size)))


def test_a_node_takes_no_part_in_a_run_of_another_log_than_it_has_witnessed(
    region: Federation, lines: dict[str, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub keeps a second log for KH, signed with the same key, and begins a run in it."""
    forked = Log(Signer.parse(region.hub.log._signer.secret()))
    storage = MemoryStorage(forked.origin)
    forked.create(storage, 1)
    history = [*entries_of(region)[:-1], encode(replace(HONEST, epoch="elsewhere"))]
    forked.append(storage, history, 1)
    region.members["KH"].round()  # it witnesses the log that everybody sees
    forked.append(storage, [encode(replace(HONEST, epoch=f"more {n}")) for n in range(20)], 2)
    run, size = len(history) - 1, forked.checkpoint(storage)

    def bent(seen_size: int) -> CountCalls:
        proof = forked.consistency(storage, seen_size, Checkpoint.parse(size.text).size)
        call = CountCall(history[run], str(forked.receipt(storage, run)), Step.JOIN, {}, {}, {})
        return CountCalls((call,), tuple(proof))

    monkeypatch.setattr(lines["KH"], "runs", bent)
    with pytest.raises(CountError, match="not proved to stand in the regional log"):
        everybody(region, lines, "KH")


@pytest.mark.parametrize(
    "change", [{"epoch": "2026 "}, {"epoch": 'a"b'}, {"epoch": "２０２６"}, {"kind": "x" * 41}]
)
def test_an_epoch_that_looks_like_another_is_none(region: Federation, change: dict[str, str]) -> None:
    with pytest.raises(CountError, match="no plain word"):
        open_run(region.members["KH"].node, *logged(region, replace(HONEST, **change)))
    with pytest.raises(CountError, match="no plain word"):
        begin(region.hub, **{"epoch": "2026", "kind": "national-id", **change}, size=SIZE, threshold=5)


def test_a_node_seals_no_second_set_for_an_epoch_in_capitals(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "2026-q1")
    everybody(region, lines)
    allowed(region, lines["KH"], turn_at(region, lines, "KH", "2026-q1"), "KH")
    ended(region, lines, "TH", "2026-q1")
    with pytest.raises(CountError, match="counted before"):
        begun(region, "2026-Q1")

    node = region.members["KH"].node
    run, _ = open_run(node, *logged(region, replace(HONEST, epoch="2026-Q1")))
    joined = {}
    for code, member in region.members.items():
        secrets = Secrets.new()
        joined[code] = open_joined(join(member.node, run, secrets), member.node.answer_signer.verifier)
        if code == "KH":
            own = secrets
    with pytest.raises(CountError, match="sealed a set for 2026-Q1 before"):
        seal(node, run, Sealing(own, joined, PEOPLE["LA"]), lambda *_: None)


def test_a_run_that_one_node_takes_no_part_in_does_not_hold_up_the_next(
    region: Federation, lines: dict[str, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(region, "behind-a-bad-one")
    bad = CountCall(*logged(region, replace(HONEST, size=0)), Step.JOIN, {}, {}, {})
    true = lines["KH"].runs

    def bent(seen_size: int) -> CountCalls:
        told = true(seen_size)
        return replace(told, runs=(bad, *told.runs))

    monkeypatch.setattr(lines["KH"], "runs", bent)

    with pytest.raises(CountError, match="nobody can fill"):
        everybody(region, lines, "KH")

    with region.hub.store.reading() as view:
        assert "KH" in view.counts.notes(run_of(region, "behind-a-bad-one").id, Step.JOIN)


def test_a_run_that_tells_of_fewer_than_the_policy_does_gets_no_set(
    region: Federation, lines: dict[str, Line]
) -> None:
    """The threshold of a run is the hub's choice; a member's own is the least that it takes."""
    text = (
        "member: LA\nversion: 1\nvalid_from: 2026-01-01\nvalid_for: 24 months\nthreshold: 5\n"
        "finest: {date: year}\nmax_dimensions: 1\nshare:\n  - with: [ARMAC]\n"
        "    for: [regional-reporting]\n    measures: [casualties]\n"
    )
    begun(region, "few", threshold=2)
    everybody(region, lines)
    node, turn = region.members["LA"].node, turn_at(region, lines, "LA", "few")
    put_in_force(node, text)

    with pytest.raises(CountError, match="tells of no fewer than 5"):
        allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE["LA"])
    ended(region, lines, "LA", "few")
    begun(region, "few", threshold=4)
    with pytest.raises(CountError, match="tells of no fewer than 5"):  # it does not even join
        everybody(region, lines, "LA")
    ended(region, lines, "LA", "few")
    begun(region, "few", threshold=5)
    everybody(region, lines, "LA")


def joined_in(lines: dict[str, Line], region: Federation, code: str, epoch: str) -> dict[str, Joined]:
    turn = turn_at(region, lines, code, epoch)
    return {m: open_joined(text, turn.keys[m]) for m, text in turn.call.joined.items()}


Bent = Callable[[list[bytes]], list[bytes]]


def sealed_by(region: Federation, lines: dict[str, Line], code: str, epoch: str, bent: Bent) -> None:
    """A member that signs, and hands in, a set of its own making."""
    node, turn = region.members[code].node, turn_at(region, lines, code, epoch)
    joined = joined_in(lines, region, code, epoch)
    roster = roster_of(turn.run, joined)
    made = bent(sealed_set([], SIZE, [joined[m].key for m in MEMBERS]))
    with node.store.reading() as view:
        secrets = Secrets.of_text(view.counts.secrets(turn.id) or "")
    people = Masks(roster, code, MaskKey(secrets.mask)).masked(roster.sums[0], 0)
    step = Sealed(turn.run.id, code, list_digest(made), roster.digest(), people.to_bytes(8, "big"))
    lines[code].hand_in(turn.id, Step.SEAL, sign_step(step, node.answer_signer), write_list(made))


def ended(region: Federation, lines: dict[str, Line], code: str, epoch: str) -> None:
    """A controller ends a run that cannot go on."""
    node, turn, why = (
        region.members[code].node,
        turn_at(region, lines, code, epoch),
        "Somebody's set is none.",
    )
    decline(node, turn, leave(node, refusal_to_count(node, turn, why)), why)
    send_steps(node, lines[code])


@pytest.mark.parametrize(
    ("epoch", "bent", "said"),
    [
        ("off-the-curve", lambda e: [OFF_CURVE + e[0][33:], *e[1:]], "no point of the curve"),
        ("no-point", lambda e: [bytes(33) + e[0][33:], *e[1:]], "no point in compressed form"),
        ("twice", lambda e: [e[1], *e[1:]], "stands twice"),
    ],
)
def test_a_set_that_is_none_is_found_by_the_first_in_turn_and_the_run_can_be_ended(
    region: Federation, lines: dict[str, Line], epoch: str, bent: Bent, said: str
) -> None:
    begun(region, epoch)
    everybody(region, lines)
    sealed_by(region, lines, "VN", epoch, bent)
    for code in ("KH", "LA", "TH"):
        sealed_by(region, lines, code, epoch, list)

    with pytest.raises(CountError, match=said):
        everybody(region, lines, "KH")

    ended(region, lines, "KH", epoch)
    assert run_of(region, epoch).state is RunState.DECLINED


def test_too_few_or_too_many_entries_are_refused_at_once(region: Federation, lines: dict[str, Line]) -> None:
    begun(region, "numbers")
    everybody(region, lines)

    with pytest.raises(AnswerRefusedError, match="fewer or more entries"):
        sealed_by(region, lines, "VN", "numbers", lambda e: e[:-1])
    with pytest.raises(AnswerRefusedError, match="longer than it can be"):
        sealed_by(region, lines, "VN", "numbers", lambda e: [*e, e[0]])
    sealed_by(region, lines, "VN", "numbers", list)  # it may think better of it


def test_a_set_of_nobodys_point_at_infinity_is_found_by_the_last(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "infinity")
    everybody(region, lines)
    joint = joint_key([j.key for j in joined_in(lines, region, "TH", "infinity").values()])
    for code in MEMBERS:
        empty = to_bytes(BASE * 7) + to_bytes(joint * 7)
        sealed_by(
            region, lines, code, "infinity", lambda e, o=empty, c=code: [o, *e[1:]] if c == "TH" else list(e)
        )

    everybody(region, lines, "KH", "LA", "TH")
    with pytest.raises(CountError, match="infinity"):
        everybody(region, lines, "VN")
    ended(region, lines, "VN", "infinity")


def test_nobody_gets_anothers_set_before_it_is_the_turn(region: Federation, lines: dict[str, Line]) -> None:
    begun(region, "copied")
    everybody(region, lines)
    sealed_by(region, lines, "KH", "copied", list)
    run = run_of(region, "copied")

    for code in MEMBERS:
        with pytest.raises(UnknownQuestionError):
            lines[code].fetch(run.id, "KH", Step.SEAL)


def test_a_set_that_comes_after_the_run_has_ended_is_not_kept(
    region: Federation, lines: dict[str, Line]
) -> None:
    """Leave was given at one member, and its line was down, while another declined."""
    begun(region, "moved-on")
    everybody(region, lines)
    run, lines["LA"].down = run_of(region, "moved-on"), True
    with pytest.raises(LinkError):
        allowed(region, lines["LA"], turn_at(region, lines, "LA", "moved-on"), "LA")
    ended(region, lines, "TH", "moved-on")

    lines["LA"].down = False
    with pytest.raises(UnknownQuestionError):  # final: over HTTP its node takes it off its outbox
        send_steps(region.members["LA"].node, lines["LA"])

    with region.hub.store.reading() as view:
        assert view.counts.notes(run.id, Step.SEAL) == {}
        assert not view.counts.entries(run.id, "LA", Step.SEAL)
    with region.members["LA"].node.store.notes() as notes:
        notes.counts.acknowledged(run.id, Step.SEAL)


def test_a_hub_that_asks_for_a_step_again_gets_no_second_one(
    region: Federation, lines: dict[str, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lists under one secret could be compared: a node mixes once, and destroys what it mixed with."""
    begun(region, "again")
    everybody(region, lines)
    for code in MEMBERS:
        sealed_by(region, lines, code, "again", list)
    everybody(region, lines, "KH")
    node, run = region.members["KH"].node, run_of(region, "again")
    true = lines["KH"].runs

    def asking(step: Step) -> Callable[[int], CountCalls]:
        def bent(seen_size: int) -> CountCalls:
            told = true(seen_size)
            (call,) = (c for c in told.runs if leaf_hash(c.entry).hex() == run.id)
            return replace(told, runs=(replace(call, turn=step),))

        return bent

    monkeypatch.setattr(lines["KH"], "runs", asking(Step.MIX))
    everybody(region, lines, "KH")
    monkeypatch.setattr(lines["KH"], "runs", asking(Step.JOIN))
    with pytest.raises(CountError, match="taken further steps"):
        everybody(region, lines, "KH")

    assert (
        len([e for e in events(region.members["KH"].log_entries(), SetMixed) if e.run.hex() == run.id]) == 1
    )
    with node.store.reading() as view:
        assert view.counts.secrets(run.id) is None


def test_a_member_that_gives_two_keys_spoils_the_run_and_no_number_is_told(
    region: Federation, lines: dict[str, Line]
) -> None:
    """VN and the hub show KH another key than everybody else: its set is then sealed for another list."""
    begun(region, "two-keys")
    everybody(region, lines)
    liar, turn = region.members["VN"].node, turn_at(region, lines, "KH", "two-keys")
    other = join(liar, turn.run, Secrets.new())
    bent = replace(turn, call=replace(turn.call, joined={**turn.call.joined, "VN": other}))

    allowed(region, lines["KH"], bent, "KH")
    for code in MEMBERS[1:]:
        sealed_by(region, lines, code, "two-keys", list)
    everybody(region, lines)
    count_rounds.count_due(region.hub)

    run = run_of(region, "two-keys")
    assert run.state is RunState.FAILED
    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run) is None


def test_an_honest_run_among_all_these_is_exact(region: Federation, lines: dict[str, Line]) -> None:
    begun(region, "honest")
    everybody(region, lines)
    for code in MEMBERS:
        allowed(region, lines[code], turn_at(region, lines, code, "honest"), code)
    everybody(region, lines)
    count_rounds.count_due(region.hub)

    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run_of(region, "honest")) == DISTINCT
