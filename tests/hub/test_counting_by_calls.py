"""Counting once over the members' calls: each by itself, once its controller has given leave."""

from collections.abc import Callable, Iterator, Sequence

import databases
import pytest
from federation import Federation, federation
from signing import known, leave

from anonymisers.blinded.mixing import MixKey, mixed
from audit.count_events import Counted, CountLeave
from audit.events import decode
from gateway.hub import count_rounds
from gateway.hub.count_model import CountRun, RunState, turns
from gateway.hub.counting_once import begin
from gateway.hub.errors import AlreadyAnsweredError, AnswerRefusedError, UnknownQuestionError
from gateway.member.count_turns import (
    CountLink,
    Turn,
    allow,
    decline,
    leave_to_count,
    refusal_to_count,
    send_steps,
    take_turns,
)
from gateway.member.count_turns import turns as turns_at
from gateway.member.errors import LinkError, SignatureRefusedError
from gateway.wire.count_calls import PIECE_BYTES, CountCall, Step, count_call_from_json
from gateway.wire.counting import CountError
from gateway.wire.enrolling import Enrolment

MEMBERS = ("KH", "LA", "TH", "VN")
PEOPLE = {
    "KH": ["010203", "010204", "010205", "01-02-06", "010207", "010208"],
    "LA": ["010204", "010205", "010206", "010207", "0102 08", "020001"],
    "TH": ["๐๑๐๒๐๔", "030001", "030001"],
    "VN": ["040001"],
}
DISTINCT = len({"010203", "010204", "010205", "010206", "010207", "010208", "020001", "030001", "040001"})
SIZE = 6


class Line:
    """A member's way to the hub, without HTTP. `down`: the next call is lost."""

    def __init__(self, region: Federation, enrolment: Enrolment) -> None:
        self.region, self.enrolment, self.down = region, enrolment, False

    def runs(self) -> Sequence[CountCall]:
        found = count_rounds.calls_for(self.region.hub, self.enrolment)
        return [count_call_from_json(call.as_json()) for call in found]

    def fetch(self, run_id: str, owner: str, step: Step) -> bytes:
        return count_rounds.entries_of(self.region.hub, self.enrolment, run_id, owner, step)

    def hand_in(self, run_id: str, step: Step, note: str, data: bytes) -> None:
        if self.down:
            raise LinkError("The connection was cut.")
        hub, own = self.region.hub, self.enrolment
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES]
            count_rounds.receive_piece(hub, own, run_id, step, start=start, data=piece)
        count_rounds.receive_step(hub, own, run_id, step, note)


def in_one_process(entries: Sequence[bytes], key: MixKey, after: Sequence[bytes]) -> list[bytes]:
    return mixed(entries, key, after)


def at_once(_epoch: str) -> Callable[[Sequence[bytes], MixKey, Sequence[bytes]], list[bytes]]:
    return in_one_process


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def region(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Four members that have called their hub, and so know each other's keys from its log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(databases.VARIABLE, request.param)
        yield from _region(tmp_path_factory)


def _region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with federation(tmp_path_factory.mktemp("count"), *MEMBERS, ready=False) as running:
        for member in running.members.values():
            known(member.node)
        for _ in range(2):
            for member in running.members.values():
                member.round()
        yield running


@pytest.fixture
def lines(region: Federation) -> dict[str, Line]:
    return {code: Line(region, m.link.enrolment) for code, m in region.members.items()}


def begun(region: Federation, epoch: str, threshold: int = 5) -> None:
    begin(region.hub, epoch, "national-id", size=SIZE, threshold=threshold, by_calls=True)


def run_of(region: Federation, epoch: str) -> CountRun:
    with region.hub.store.reading() as view:
        return next(run for run in view.counts.runs() if run.event.epoch == epoch)


def turn_at(region: Federation, lines: dict[str, Line], code: str, epoch: str) -> Turn:
    found = turns_at(region.members[code].node, lines[code])
    return next(turn for turn in found if turn.run.event.epoch == epoch)


def everybody(region: Federation, lines: dict[str, Line], *codes: str) -> None:
    for code in codes or MEMBERS:
        take_turns(region.members[code].node, lines[code], at_once)


def allowed(region: Federation, line: CountLink, turn: Turn, code: str) -> None:
    node = region.members[code].node
    allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE[code])
    send_steps(node, line)


def events(entries: list[bytes], kind: type) -> list:
    return [event for event in map(decode, entries) if isinstance(event, kind)]


def test_distinct_people_are_counted_once_all_controllers_have_given_leave(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "2026")
    for code, member in region.members.items():  # their next call tells them
        member.round()
        assert run_of(region, "2026").id in member.round().counts, code
    everybody(region, lines)
    for code in MEMBERS:
        allowed(region, lines[code], turn_at(region, lines, code, "2026"), code)
    everybody(region, lines)  # in the order of the run: one after the other
    assert count_rounds.count_due(region.hub) == [run_of(region, "2026").id]

    run = run_of(region, "2026")
    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run) == DISTINCT
        assert not view.counts.entries(run.id, "VN", Step.MIX)  # nothing of the lists is left
        head = view.log.head()
        assert head is not None
        (logged,) = events(list(view.log.read_entries(0, head.size)), Counted)
    assert (run.state, logged.told) == (RunState.COUNTED, True)
    for member in region.members.values():
        (given,) = [e for e in events(member.log_entries(), CountLeave) if e.epoch == "2026"]
        assert given.granted
        with member.node.store.reading() as view:
            assert view.counts.secrets(run.id) is None  # destroyed
            assert view.counts.to_send() == []
    assert all(member.round().counts == () for member in region.members.values())


