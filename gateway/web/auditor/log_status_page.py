"""The log status: the checkpoint, its witnesses and the time of their cosignatures, and alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from audit.events.event_values import ReadAction
from audit.reading.alerts import Notice
from gateway.api.audit_reading import reading
from gateway.api.services import audited
from gateway.auditing.log_status import LogStatus, WitnessStatus, log_status
from gateway.watching.model import KeptAlert
from gateway.web.shared.desk import Desk, Model

OLD = timedelta(minutes=10)
"""A witness whose last cosignature is older than the checkpoint, and than this, is marked."""

MOST = 100
"""Notices on one page."""

desk = Desk("audit-watch")


@dataclass(frozen=True)
class WitnessRow:
    """A witness and its last cosignature: the age in words, and the distance behind the checkpoint."""

    witness: str
    key: str
    size: int | None
    at: datetime | None
    age: str
    behind: int
    late: bool


@dataclass(frozen=True)
class CheckpointPage:
    checkpoint: LogStatus | None
    witnesses: tuple[WitnessRow, ...]
    signed_ago: str


@dataclass(frozen=True)
class AlertRow:
    kind: str
    about: str
    message: str
    since: datetime
    ended: datetime | None
    entries: tuple[int, ...]


@dataclass(frozen=True)
class AlertsPage:
    """`notices` follow from the first `size` entries as of `at`, `watched` from observations of other logs.

    `more` is the number of further notices beside the shown notices; `searching` while the first are sought.
    """

    notices: tuple[Notice, ...]
    more: int
    size: int
    at: datetime | None
    watched: tuple[AlertRow, ...]

    @property
    def searching(self) -> bool:
        return self.at is None


@desk.page("/audit/checkpoint", "auditor/checkpoint.html")
def audit_checkpoint() -> Model:
    kept = audited().kept
    found, now = log_status(kept), kept.clock.now()
    if found is None:
        return CheckpointPage(None, (), "")
    witnesses = tuple(_witness_row(found, each, now) for each in found.witness_statuses)
    return CheckpointPage(found, witnesses, ago(now - found.signed_at))


@desk.page("/audit/alerts", "auditor/alerts.html")
def audit_alerts() -> Model:
    kept = reading(ReadAction.ALERTS, {})
    with kept.store.reading() as view:
        watched = _kept(view.watch.alerts(ended=True))
    found = audited().board.latest(kept)
    if found is None:
        return AlertsPage((), 0, 0, None, watched)
    newest = sorted(found.notices, key=lambda one: max(one.numbers, default=0), reverse=True)
    return AlertsPage(tuple(newest[:MOST]), len(newest[MOST:]), found.size, found.at, watched)


def ago(time: timedelta) -> str:
    """The age in plain words: the largest unit that fits."""
    seconds = max(0, int(time.total_seconds()))
    if seconds < 60:
        return gettext("less than a minute ago")
    if seconds < 3600:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", seconds // 60)
    if seconds < 2 * 86400:
        return ngettext("%(num)d hour ago", "%(num)d hours ago", seconds // 3600)
    return ngettext("%(num)d day ago", "%(num)d days ago", seconds // 86400)


def _witness_row(checkpoint: LogStatus, witness: WitnessStatus, now: datetime) -> WitnessRow:
    if witness.size is None or witness.at is None:
        return WitnessRow(witness.witness, witness.key, None, None, "", checkpoint.size, late=True)
    age = now - witness.at
    behind = checkpoint.size - witness.size
    return WitnessRow(
        witness.witness,
        witness.key,
        witness.size,
        witness.at,
        ago(age),
        behind,
        late=behind > 0 and age > OLD,
    )


def _kept(alerts: Sequence[KeptAlert]) -> tuple[AlertRow, ...]:
    """Open alerts first, then the newest of the closed alerts."""
    rows = [
        AlertRow(a.alert.kind, a.alert.about, a.alert.message, a.since, a.ended, tuple(a.alert.entries))
        for a in alerts
    ]
    return tuple(sorted(rows, key=lambda row: (row.ended is not None, -row.since.timestamp())))[:MOST]
