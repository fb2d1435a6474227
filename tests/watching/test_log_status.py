"""What an auditor is shown of the witnesses, whatever times their cosignatures state."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from logged import MONDAY, asked
from memory_log import MemoryStorage

from audit.events.events import encode
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.log import Log
from audit.reading.alerts import NoticeKind
from gateway.auditing.alerts import find_notices
from gateway.auditing.context import KeptLog
from gateway.auditing.log_status import LogStatus, log_status

NOW = MONDAY + timedelta(hours=2)
YEAR_36812 = 1_099_511_627_775


@dataclass
class Kept:
    """A log in memory, and the cosigners that are its witnesses."""

    witnesses: Sequence[Cosigner]

    def __post_init__(self) -> None:
        self.storage = MemoryStorage()
        self.log = Log(Signer.from_seed("log.example/hub", bytes(range(32))))
        self.log.create(self.storage, 1)
        self.log.append(self.storage, [encode(asked())], int(MONDAY.timestamp()))

    def cosigned(self, *times: int | None) -> None:
        note = self.log.checkpoint(self.storage)
        checkpoint = Checkpoint.parse(note.text)
        pairs = zip(self.witnesses, times, strict=True)
        lines = [each.cosign(checkpoint, at) for each, at in pairs if at is not None]
        self.storage.add_cosignatures(checkpoint.size, lines)

    def kept(self) -> KeptLog:
        @contextmanager
        def reading() -> Iterator[SimpleNamespace]:
            yield SimpleNamespace(log=self.storage)

        store, clock = SimpleNamespace(reading=reading), SimpleNamespace(now=lambda: NOW)
        return KeptLog(self.log, store, clock, witnesses=lambda: [w.key for w in self.witnesses])  # type: ignore[arg-type]

    def status(self) -> LogStatus:
        found = log_status(self.kept())
        assert found is not None
        return found


def witness(name: str, number: int) -> Cosigner:
    return Cosigner.from_seed(name, bytes([number] * 32))


def test_a_cosignature_of_1970_is_shown_and_one_of_a_far_future_counts_for_nothing() -> None:
    kept = Kept([witness(f"w{n}.example", n) for n in range(3)])
    kept.cosigned(1, YEAR_36812, int((NOW + timedelta(minutes=6)).timestamp()))

    found = kept.status()

    assert [(w.size, w.at) for w in found.witness_statuses] == [
        (1, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (None, None),
        (None, None),
    ]
    assert found.reached == 0
    assert [n.numbers for n in find_notices(kept.kept()) if n.kind is NoticeKind.UNWITNESSED] == [(0,)]


def test_two_witnesses_of_one_name_count_once() -> None:
    kept = Kept([witness("one.example", 1), witness("one.example", 2), witness("other.example", 3)])
    now = int(NOW.timestamp())
    kept.cosigned(now, now, None)

    found = kept.status()

    assert [w.size for w in found.witness_statuses] == [1, 1, None]
    assert found.reached == 0  # one of two witnesses is not more than half of them
    unwitnessed = [n for n in find_notices(kept.kept(), needed=2) if n.kind is NoticeKind.UNWITNESSED]
    assert [n.numbers for n in unwitnessed] == [(0,)]
