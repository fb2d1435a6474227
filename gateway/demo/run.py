"""Runs the demo region: builds missing cubes, then starts a hub and members as child processes."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx

from gateway.bootstrap.serving.serving_hub import is_served
from gateway.demo.access import HUB, address, analyst
from gateway.demo.processes import Child, ProcessError, Processes
from gateway.demo.region import member_directory, members_of, unready

THE_HUB = "the hub"

Progress = Callable[[str, str, float], None]
"""Called with member, current step, and done share of the work (0 to 1)."""


def make_cubes(directory: Path, progress: Progress, check: Callable[[], None] = lambda: None) -> None:
    """Build the missing cubes, as many at once as there are processors. Raises ProcessError."""
    waiting = unready(directory)
    running: dict[str, Child] = {}
    with Processes(check) as processes:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                member = waiting.pop(0)
                place = member_directory(directory, member)
                log = place / "preparing.log"
                log.unlink(missing_ok=True)
                running[member] = processes.start(member, ["member", "prepare", "--dir", str(place)], log)
            for member, child in list(running.items()):
                progress(member, *_last_step(child.log))
                if child.ended:
                    _check_end(child)
                    progress(member, "ready", 1.0)
                    del running[member]
            processes.pause()


@contextmanager
def running_region(directory: Path, check: Callable[[], None] = lambda: None) -> Iterator[Processes]:
    """Run hub and members within the context; all have ended after the context. Raises ProcessError."""
    hub = directory / HUB
    if is_served(hub):
        raise ProcessError(
            f"The demo region in {directory} runs already.",
            remedy="Ask it from here, or end it first with Ctrl-C where it was started.",
        )
    (hub / "address").unlink(missing_ok=True)
    with Processes(check) as processes:
        processes.start(THE_HUB, ["hub", "serve", "--dir", str(hub)], hub / "output.log")
        processes.wait_until((hub / "address").exists, "the hub's address")
        url = address(directory)
        for member in members_of(directory):
            place = member_directory(directory, member)
            arguments = ["member", "serve", "--dir", str(place), "--hub", url]
            processes.start(member, arguments, place / "output.log")
        processes.wait_until(lambda: _all_seen(directory), "the members' first call to the hub")
        yield processes


def _all_seen(directory: Path) -> bool:
    """Return whether every member has called this hub since its start, so that a question reaches all
    members.
    """
    url, token, _ = analyst(directory)
    started = (directory / HUB / "address").stat().st_mtime
    reply = httpx.get(
        f"{url}/api/v1/members", headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False
    )
    seen = reply.raise_for_status().json()
    return all(m["last_seen"] is not None and _seconds(m["last_seen"]) >= started for m in seen)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _last_step(log: Path) -> tuple[str, float]:
    try:
        line = log.read_text(encoding="utf-8").rstrip().rpartition("\n")[2]
        step = json.loads(line)
        return str(step["step"]), float(step["done"])
    except (OSError, ValueError, KeyError, TypeError):
        return "starting", 0.0


def _check_end(child: Child) -> None:
    if child.process.returncode != 0:
        raise ProcessError(
            f"{child.name} could not be made ready.", remedy=f"The last lines of {child.log} say why."
        )
