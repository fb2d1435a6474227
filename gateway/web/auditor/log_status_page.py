"""The log status: the checkpoint, its witnesses and the time of their cosignatures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from gateway.api.services import audited
from gateway.auditing.log_status import LogStatus, WitnessStatus, log_status
from gateway.web.shared.desk import Desk, Model

OLD = timedelta(minutes=10)
"""A witness whose last cosignature is older than the checkpoint, and than this, is marked."""

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


@desk.page("/audit/checkpoint", "auditor/checkpoint.html")
def audit_checkpoint() -> Model:
    kept = audited().kept
    found, now = log_status(kept), kept.clock.now()
    if found is None:
        return CheckpointPage(None, (), "")
    witnesses = tuple(_witness_row(found, each, now) for each in found.witness_statuses)
    return CheckpointPage(found, witnesses, ago(now - found.signed_at))


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
