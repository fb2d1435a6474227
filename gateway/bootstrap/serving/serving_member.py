"""Runs a node until a stop is requested: its web application, and the loops beside it."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask

from gateway.api.app import create_node_app
from gateway.bootstrap.desk.controller_desk import controller_context
from gateway.bootstrap.serving.index_loop import start_index
from gateway.bootstrap.serving.listener import listener_of
from gateway.bootstrap.serving.metrics import measured, node_gauges
from gateway.bootstrap.serving.mirror_loop import MirrorLoop
from gateway.bootstrap.serving.monitor_loop import member_monitor_cycle, show_evidence, start_monitor
from gateway.bootstrap.serving.refusal_loop import writing_refusals
from gateway.bootstrap.serving.retry_loop import attempt
from gateway.bootstrap.serving.server import LAST_CYCLE_SECONDS, serve
from gateway.bootstrap.serving.shutdown import WAITRESS, Stop
from gateway.bootstrap.serving.unclean_end import check_after_unclean_end
from gateway.bootstrap.serving.upkeep_loop import run_upkeep
from gateway.bootstrap.setup.layout import Layout, database_url
from gateway.bootstrap.setup.open_member import hub_link, open_member
from gateway.bootstrap.setup.sign_in_setup import node_place, with_pages
from gateway.config import MemberConfig, read_config
from gateway.keys.lost_keys import check_not_lost
from gateway.member.answer.audit_access import kept_log
from gateway.member.answer.polling import run_round
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink
from gateway.sources.files.uploads import Uploads
from gateway.store.engine.log_lock import hold_log
from gateway.web.controller.common.context import KEY as CONTROLLER

POLL_SECONDS = 20.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds between attempts while the hub cannot be reached: doubled each time."""


def serve_member(directory: Path, stop: Stop, hub_url: str | None = None, *, server: str = WAITRESS) -> None:
    """Answer the questions of the hub, at `hub_url` if given, until `stop`. Raises as `serve_hub` does."""
    config = read_config(directory, MemberConfig)
    # Servers put a large body into a file without a name: a register's stays on the disk of the node.
    tempfile.tempdir = str(Uploads(directory).arriving())
    running = partial(running_member, directory, hub_url)
    serve(running, server, listener_of(directory, config), Layout(directory).address, stop)


@contextmanager
def running_member(directory: Path, hub_url: str | None, stop: Stop) -> Iterator[Flask]:
    """Open the node's application, with all loops beside it. Raises as `serve_hub` does."""
    config = read_config(directory, MemberConfig)
    with hold_log(database_url(directory, config), config.member), open_member(directory) as node:
        check_not_lost(node.log.signer, node.cosigner)
        check_after_unclean_end(Layout(directory), node)
        cube_cache = CubeCache(node.dictionary, node.member, node.store)
        cube_cache.refresh()
        link = hub_link(directory, node, hub_url)
        tended = (directory, node, cube_cache, stop)
        threading.Thread(target=run_upkeep, args=tended, name="policies", daemon=True).start()
        cycle = member_monitor_cycle(directory, config, node, hub_link(directory, node, hub_url))
        monitor = start_monitor(cycle, config.monitor_seconds, stop.wait)
        mirror = MirrorLoop(node, Layout(directory).region_log, hub_link(directory, node, hub_url), stop)
        mirror.start()
        start_index(kept_log(node), stop)
        # A daemon: a long poll under way must not hold up the end. Whatever it has logged is durable.
        rounds = (directory, Rounds(node, cube_cache, link, mirror.look_soon), stop)
        threading.Thread(target=_keep_rounds, args=rounds, name="rounds", daemon=True).start()
        try:
            place = node_place(node.dictionary.member(node.member).name)
            app = with_pages(create_node_app(node), directory, config, place)
            app.extensions[CONTROLLER] = desk = controller_context(directory, node, cube_cache)
            stop.on_stop(desk.jobs.close)
            with writing_refusals(app, stop, directory), measured(app, node_gauges(node), config.metrics):
                yield app
        finally:
            stop()
            monitor.join(LAST_CYCLE_SECONDS)


@dataclass(frozen=True)
class Rounds:
    """The parts of a node's polling rounds."""

    node: Node
    cube_cache: CubeCache
    link: HubLink
    ended: Callable[[], None]
    """Called after each round: the regional log may have grown."""


def _keep_rounds(directory: Path, made: Rounds, stop: Stop) -> None:
    node = made.node
    pause = FIRST_PAUSE
    while not stop.asked:
        fruitless = True
        with attempt("round failed", member=node.member) as tried:
            done = run_round(node, made.cube_cache, made.link, POLL_SECONDS)
            fruitless = done.refused > 0 and done.answered == 0
            made.ended()
        if tried.failed:
            with attempt("evidence not shown", member=node.member):
                show_evidence(directory, node.store)
        # A hub that is away, or that repeats what was answered, must not keep the node busy.
        pause = min(2 * pause, LONGEST_PAUSE) if fruitless else FIRST_PAUSE
        if fruitless:
            stop.wait(pause)
