"""Alerts stay open until the reported problem is gone; each alert begins and ends once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog

from audit.formats.evidence import Finding
from audit.formats.vkey import VerifierKey
from gateway.watching.keys import key_change
from gateway.watching.model import Alert, Concern, KeptEvidence
from gateway.watching.ports import WatchView
from gateway.watching.witnessing import Transaction

log = structlog.get_logger()


def raise_alerts(transaction: Transaction, found: Iterable[Alert], now: datetime) -> list[Alert]:
    """Keep the alerts found in this cycle, close the alerts no longer found; returns the new alerts.

    Evidence does not end: the contradiction of a log stays true.
    """
    current = {alert.key: alert for alert in found}
    with transaction() as notes:
        known = {kept.alert.key: kept.alert for kept in notes.watch.alerts(ended=False)}
        new = [alert for key, alert in current.items() if key not in known]
        over = [alert for key, alert in known.items() if key not in current]
        for alert in new:
            notes.watch.begin_alert(alert, now)
        for alert in over:
            notes.watch.end_alert(alert, now)
    for alert in new:
        log.warning(
            "alert",
            kind=alert.kind,
            log=alert.origin,
            about=alert.about,
            reason=alert.message,
            entries=list(alert.entries),
        )
    for alert in over:
        log.info("alert ended", kind=alert.kind, log=alert.origin, about=alert.about)
    return new


def key_alerts(watch: WatchView, origin: str, keys: Sequence[str], what: str = "key") -> list[Alert]:
    """Return an alert for the newest key of a log with a changed key: to be compared by voice, like the first
    key.
    """
    if len(keys) < 2:
        return []
    changes = [(n, key_change(entry)) for n, entry in watch.key_changes(origin)]
    number = max(n for n, change in changes if change is not None and change.present == keys[0])
    message = f"{origin} announced a new {what} under its former one; compare it by voice: {keys[0]}"
    return [Alert(Concern.NEW_KEY, origin, VerifierKey.parse(keys[0]).key_id.hex(), message, (number,))]


def _said(kept: KeptEvidence) -> str:
    if kept.finding is Finding.FORMER_KEY:
        return (
            f"another history of {kept.origin} is signed by a key alone that the log had replaced: somebody "
            "may have stolen that key; compare the newest checkpoints with the log's operator by telephone"
        )
    return (
        f"two checkpoints signed by {kept.origin} do not fit each other; tell every member, and check the "
        "bundle with `python -m audit verify`"
    )


def evidence_alerts(watch: WatchView) -> list[Alert]:
    """Return an alert for every bundle of evidence."""
    return [
        Alert(
            Concern.CONTRADICTION,
            kept.origin,
            kept.id,
            f"{kept.finding.value}: {_said(kept)}",
            evidence=kept.id,
        )
        for kept in watch.evidence()
    ]
