"""Long work of the desk: one piece at a time, in a process of its own, with progress and an end on demand.

Previews and loads take minutes and all of a processor. In this process they would hold up the node's poll and
every page; a child at low priority holds up neither, and can be ended at any moment without harm, since all
that it keeps is kept in one transaction at its end.
"""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog

from gateway.errors import SafelaneError
from gateway.member.node.ports import Clock
from gateway.web.controller.common.shapes import Running, Start

log = structlog.get_logger()


class Kind(StrEnum):
    """What can be worked on."""

    LOOK = "look"
    SUGGEST = "suggest"
    PROTECT = "protect"
    CHECK = "check"
    LOAD = "load"
    EXAMINE = "examine"


class State(StrEnum):
    """How far a piece of work is. The last three are ends."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BusyError(SafelaneError):
    """Somebody else's work is under way."""


class NoJobError(SafelaneError):
    """There is no such piece of work (any more)."""


@dataclass(frozen=True)
class Job:
    """A piece of work. `done` runs from 0 to 1; `result` is there once it is done, `error` once it failed."""

    id: str
    kind: Kind
    by: str
    since: datetime
    about: str = ""
    state: State = State.RUNNING
    step: str = ""
    done: float = 0.0
    result: Mapping[str, Any] | None = None
    error: tuple[str, str] | None = None
    """What went wrong, and what to do about it."""
    until: datetime | None = None

    @property
    def running(self) -> bool:
        return self.state is State.RUNNING


KEPT = 8
"""Pieces of work that are remembered, in this process: their results tell of people who are withheld."""


@dataclass
class Jobs:
    """Starts work, follows it on a thread, and remembers how it ended."""

    start: Start
    clock: Clock
    _jobs: dict[str, Job] = field(default_factory=dict)
    _running: dict[str, Running] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, kind: Kind, body: Mapping[str, Any], *, by: str, about: str = "") -> Job:
        """Start a piece of work. What the same person has begun of this kind before gives way to it.

        Raises BusyError while other work is under way.
        """
        for other in self.under_way():
            if other.by == by and other.kind is kind:
                self.cancel(other.id)
        with self._lock:
            busy = next((job for job in self._jobs.values() if job.running), None)
            if busy is not None:
                raise BusyError(
                    "Other work is under way on this node.",
                    remedy="Wait for its end, or end it on its page.",
                )
            job = Job(secrets.token_hex(6), kind, by, self.clock.now(), about)
            running = self.start(kind.value, body)
            self._jobs[job.id], self._running[job.id] = job, running
            for old in list(self._jobs)[:-KEPT]:
                del self._jobs[old]
        thread = threading.Thread(
            target=self._follow, args=(job.id, running), name=f"work-{kind}", daemon=True
        )
        thread.start()
        return job

    def under_way(self) -> list[Job]:
        """What runs now."""
        with self._lock:
            return [job for job in self._jobs.values() if job.running]

    def of(self, job_id: str) -> Job:
        """Raises NoJobError for one that was never begun here, or was forgotten."""
        with self._lock:
            if job_id in self._jobs:
                return self._jobs[job_id]
        raise NoJobError(
            "There is no such work, or this node was started again since it began.", remedy="Begin it again."
        )

    def latest(self, kind: Kind, about: str | None = None) -> Job | None:
        """The newest piece of work of a kind (about something), whatever became of it."""
        with self._lock:
            fit = [j for j in self._jobs.values() if j.kind is kind and about in (None, j.about)]
        return fit[-1] if fit else None

    def newest(self, about: str) -> Job | None:
        """The newest piece of work about something, of whatever kind."""
        with self._lock:
            fit = [job for job in self._jobs.values() if job.about == about]
        return fit[-1] if fit else None

    def cancel(self, job_id: str) -> Job:
        """End it now, if it runs. Raises NoJobError."""
        job = self.of(job_id)
        with self._lock:
            running = self._running.pop(job_id, None)
        if running is None:
            return job
        self._change(job_id, state=State.CANCELLED, until=self.clock.now())
        running.end()
        return self.of(job_id)

    def close(self) -> None:
        """End everything: the node stops."""
        for job in self.under_way():
            self.cancel(job.id)

    def _follow(self, job_id: str, running: Running) -> None:
        def told(step: str, done: float) -> None:
            self._change(job_id, step=step, done=max(0.0, min(1.0, done)))

        try:
            result = running.result(told)
            end: dict[str, Any] = {"state": State.DONE, "result": result, "done": 1.0}
        except SafelaneError as error:
            end = {"state": State.FAILED, "error": (error.message, error.remedy)}
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not seem to run for ever
            log.error("work ended unexpectedly", kind=type(error).__name__, exc_info=False)
            end = {"state": State.FAILED, "error": ("The work ended before it was done.", "Begin it again.")}
        self._change(job_id, until=self.clock.now(), **end)
        with self._lock:
            self._running.pop(job_id, None)

    def _change(self, job_id: str, **values: Any) -> None:
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None and job.running:
                self._jobs[job_id] = replace(job, **values)
