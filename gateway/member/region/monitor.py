"""One cycle of a node's monitor (RFC 9162): checks of logs that would go unnoticed otherwise."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.log.checked_reading import as_stored
from audit.log.policy import Policy
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.region.hub_reply_keys import followed_reply_keys
from gateway.member.region.log_exchange import other_witnesses, region_keys, region_of
from gateway.member.region.taking_back import is_recovering
from gateway.watching.alerting import evidence_alerts, key_alerts, raise_alerts
from gateway.watching.clocks import Tick, clock_alerts
from gateway.watching.model import Alert, Concern
from gateway.watching.quorum import quorum_alerts
from gateway.watching.reconciling import Horizon, alert_of, answers_in, compare_logs

ALWAYS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class MonitorRules:
    """`policy`: the witnesses that must have cosigned the node's own log, if any. `patience` as on the
    hub.
    """

    policy: Policy | None = None
    patience: timedelta = timedelta(minutes=5)


def monitor(
    node: Node, rules: MonitorRules, before: Tick | None, now: Tick, also: list[Alert]
) -> list[Alert]:
    """Check checkpoints, cosignatures, clock and open questions, and compare with the regional log; returns
    new alerts.

    `also`: alerts found elsewhere that are open as well.
    """
    with node.store.reading() as view:
        found = [
            *also,
            *evidence_alerts(view.watch),
            *clock_alerts(node.log.origin, view.log.latest_checkpoint(), before, now),
            *_heard(node, view, now.clock, rules.patience),
            *key_alerts(view.watch, region_of(node), region_keys(node, view).all),
            *key_alerts(
                view.watch, region_of(node), followed_reply_keys(node, view).all, "key of the hub's replies"
            ),
        ]
        if rules.policy is not None:
            found += quorum_alerts(node.log, view.log, rules.policy, now.clock, rules.patience)
        recovering = is_recovering(view)
    if not recovering:  # else its own log lacks what the regional log knows of it
        found += reconcile_region(node, rules.patience)
    return raise_alerts(node.store.notes, found, now.clock)


def reconcile_region(node: Node, patience: timedelta) -> list[Alert]:
    """Compare the node's log with the entries of the regional log about the node.

    Questions on which both logs agree are settled for good.
    """
    region = region_of(node)
    with node.store.reading() as view:
        copied = view.watch.copied_entries(region)
        log = as_stored(view.log)  # of a damaged entry both logs differ, which is told like any difference
        own = [(number, node.log.entry(log, number)) for number in view.unsettled(region)]
    horizon = Horizon(node.clock.now(), ALWAYS, patience)
    compared = compare_logs(region, node.member, copied, own, horizon)
    answered = {event.asked.index for _, event in answers_in(own)}
    over = [number for number, _ in copied if number in compared.about]
    if over:
        with node.store.notes() as notes:
            notes.watch.settle(region, compared.settled & answered)
            notes.watch.forget_copied(region, over)
    return [alert_of(each, region, node.member) for each in compared.differences]


def _heard(node: Node, view: View, now: datetime, patience: timedelta) -> list[Alert]:
    """Whether the hub answers, and has witnessed this node's log."""
    seen = view.watch.seen_by_hub()
    if seen is None:
        return []
    # Also where it was heard at a time that has not come, by a clock that was set back since.
    if abs(now - seen.heard_at) > patience:
        message = f"the hub has not been heard since {seen.heard_at:%Y-%m-%d %H:%M:%S}Z"
        return [Alert(Concern.SILENT, region_of(node), "hub", message)]
    if abs(now - seen.fresh_at) > patience and other_witnesses(node, view):
        message = (
            f"no other member has confirmed the hub's checkpoint since {seen.fresh_at:%Y-%m-%d %H:%M:%S}Z: "
            "they may be away, or this node is kept at an old one; compare checkpoints with another member"
        )
        return [Alert(Concern.BEHIND, region_of(node), node.member, message)]
    old = view.log.checkpoint_signed_by(int((seen.heard_at - patience).timestamp()))
    if old is not None and seen.size < old.size:
        message = f"the hub has witnessed {seen.size} entries of this node's log, and not yet {old.size}"
        return [Alert(Concern.BEHIND, node.log.origin, "hub", message, (seen.size,))]
    return []
