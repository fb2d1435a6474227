"""Runs a hub or a node until it is told to stop: its web application, and the loop beside it."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from flask import Flask

from gateway.api.app import create_hub_app, create_node_app
from gateway.bootstrap.attempts import attempt
from gateway.bootstrap.count_worker import CountWorker
from gateway.bootstrap.desk import controller_bench
from gateway.bootstrap.entering import hub_place, node_place, with_pages
from gateway.bootstrap.guarding import hub_guard, member_guard, show_evidence, start_guard
from gateway.bootstrap.hub import open_hub
from gateway.bootstrap.layout import Layout, database_url
from gateway.bootstrap.member import count_link, hub_link, open_member
from gateway.bootstrap.metrics import hub_gauges, measured, node_gauges
from gateway.bootstrap.publishing_address import publish
from gateway.bootstrap.stopping import GUNICORN, WAITRESS, Stop
from gateway.bootstrap.webserver import WebServer
from gateway.config import HubConfig, MemberConfig, read_config
from gateway.hub.context import Hub
from gateway.hub.count_rounds import count_due
from gateway.hub.releasing import next_deadline, release_due
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
from gateway.member.ports import HubLink
from gateway.member.rounds import run_round
from gateway.member.tending import tend
from gateway.store.log_lock import LogHeldError, StillHeld, hold_log, hold_log_once_free
from gateway.web.controller.bench import KEY as CONTROLLER

log = structlog.get_logger()

POLL_SECONDS = 20.0
LOCK_SECONDS = 2.0
"""How often a process looks whether it holds its log still."""
LAST_CYCLE_SECONDS = 3.0
"""How long the end waits for a cycle of the guard that is under way."""
TEND_SECONDS = 15.0
"""How often a node looks whether the first day of a signed policy has come."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds between attempts while the hub is away: doubled each time."""


Running = Callable[[Stop], AbstractContextManager[Flask]]


def serve_hub(directory: Path, stop: Stop, *, stand_by: bool = False, server: str = WAITRESS) -> None:
    """Serve until `stop`; with `stand_by`, once no other process serves this log any more.

    Raises AddressError, ConfigError, KeyFileError, LogHeldError or StorageError.
    """
    config = read_config(directory, HubConfig)
    running = partial(running_hub, directory, stand_by=stand_by)
    _serve(running, server, config.listen, Layout(directory).address, stop)


@contextmanager
def running_hub(directory: Path, stop: Stop, *, stand_by: bool = False) -> Iterator[Flask]:
    """The hub's application, with everything that runs beside it. Raises as `serve_hub` does."""
    config = read_config(directory, HubConfig)
    url = database_url(directory, config)
    hold = hold_log_once_free(url, config.origin, stop.wait) if stand_by else hold_log(url, config.origin)
    with hold as still_held, open_hub(directory) as hub:
        threading.Thread(target=_stop_when_lost, args=(still_held, stop), name="lock", daemon=True).start()
        stop.on_stop(hub.bell.ring)
        closer = threading.Thread(target=_close_questions, args=(hub, stop), name="closer")
        closer.start()
        threading.Thread(target=_count_runs, args=(hub, stop), name="counter", daemon=True).start()
        guard = start_guard(hub_guard(directory, config, hub), config.guard_seconds, stop.wait)
        try:
            app = with_pages(create_hub_app(hub), directory, config, hub_place(config))
            with measured(app, hub_gauges(hub), config.metrics):
                yield app
        finally:
            stop()
            closer.join()
            guard.join(LAST_CYCLE_SECONDS)


def _stop_when_lost(still_held: StillHeld, stop: Stop) -> None:
    """Without the lock another process may serve the log: this one must not go on."""
    while not stop.wait(LOCK_SECONDS):
        if not still_held():
            log.error("the lock on the log is lost: this process ends, start it again")
            stop()


def is_served(directory: Path) -> bool:
    """Whether another process serves the hub of this directory. Raises ConfigError."""
    config = read_config(directory, HubConfig)
    try:
        with hold_log(database_url(directory, config), config.origin):
            return False
    except LogHeldError:
        return True


def serve_member(directory: Path, stop: Stop, hub_url: str | None = None, *, server: str = WAITRESS) -> None:
    """Answer the questions of the hub, at `hub_url` if given, until `stop`. Raises as `serve_hub` does."""
    config = read_config(directory, MemberConfig)
    running = partial(running_member, directory, hub_url)
    _serve(running, server, config.listen, Layout(directory).address, stop)


