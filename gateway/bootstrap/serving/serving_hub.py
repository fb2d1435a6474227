"""Runs a hub until a stop is requested: its web application, and the loops beside it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from flask import Flask

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.index_loop import start_index
from gateway.bootstrap.serving.listener import listener_of
from gateway.bootstrap.serving.metrics import hub_gauges, measured
from gateway.bootstrap.serving.monitor_loop import hub_monitor_cycle, start_monitor
from gateway.bootstrap.serving.refusal_loop import writing_refusals
from gateway.bootstrap.serving.retry_loop import attempt
from gateway.bootstrap.serving.server import LAST_CYCLE_SECONDS, serve
from gateway.bootstrap.serving.shutdown import WAITRESS, Stop
from gateway.bootstrap.serving.unclean_end import check_after_unclean_end
from gateway.bootstrap.setup.layout import Layout, database_url
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.sign_in_setup import hub_place, with_pages
from gateway.config import HubConfig, read_config
from gateway.hub.context import Hub
from gateway.hub.proofs import kept_log
from gateway.hub.releasing import release_round
from gateway.keys.lost_keys import check_not_lost
from gateway.store.engine.log_lock import LogHeldError, StillHeld, hold_log, hold_log_once_free

log = structlog.get_logger()

LOCK_SECONDS = 2.0
"""How often a process checks that it still holds the lock on its log."""


def serve_hub(directory: Path, stop: Stop, *, stand_by: bool = False, server: str = WAITRESS) -> None:
    """Serve until `stop`; with `stand_by`, begin once no other process serves this log.

    Raises AddressError, ConfigError, KeyFileError, LogHeldError or StorageError.
    """
    config = read_config(directory, HubConfig)
    running = partial(running_hub, directory, stand_by=stand_by)
    serve(running, server, listener_of(directory, config), Layout(directory).address, stop)


@contextmanager
def running_hub(directory: Path, stop: Stop, *, stand_by: bool = False) -> Iterator[Flask]:
    """Open the hub's application, with all loops beside it. Raises as `serve_hub` does."""
    config = read_config(directory, HubConfig)
    url = database_url(directory, config)
    hold = hold_log_once_free(url, config.origin, stop.wait) if stand_by else hold_log(url, config.origin)
    with hold as still_held, open_hub(directory) as hub:
        check_not_lost(hub.log.signer, hub.cosigner, hub.reply_signer)
        check_after_unclean_end(Layout(directory), hub)
        threading.Thread(target=_stop_when_lost, args=(still_held, stop), name="lock", daemon=True).start()
        stop.on_stop(hub.notifier.notify)
        closer = threading.Thread(target=_close_questions, args=(hub, stop), name="closer")
        closer.start()
        start_index(kept_log(hub), stop)
        monitor = start_monitor(hub_monitor_cycle(directory, config, hub), config.monitor_seconds, stop.wait)
        try:
            app = with_pages(create_hub_app(hub), directory, config, hub_place(config))
            with writing_refusals(app, stop, directory), measured(app, hub_gauges(hub), config.metrics):
                yield app
        finally:
            stop()
            closer.join()
            monitor.join(LAST_CYCLE_SECONDS)


def _stop_when_lost(still_held: StillHeld, stop: Stop) -> None:
    """Stop this process without the lock, since another process may serve the log."""
    while not stop.wait(LOCK_SECONDS):
        if not still_held():
            log.error("the lock on the log is lost: this process ends, start it again")
            stop()


def is_served(directory: Path) -> bool:
    """Return whether another process serves the hub of this directory. Raises ConfigError."""
    config = read_config(directory, HubConfig)
    try:
        with hold_log(database_url(directory, config), config.origin):
            return False
    except LogHeldError:
        return True


def _close_questions(hub: Hub, stop: Stop) -> None:
    while not stop.asked:
        ticket = hub.answer_notifier.ticket()
        deadline = None
        with attempt("release failed") as tried:
            _, deadline = release_round(hub)
        if tried.failed:
            stop.wait(1.0)
            continue
        longest = timedelta(seconds=60)
        left = longest if deadline is None else min(longest, deadline - hub.clock.now())
        hub.answer_notifier.wait(ticket, max(0.05, left.total_seconds() + 0.01))
