"""Upkeep of a serving node: due policies begin, late questions end, freed memory is returned."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import structlog

from gateway.bootstrap.desk.worker_processes import Child
from gateway.bootstrap.serving.memory import hand_back
from gateway.bootstrap.serving.retry_loop import attempt
from gateway.bootstrap.serving.shutdown import Stop
from gateway.member.answer.approval import end_late
from gateway.member.build.upkeep import due
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.node.context import Node
from gateway.sources.files.uploads import Uploads
from gateway.sources.services.kept_pages import remove_old_pages

log = structlog.get_logger()

UPKEEP_SECONDS = 15.0
"""Seconds between rounds of upkeep."""

AGAIN_SECONDS = 300.0
"""Seconds until a failed policy is tried again: each attempt may take a processor for minutes."""


def run_upkeep(directory: Path, node: Node, cube_cache: CubeCache, stop: Stop) -> None:
    """At the start, then again and again until `stop`."""
    uploads, not_before = Uploads(directory), 0.0
    while not stop.asked:
        with attempt("what came too late does not end", member=node.member):
            end_late(node, cube_cache)
        if monotonic() >= not_before:
            with attempt("policy does not come into force", member=node.member) as tried:
                begin_due(directory, node, stop.on_stop)
            not_before = monotonic() + AGAIN_SECONDS if tried.failed else 0.0
        with attempt("old uploads are not deleted", member=node.member):
            uploads.tidy(node.clock.now())
        with attempt("pages of an unfinished fetch are not deleted", member=node.member):
            remove_old_pages(directory)
        hand_back()
        stop.wait(UPKEEP_SECONDS)


def begin_due(directory: Path, node: Node, on_stop: Callable[[Callable[[], None]], None]) -> None:
    """Put due policies into force in a separate process, since building takes minutes and memory.

    Raises PolicyRefusedError, or WorkError with the message of the process.
    """
    if not due(node):
        return
    child = Child(directory, "begin", {})
    on_stop(child.end)
    for version in child.result(lambda _step, _done: None)["begun"]:
        log.info("policy in force", member=node.member, version=version)
