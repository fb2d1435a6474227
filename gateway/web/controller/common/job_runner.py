"""Long jobs of the desk: one at a time, in a process of its own, with progress and cancellation.

Previews and loads take minutes and all of a processor. In this process they would hold up the node's poll and
every page; a child process at low priority holds up neither, and can be ended at any moment without harm,
since the child stores its results in one transaction at the end.
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
    """The kinds of jobs."""

    PREVIEW = "preview"
    SUGGEST = "suggest"
    PROTECT = "protect"
    DRAFT = "draft"
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
    """A job. `done` runs from 0 to 1; `result` is set once the job is done, `error` once the job failed."""

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
    """The problem, and its remedy."""
    until: datetime | None = None

    @property
    def running(self) -> bool:
        return self.state is State.RUNNING


KEPT = 8
"""Jobs that are remembered, in this process: their results are confidential, with withheld people."""


@dataclass
class Jobs:
    """Starts jobs, follows each on a thread, and remembers the results."""

    start: Start
    clock: Clock
    _jobs: dict[str, Job] = field(default_factory=dict)
    _running: dict[str, Running] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, kind: Kind, body: Mapping[str, Any], *, by: str, about: str = "") -> Job:
        """Start a job. A former job of the same person and kind is replaced.

        Raises BusyError while other jobs are under way.
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
        """The running jobs."""
        with self._lock:
            return [job for job in self._jobs.values() if job.running]

    def of(self, job_id: str) -> Job:
        """The job of this id. Raises NoJobError for an unknown or forgotten job."""
        with self._lock:
            if job_id in self._jobs:
                return self._jobs[job_id]
        raise NoJobError(
            "There is no such work, or this node was started again since it began.", remedy="Begin it again."
        )

    def latest(self, kind: Kind, about: str | None = None) -> Job | None:
        """The newest job of a kind (about something), whatever its outcome."""
        with self._lock:
            fit = [j for j in self._jobs.values() if j.kind is kind and about in (None, j.about)]
        return fit[-1] if fit else None

    def newest(self, about: str) -> Job | None:
        """The newest job about something, of any kind."""
        with self._lock:
            fit = [job for job in self._jobs.values() if job.about == about]
        return fit[-1] if fit else None

    def cancel(self, job_id: str) -> Job:
        """End a running job now. Raises NoJobError."""
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
        def report(step: str, done: float) -> None:
            self._change(job_id, step=step, done=max(0.0, min(1.0, done)))

        try:
            result = running.result(report)
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
