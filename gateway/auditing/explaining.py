"""An auditor marks an alert as explained: an entry of the log, so that others read by whom and why."""

from audit.events.alert_events import AlertExplained, Explanation
from audit.events.events import encode, whole_second
from audit.formats.commitment import commit
from audit.reading.alerts import Notice
from gateway.auditing.context import KeptLog, Reader
from gateway.auditing.reading_log import ACTOR
from gateway.watching.recovering import check_recovered


def explain_alert(
    kept: KeptLog, reader: Reader, organisation: str, notice: Notice, explanation: Explanation
) -> int:
    """Log that an alert is explained; returns the entry's number. The alert names at least one entry.

    Raises StorageError, and RecoveringError while a restored log may not grow.
    """
    now = kept.clock.now()
    actor = commit(ACTOR, reader.name.encode())
    event = AlertExplained(
        actor=actor.commitment,
        organisation=organisation,
        role=reader.role,
        alert=notice.kind.value,
        about=notice.about,
        first=min(notice.numbers),
        last=max(notice.numbers),
        explanation=explanation,
        at=whole_second(now),
    )
    with kept.store.writing() as work:
        check_recovered(work.recovery)
        index = kept.log.append(work.log, [encode(event)], int(now.timestamp()))[0]
        work.keep_opening(ACTOR, actor, because=index)
    return index