@contextmanager
def running_member(directory: Path, hub_url: str | None, stop: Stop) -> Iterator[Flask]:
    """The node's application, with everything that runs beside it. Raises as `serve_hub` does."""
    config = read_config(directory, MemberConfig)
    with hold_log(database_url(directory, config), config.member), open_member(directory) as node:
        shelf = CubeShelf(node.dictionary, node.member, node.store)
        shelf.refresh()
        link = hub_link(directory, hub_url)

        def tend_policies() -> None:
            while not stop.asked:
                with attempt("policy does not come into force", member=node.member):
                    tend(node, shelf)
                stop.wait(TEND_SECONDS)

        # At the start, then again and again: a policy begins on its day by itself.
        threading.Thread(target=tend_policies, name="policies", daemon=True).start()
        cycle = member_guard(directory, config, node, hub_link(directory, hub_url))
        guard = start_guard(cycle, config.guard_seconds, stop.wait)
        # A daemon: a long poll under way must not hold up the end. Whatever it has logged is durable.
        worker = CountWorker(count_link(directory, hub_url), node, stop.wait)
        worker.start()
        rounds = (directory, Rounds(node, shelf, link, worker), stop)
        threading.Thread(target=_keep_rounds, args=rounds, name="rounds", daemon=True).start()
        try:
            place = node_place(node.dictionary.member(node.member).name)
            app = with_pages(create_node_app(node), directory, config, place)
            app.extensions[CONTROLLER] = desk = controller_bench(directory, node, shelf)
            stop.on_stop(desk.jobs.close)
            with measured(app, node_gauges(node), config.metrics):
                yield app
        finally:
            stop()
            guard.join(LAST_CYCLE_SECONDS)


@dataclass(frozen=True)
class Rounds:
    """What a node makes its rounds with."""

    node: Node
    shelf: CubeShelf
    link: HubLink
    worker: CountWorker


def _keep_rounds(directory: Path, made: Rounds, stop: Stop) -> None:
    node, worker = made.node, made.worker
    pause = FIRST_PAUSE
    while not stop.asked:
        fruitless = True
        with attempt("round failed", member=node.member) as tried:
            done = run_round(node, made.shelf, made.link, POLL_SECONDS, worker.busy)
            worker.told(done.counts)
            fruitless = done.refused > 0 and done.answered == 0
        if tried.failed:
            with attempt("evidence not shown", member=node.member):
                show_evidence(directory, node.store)
        # A hub that is away, or that repeats what was answered, must not keep the node busy.
        pause = min(2 * pause, LONGEST_PAUSE) if fruitless else FIRST_PAUSE
        if fruitless:
            stop.wait(pause)


def _count_runs(hub: Hub, stop: Stop) -> None:
    """Count lists that everybody has passed on: on a thread of its own, for it takes a while."""
    while not stop.asked:
        ticket = hub.bell.ticket()
        with attempt("count failed") as tried:
            for run in count_due(hub):
                log.info("run of counting once is over", run=run)
        if tried.failed:
            stop.wait(1.0)
        hub.bell.wait(ticket, 60.0)


def _close_questions(hub: Hub, stop: Stop) -> None:
    while not stop.asked:
        ticket = hub.bell.ticket()
        deadline = None
        with attempt("release failed") as tried:
            release_due(hub)
            deadline = next_deadline(hub)
        if tried.failed:
            stop.wait(1.0)
            continue
        longest = timedelta(seconds=60)
        left = longest if deadline is None else min(longest, deadline - hub.clock.now())
        hub.bell.wait(ticket, max(0.05, left.total_seconds() + 0.01))


def _serve(running: Running, server: str, listen: str, address: Path, stop: Stop) -> None:
    if server == GUNICORN:
        # Imported here: it is not to be had on Windows, where waitress serves.
        from gateway.bootstrap.gunicorn_server import GunicornServer  # noqa: PLC0415

        stop.on_stop(lambda: os.kill(os.getpid(), signal.SIGTERM))
        GunicornServer(running, listen, address).run()
        return
    with running(stop) as app:
        _serve_on_threads(app, listen, address, stop)


def _serve_on_threads(app: Flask, listen: str, address: Path, stop: Stop) -> None:
    """Serve on threads of their own; this one only waits, so that signals are heard at once."""
    server = WebServer(app, listen, on_end=stop)
    server.start()
    publish(address, server.url)
    log.info("listening", url=server.url)
    try:
        stop.wait()
    finally:
        address.unlink(missing_ok=True)
        server.close()
