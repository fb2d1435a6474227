"""The monitor of a hub or a node: asks witnesses, compares logs and raises alerts at regular intervals."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Protocol

import structlog

from audit.errors import AuditError
from audit.log.policy import Policy
from audit.witness.client import ask_witnesses
from gateway.auditing.suppressed import suppressed_alerts
from gateway.bootstrap.setup.certificate import certificate_files
from gateway.bootstrap.upkeep.evidence_files import write_evidence
from gateway.config import ConfigError, HubConfig, MemberConfig
from gateway.errors import SafelaneError
from gateway.hub import monitoring as hub_monitoring
from gateway.hub.context import Hub
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink
from gateway.member.region import monitor as member_monitoring
from gateway.member.region.public_log import compare_with_public
from gateway.watching.certificates import certificate_alerts
from gateway.watching.clocks import Tick
from gateway.watching.model import Alert
from gateway.watching.ports import WatchView
from gateway.watching.quorum import Gathering, gather, witness_alerts

log = structlog.get_logger()

WITNESS_SECONDS = 5.0
"""Longest wait for a witness's reply. Only the monitor waits for witnesses."""


def log_policy(directory: Path, config: HubConfig | MemberConfig) -> Policy | None:
    """Return the tlog-policy that the settings name, or None. Raises ConfigError."""
    if not config.log_policy:
        return None
    path = directory / config.log_policy
    try:
        return Policy.parse(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", remedy="See log_policy.") from None
    except AuditError as error:
        raise ConfigError(
            f"{path} is no policy of a transparency log: {error}.",
            remedy="Its format is https://c2sp.org/tlog-policy.",
        ) from None


def hub_monitor_cycle(directory: Path, config: HubConfig, hub: Hub) -> Callable[[], None]:
    """Return one cycle of the hub's monitor as a function. Raises ConfigError."""
    policy = log_policy(directory, config)
    rules = hub_monitoring.MonitorRules(policy, timedelta(seconds=config.monitor_patience_seconds))
    memory, ticks = Gathering(), Ticks()

    def cycle() -> None:
        if policy is not None and policy.urls:
            ask = partial(ask_witnesses, policy, timeout=WITNESS_SECONDS)
            gather(hub.log, hub.store.reading, hub.store.notes, ask, memory)
        before, now = ticks.next(Tick(hub.clock.now(), time.monotonic()))
        also = witness_alerts(hub.log.origin, memory.failures)
        also += certificate_alerts(hub.log.origin, _end_of_certificate(directory, config), hub.clock.now())
        also += _suppressed(hub)
        hub_monitoring.monitor(hub, rules, before, now, also)
        show_evidence(directory, hub.store)

    return cycle


def member_monitor_cycle(
    directory: Path, config: MemberConfig, node: Node, link: HubLink
) -> Callable[[], None]:
    """Return one cycle of a node's monitor as a function, which alone uses `link`. Raises ConfigError."""
    policy = log_policy(directory, config)
    rules = member_monitoring.MonitorRules(policy, timedelta(seconds=config.monitor_patience_seconds))
    memory, ticks = Gathering(), Ticks()

    def cycle() -> None:
        if policy is not None and policy.urls:
            ask = partial(ask_witnesses, policy, timeout=WITNESS_SECONDS)
            gather(node.log, node.store.reading, node.store.notes, ask, memory)
        try:
            compare_with_public(node, link.public_checkpoint(), link.public_resource)
        except SafelaneError as error:
            log.info("the hub's public log was not seen", reason=error.message)
        before, now = ticks.next(Tick(node.clock.now(), time.monotonic()))
        also = witness_alerts(node.log.origin, memory.failures)
        also += certificate_alerts(node.log.origin, _end_of_certificate(directory, config), node.clock.now())
        also += _suppressed(node)
        member_monitoring.monitor(node, rules, before, now, also)
        show_evidence(directory, node.store)

    return cycle


def _suppressed(side: Hub | Node) -> list[Alert]:
    with side.store.reading() as view:
        return suppressed_alerts(view.log, side.log.origin, side.thresholds, side.clock.now())


def _end_of_certificate(directory: Path, config: HubConfig | MemberConfig) -> datetime | None:
    """Return when the own certificate ends, as the files are now. Raises ConfigError."""
    files = certificate_files(directory, config)
    return None if files is None else files.ends()


class _HasWatch(Protocol):
    @property
    def watch(self) -> WatchView: ...


class _Store(Protocol):
    def reading(self) -> AbstractContextManager[_HasWatch]: ...


def show_evidence(directory: Path, store: _Store) -> list[Path]:
    """Write the evidence in a hub's or node's database into files beside the database; returns the files."""
    with store.reading() as view:
        return write_evidence(directory, view.watch.evidence())


class Ticks:
    """Remembers the time of the last cycle."""

    def __init__(self) -> None:
        self._last: Tick | None = None

    def next(self, now: Tick) -> tuple[Tick | None, Tick]:
        before, self._last = self._last, now
        return before, now


def start_monitor(cycle: Callable[[], None], seconds: float, wait: Callable[[float], bool]) -> Thread:
    """Call `cycle` on a separate thread every `seconds`, until `wait` returns true.

    A failed cycle is logged, and the next cycle tries again. A daemon thread: no witness delays the end.
    """
    thread = Thread(target=_run_monitor, args=(cycle, seconds, wait), name="monitor", daemon=True)
    thread.start()
    return thread


def _run_monitor(cycle: Callable[[], None], seconds: float, wait: Callable[[float], bool]) -> None:
    while not wait(seconds):
        try:
            cycle()
        except (SafelaneError, AuditError, OSError) as error:
            log.error("monitor failed", reason=str(error))
        except Exception as error:  # noqa: BLE001 - nobody would miss a monitor that has ended
            log.error("monitor failed", reason=type(error).__name__)
