"""The operator is told while refused attempts are so many that they are only counted."""

from collections.abc import Sequence
from datetime import timedelta

from logged import MONDAY, asked
from memory_log import MemoryStorage

from audit.events.account_events import AccessRefused
from audit.events.events import Event, encode
from audit.formats.note import Signer
from audit.log.log import Log
from audit.reading.alerts import Thresholds
from gateway.auditing.suppressed import suppressed_alerts

NOW = MONDAY + timedelta(days=1)


def refused(before: timedelta, times: int, action: str = "ask") -> AccessRefused:
    return AccessRefused(None, None, None, action, "not-signed-in", times, NOW - before)


def alerts(*events: Event) -> Sequence[tuple[str, tuple[int, ...]]]:
    log, storage = Log(Signer.generate("log.example/hub")), MemoryStorage()
    log.create(storage, 0)
    log.append(storage, [encode(event) for event in events], 0)
    found = suppressed_alerts(storage, log.origin, Thresholds(), NOW)
    return [(each.message, each.entries) for each in found]


def test_what_was_counted_within_the_hour_is_told_with_its_kinds() -> None:
    minute, old = timedelta(minutes=1), [asked(asked_at=NOW - timedelta(hours=9))] * 600
    many = (refused(9 * minute, 60), refused(8 * minute, 1), refused(7 * minute, 5, "audit"), asked())

    (found,) = alerts(refused(timedelta(hours=10), 70), *old, *many)

    assert found[0].startswith(
        "65 refused attempts were counted, not logged one by one: 60 × ask (not-signed-in), 5 × audit"
    )
    assert "safelane log list --type access-refused" in found[0]
    assert found[1] == (601, 603)


def test_it_ends_with_the_hour_and_few_raise_none() -> None:
    assert alerts() == []
    assert alerts(*[refused(timedelta(minutes=n), 1) for n in range(30)]) == []
    assert alerts(refused(timedelta(minutes=1), 9)) == []
    assert alerts(refused(timedelta(hours=2), 90), asked()) == []