def test_a_run_waits_for_a_member_that_is_away_and_goes_on(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "away")
    everybody(region, lines, "KH", "LA", "TH")
    turn = turn_at(region, lines, "KH", "away")
    node = region.members["KH"].node
    with pytest.raises(CountError, match="VN has not joined"):
        allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE["KH"])

    everybody(region, lines, "VN")
    for code in MEMBERS:
        allowed(region, lines[code], turn_at(region, lines, code, "away"), code)
    everybody(region, lines, "KH", "TH", "VN")  # LA is away, and it is its turn
    run = run_of(region, "away")
    with region.hub.store.reading() as view:
        done = count_rounds.progress(view, run)
    assert done["mix"] == ["KH"]
    assert turns(run.event.members, {Step(s): m for s, m in done.items()}) == {"LA": Step.MIX}
    assert count_rounds.count_due(region.hub) == []

    lines["LA"].down = True
    with pytest.raises(LinkError):
        everybody(region, lines, "LA")  # it passes the list on, and cannot hand it in
    lines["LA"].down = False
    everybody(region, lines, "LA", "TH", "VN")
    count_rounds.count_due(region.hub)
    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run_of(region, "away")) == DISTINCT


def test_a_small_overlap_is_not_told(region: Federation, lines: dict[str, Line]) -> None:
    begun(region, "small", threshold=7)
    everybody(region, lines)
    for code in MEMBERS:
        allowed(region, lines[code], turn_at(region, lines, code, "small"), code)
    everybody(region, lines)
    count_rounds.count_due(region.hub)

    run = run_of(region, "small")
    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run) is None
    assert run.state is RunState.COUNTED


def test_a_controller_that_gives_no_leave_ends_the_run_for_everybody(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "declined")
    everybody(region, lines)
    node, turn = region.members["TH"].node, turn_at(region, lines, "TH", "declined")
    with pytest.raises(SignatureRefusedError):  # leave is no refusal
        decline(node, turn, leave(node, leave_to_count(node, turn)), "It is too early.")

    decline(node, turn, leave(node, refusal_to_count(node, turn, "It is too early.")), "It is too early.")
    send_steps(node, lines["TH"])

    assert run_of(region, "declined").state is RunState.DECLINED
    with pytest.raises(CountError, match="counted before"):
        begun(region, "declined")


def test_one_set_for_an_epoch(region: Federation, lines: dict[str, Line]) -> None:
    begun(region, "twice")
    everybody(region, lines)
    turn = turn_at(region, lines, "KH", "twice")
    allowed(region, lines["KH"], turn, "KH")
    node = region.members["KH"].node

    with pytest.raises(CountError, match="sealed a set for twice before"):
        allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE["LA"])


def test_a_list_that_is_not_the_one_its_note_commits_to_is_refused_and_can_be_sent_again(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "bent")
    everybody(region, lines)
    node, turn = region.members["KH"].node, turn_at(region, lines, "KH", "bent")
    allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE["KH"])
    with node.store.reading() as view:
        kept = view.counts.to_send()[-1]
    hub, own = region.hub, region.members["KH"].link.enrolment
    other = region.members["LA"].link.enrolment

    bent = kept.data[66:] + kept.data[:66]
    count_rounds.receive_piece(hub, own, turn.id, Step.SEAL, start=0, data=bent)
    with pytest.raises(AnswerRefusedError, match="not the one that its note commits to"):
        count_rounds.receive_step(hub, own, turn.id, Step.SEAL, kept.note)
    with pytest.raises(AnswerRefusedError, match="longer than it can be"):
        count_rounds.receive_piece(hub, own, turn.id, Step.SEAL, start=0, data=kept.data + kept.data[:66])
    with pytest.raises(AnswerRefusedError, match="begins or ends"):
        count_rounds.receive_piece(hub, own, turn.id, Step.SEAL, start=1, data=kept.data[:66])
    with pytest.raises(AnswerRefusedError, match="turn"):
        count_rounds.receive_piece(hub, other, turn.id, Step.MIX, start=0, data=kept.data)
    with pytest.raises(AnswerRefusedError, match="trusted"):  # another member's note
        count_rounds.receive_step(hub, other, turn.id, Step.SEAL, kept.note)
    with pytest.raises(UnknownQuestionError):
        count_rounds.receive_step(hub, own, "ab" * 32, Step.SEAL, kept.note)

    send_steps(node, lines["KH"])
    with pytest.raises(AlreadyAnsweredError):
        count_rounds.receive_step(hub, own, turn.id, Step.SEAL, kept.note)
