"""The health of the node: its own log and the region's, witnesses, keys, alerts, and a full check."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import redirect

from audit.formats.checkpoint import Checkpoint
from gateway.member.model.signing_key import Duty, Holder
from gateway.member.node.ports import View
from gateway.member.policy.losses_shown import LossShown, losses_shown
from gateway.member.region.log_exchange import other_witnesses, region_keys, region_of
from gateway.watching.model import KeptAlert
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.job_runner import Kind
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.controller.jobs.start_job import begin
from gateway.web.shared.desk import Desk, Model

desk = Desk("controller-health")

PAGE = "/controller/health"


@dataclass(frozen=True)
class Key:
    """A person's key. `here`: the sealed key file is on this node, so that the person can sign here."""

    name: str
    duty: str
    since: datetime
    until: datetime | None
    revoked: bool
    here: bool


@dataclass(frozen=True)
class Log:
    """A log as this node sees the log: entries, and the time of the last confirmation."""

    name: str
    key: str
    entries: int
    confirmed: datetime | None
    by: int
    """The number of cosignatures of the newest checkpoint, and of possible ones."""


@dataclass(frozen=True)
class Concern:
    """A matter for the operator's attention."""

    kind: str
    about: str
    message: str
    since: datetime


@dataclass(frozen=True)
class Health:
    """`unsent`: answers that the hub has not acknowledged. `heard`: the last contact with the hub."""

    member: str
    own: Log
    region: Log
    heard: datetime | None
    fresh: datetime | None
    unsent: int
    waiting: int
    awaited: tuple[str, ...]
    losses: tuple[LossShown, ...]
    keys: tuple[Key, ...]
    concerns: tuple[Concern, ...]
    evidence: int
    examined: Work | None


@desk.page(PAGE, "controller/health.html")
def health() -> Model:
    node = desk_context().node
    job = desk_context().jobs.latest(Kind.EXAMINE)
    with node.store.reading() as view:
        seen = view.watch.seen_by_hub()
        return Health(
            member=node.dictionary.member(node.member).name,
            own=_own(view),
            region=_region(view),
            heard=None if seen is None else seen.heard_at,
            fresh=None if seen is None else seen.fresh_at,
            unsent=len(view.outbox()),
            waiting=len(view.waiting_questions()),
            awaited=tuple(view.recovery.awaited()),
            losses=tuple(losses_shown(node, view)),
            keys=tuple(_keys(view.holders())),
            concerns=tuple(map(_concern, view.watch.alerts(ended=False))),
            evidence=len(view.watch.evidence()),
            examined=None if job is None else shown_work(job),
        )


@desk.form(PAGE)
def examine() -> Model:
    """Begin a full check of everything that the node needs: disk, keys, database, log, hub, clock."""
    begin(Kind.EXAMINE, None)
    return redirect(PAGE, 303)


def _own(view: View) -> Log:
    node, checkpoint, seen = desk_context().node, view.log.latest_checkpoint(), view.watch.seen_by_hub()
    size = 0 if checkpoint is None else checkpoint.size
    cosigned = 0 if seen is None else int(seen.size > 0)
    return Log(node.log.origin, str(node.log.key), size, None if seen is None else seen.heard_at, cosigned)


def _region(view: View) -> Log:
    node = desk_context().node
    latest = view.witness.latest(region_of(node))
    seen = view.watch.seen_by_hub()
    return Log(
        name=region_of(node),
        key=", ".join(region_keys(node, view).valid),
        entries=0 if latest is None else Checkpoint.parse(latest.text).size,
        confirmed=None if seen is None else seen.fresh_at,
        by=len(other_witnesses(node, view)),
    )


def _keys(holders: list[Holder]) -> Iterator[Key]:
    for one in sorted(holders, key=lambda holder: (holder.until is not None, holder.name)):
        duty = "controller" if one.duty is Duty.CONTROLLER else "second person"
        yield Key(one.name, duty, one.since, one.until, one.revoked, desk_context().has_key(one.key))


def _concern(kept: KeptAlert) -> Concern:
    return Concern(kept.alert.kind, kept.alert.about, kept.alert.message, kept.since)
