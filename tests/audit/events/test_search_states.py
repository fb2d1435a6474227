"""A log that grows, is searched, sampled and exported in any order, beside a list of what was appended."""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import logged
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from logged import MONDAY
from memory_log import MemoryStorage

from audit.events.events import Event, encode
from audit.events.search import Criteria, Found
from audit.formats.note import Signer, Verifier
from audit.log.directory import LogDirectory, export
from audit.log.log import Log
from audit.log.policy import Policy
from audit.log.sample import draw_sample
from audit.log.verify import verify_extends, verify_log

ORGANISATIONS, MEMBERS = ["ARMAC", "CMAA"], ["KH", "LA"]
MINUTES = st.integers(0, 60 * 24)


def at(minutes: int) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        lambda organisation, minutes: logged.asked(organisation=organisation, asked_at=at(minutes)),
        st.sampled_from(ORGANISATIONS),
        MINUTES,
    ),
    st.builds(
        lambda member, minutes: logged.answered(member=member, at=at(minutes)),
        st.sampled_from(MEMBERS),
        MINUTES,
    ),
    st.builds(
        lambda member, minutes: logged.released(refused=[member], at=at(minutes)),
        st.sampled_from(MEMBERS),
        MINUTES,
    ),
    st.builds(lambda minutes: logged.policy(at=at(minutes)), MINUTES),
)
CRITERIA = st.builds(
    Criteria,
    kind=st.none() | st.sampled_from(["asked", "answered", "released"]),
    organisation=st.none() | st.sampled_from(ORGANISATIONS),
    member=st.none() | st.sampled_from(MEMBERS),
    outcome=st.none() | st.sampled_from(["answered", "refused"]),
    since=st.none() | MINUTES.map(at),
    until=st.none() | MINUTES.map(at),
)


class GrowingLog(RuleBasedStateMachine):
    @initialize()
    def empty(self) -> None:
        self.log = Log(Signer.from_seed("log.example/hub", bytes(32)))
        self.storage = MemoryStorage(self.log.origin)
        self.log.create(self.storage, now=0)
        self.reference: list[Event] = []
        self.unknown: set[int] = set()
        self.seen = [self.log.checkpoint(self.storage)]
        self.samples: list[tuple[bytes, int, list[int]]] = []

    @rule(events=st.lists(EVENTS, min_size=1, max_size=300))
    def append(self, events: Sequence[Event]) -> None:
        self.log.append(self.storage, [encode(event) for event in events], now=1)
        self.reference += events

    @rule(event=EVENTS, junk=st.binary(max_size=30).map(lambda data: b"?" + data))
    def append_what_a_newer_version_wrote(self, event: Event, junk: bytes) -> None:
        self.log.append(self.storage, [junk], now=1)
        self.unknown.add(len(self.reference))
        self.reference.append(event)  # stands for an entry that nobody here can read

    @rule(criteria=CRITERIA)
    def search(self, criteria: Criteria) -> None:
        entries = enumerate(self.storage.read_entries(0, len(self.reference)))
        expected = [
            Found(number, event)
            for number, event in enumerate(self.reference)
            if number not in self.unknown and criteria.fits(event)
        ]
        assert list(criteria.find(entries)) == expected

    @rule(count=st.integers(1, 20))
    def sample(self, count: int) -> None:
        size = len(self.reference)
        root = self.log.root(self.storage, size)
        self.samples.append((root, size, draw_sample(root, size, count)))

    @rule()
    def export(self) -> None:
        """An export verifies to the last byte, says the same, and extends every head that was seen."""
        with tempfile.TemporaryDirectory() as folder:
            out, policy = Path(folder) / "out", Policy.of(Verifier(self.log.key))
            export(self.log, self.storage, out)
            read: list[bytes] = []
            verify_log(LogDirectory(out), policy, lambda _, entry: read.append(entry))
            known = [encode(event) for event in self.reference]
            assert [e for i, e in enumerate(read) if i not in self.unknown] == [
                e for i, e in enumerate(known) if i not in self.unknown
            ]
            for head in self.seen:
                verify_extends(LogDirectory(out), head, policy)
        self.seen.append(self.log.checkpoint(self.storage))

    @invariant()
    def samples_stay_as_they_were(self) -> None:
        for root, size, drawn in getattr(self, "samples", []):
            assert self.log.root(self.storage, size) == root
            assert draw_sample(root, size, max(len(drawn), 1)) == drawn


GrowingLog.TestCase.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
TestGrowingLog = GrowingLog.TestCase
