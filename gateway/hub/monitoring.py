"""One cycle of the hub's monitor (RFC 9162): checks of logs that would go unnoticed otherwise."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence import Evidence, Finding
from audit.log.checked_reading import as_stored
from audit.log.policy import Policy
from gateway.hub.context import Hub
from gateway.hub.log_exchange import log_keys_of, origin_of, witness_keys_of
from gateway.hub.model import Presence
from gateway.hub.ports import View
from gateway.hub.witnessing import is_whole_again
from gateway.watching.alerting import evidence_alerts, key_alerts, raise_alerts
from gateway.watching.clocks import Tick, clock_alerts
from gateway.watching.model import Alert, Concern
from gateway.watching.quorum import members_policy, quorum_alerts
from gateway.watching.reconciling import Compared, Entries, Horizon, alert_of, answers_in, compare_logs
from gateway.wire.enrolment import Enrolment

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class MonitorRules:
    """`policy`: the witnesses that must have cosigned; None: more than half of the members.

    `patience`: the longest delay without an alert.
    """

    policy: Policy | None = None
    patience: timedelta = timedelta(minutes=5)


def monitor(hub: Hub, rules: MonitorRules, before: Tick | None, now: Tick, also: list[Alert]) -> list[Alert]:
    """Check checkpoints, cosignatures, clock and open questions, and compare members' logs; returns new
    alerts.

    `also`: alerts found elsewhere that are open as well.
    """
    with hub.store.reading() as view:
        members = view.enrolments()
        present = {seen.member: seen for seen in view.presence()}
        found = [
            *also,
            *clock_alerts(hub.log.origin, view.log.latest_checkpoint(), before, now),
            *quorum_alerts(
                hub.log, view.log, rules.policy or _majority(hub, view, members), now.clock, rules.patience
            ),
        ]
        for member in members:
            found += _heard(hub, view, member, present.get(member.member), rules.patience)
            found += key_alerts(view.watch, origin_of(member), log_keys_of(hub, view, member).all)
        found += _convictions(hub, view, {alert.evidence for alert in found})
    for member in members:
        found += reconcile_member(hub, member, present.get(member.member), rules.patience)
    return raise_alerts(hub.store.notes, found, now.clock)


def _convictions(hub: Hub, view: View, named: Collection[str | None]) -> list[Alert]:
    """An alert for each bundle that no alert names yet. A rollback of this log is over once it is whole."""
    over = {kept.id for kept in view.watch.evidence() if is_whole_again(hub, view, kept)}
    return [alert for alert in evidence_alerts(view.watch) if alert.evidence not in {*named, *over}]


def reconcile_member(
    hub: Hub, member: Enrolment, present: Presence | None, patience: timedelta
) -> list[Alert]:
    """Compare the regional log with a member's log; questions on which both logs agree are settled for
    good.
    """
    origin = origin_of(member)
    with hub.store.reading() as view:
        pending = set(view.unsettled(member.member, origin))
        own = view.watch.copied_entries(origin)
        latest = view.witness.latest(origin)
        complete = latest is not None and (
            Checkpoint.parse(latest.text).size == view.watch.copied(origin).size
        )
        regional = _regional(hub, view, pending, own)
    until = present.last_seen.replace(microsecond=0) if present is not None and complete else NEVER
    compared = compare_logs(
        hub.log.origin, member.member, regional, own, Horizon(hub.clock.now(), until, patience)
    )
    _settle(hub, origin, compared, pending & compared.settled, own)
    return [alert_of(each, hub.log.origin, member.member) for each in compared.differences]


def _regional(hub: Hub, view: View, pending: Collection[int], own: Entries) -> list[tuple[int, bytes]]:
    """The regional entries about pending questions, and about the questions in the member's entries."""
    checkpoint = view.log.latest_checkpoint()
    size = 0 if checkpoint is None else checkpoint.size
    spoken = [event.asked for _, event in answers_in(own)]
    wanted = {*pending, *(a.index for a in spoken if a.origin == hub.log.origin and a.index < size)}
    numbers = sorted({*wanted, *view.released_indexes(wanted)})
    return [(number, hub.log.entry(as_stored(view.log), number)) for number in numbers]


def _settle(hub: Hub, origin: str, compared: Compared, settled: Collection[int], own: Entries) -> None:
    """Settle the questions on which both logs agree; entries about no question of ours are dropped."""
    spoken = dict(answers_in(own))
    over = [
        number for number, _ in own if number not in spoken or spoken[number].asked.index in compared.settled
    ]
    if settled or over:
        with hub.store.notes() as notes:
            notes.watch.settle(origin, settled)
            notes.watch.forget_copied(origin, over)


def _majority(hub: Hub, view: View, members: Sequence[Enrolment]) -> Policy:
    witnesses = {member.member: witness_keys_of(hub, view, member).valid for member in members}
    keys = [str(key) for key in hub.log.keys(int(hub.clock.now().timestamp()))]
    return members_policy(keys, witnesses, len(members) // 2 + 1 if members else 0)


def _shown_rollback(hub: Hub, view: View, size: int) -> str | None:
    """The bundle that a member with so many entries has shown, which this log does not have."""
    for kept in view.watch.evidence():
        seen = Checkpoint.parse(Evidence.parse(kept.bundle).first.text)
        if (kept.finding, seen.origin, seen.size) == (Finding.ROLLBACK, hub.log.origin, size):
            return kept.id
    return None


def _heard(
    hub: Hub, view: View, member: Enrolment, present: Presence | None, patience: timedelta
) -> list[Alert]:
    """Whether a member calls, has our present checkpoint, and shows its own log."""
    code, now = member.member, hub.clock.now()
    if present is None:
        return []
    # Also where its last call was noted by a clock that was set back since.
    if abs(now - present.last_seen) > patience:
        message = f"{code} has not called since {present.last_seen:%Y-%m-%d %H:%M:%S}Z"
        return [Alert(Concern.SILENT, hub.log.origin, code, message)]
    alerts = []
    checkpoint = view.log.latest_checkpoint()
    size = 0 if checkpoint is None else checkpoint.size
    if present.witnessed_size > size:
        message = (
            f"rollback: {code} has witnessed {present.witnessed_size} entries, and this log has only {size}; "
            "restore the newest backup"
        )
        alerts.append(
            Alert(
                Concern.CONTRADICTION,
                hub.log.origin,
                code,
                message,
                evidence=_shown_rollback(hub, view, present.witnessed_size),
            )
        )
    old = view.log.checkpoint_signed_by(int((present.last_seen - patience).timestamp()))
    if old is not None and present.witnessed_size < old.size:
        message = f"{code} has witnessed {present.witnessed_size} entries, and not yet {old.size}"
        alerts.append(Alert(Concern.BEHIND, hub.log.origin, code, message, (present.witnessed_size,)))
    if present.checkpoint is None:
        message = f"{code} calls, and shows no checkpoint of its own log"
        alerts.append(Alert(Concern.SILENT, origin_of(member), code, message))
    return alerts
