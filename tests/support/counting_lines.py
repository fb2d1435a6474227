"""A region that counts once over its members' calls: lines without HTTP, and each step in a word."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from federation import Federation, federation
from signing import known, leave

from anonymisers.blinded.mixing import MixKey, mixed
from audit.events import decode
from gateway.hub import count_rounds
from gateway.hub.count_model import CountRun
from gateway.hub.counting_once import begin
from gateway.member.count_turns import CountLink, Turn, allow, leave_to_count, send_steps, take_turns
from gateway.member.count_turns import turns as turns_at
from gateway.member.errors import LinkError
from gateway.wire.count_calls import PIECE_BYTES, CountCalls, Step, count_calls_from_json
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

    def runs(self, seen_size: int) -> CountCalls:
        found = count_rounds.calls_for(self.region.hub, self.enrolment, seen_size)
        return count_calls_from_json(found.as_json())

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


@contextmanager
def counting_region(directory: Path) -> Iterator[Federation]:
    """Four members that have called their hub, and so know each other's keys from its log."""
    with federation(directory, *MEMBERS, ready=False) as running:
        for member in running.members.values():
            known(member.node)
        for _ in range(2):
            for member in running.members.values():
                member.round()
        yield running


def lines_of(region: Federation) -> dict[str, Line]:
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
