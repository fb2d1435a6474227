"""Long jobs: one at a time, followed to the end, cancelled on demand, forgotten after a while."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from simulation import HandClock

from gateway.errors import SafelaneError
from gateway.web.controller.common.job_runner import KEPT, BusyError, Job, Jobs, Kind, NoJobError, State
from gateway.web.controller.common.shapes import ReportProgress


class Work:
    """A job that a test drives step by step."""

    def __init__(self) -> None:
        self.report: ReportProgress = lambda _step, _done: None
        self.begun, self.over = threading.Event(), threading.Event()
        self.outcome: Mapping[str, Any] | SafelaneError = {}
        self.ended = False

    def result(self, report: ReportProgress) -> Mapping[str, Any]:
        self.report = report
        self.begun.set()
        self.over.wait(30)
        if isinstance(self.outcome, SafelaneError):
            raise self.outcome
        return self.outcome

    def end(self) -> None:
        self.ended = True
        self.outcome = SafelaneError("ended")
        self.over.set()


@pytest.fixture
def works() -> list[Work]:
    return []


@pytest.fixture
def jobs(works: list[Work]) -> Jobs:
    def start(kind: str, body: Mapping[str, Any]) -> Work:
        works.append(Work())
        return works[-1]

    return Jobs(start, HandClock())


def until(holds: Callable[[], bool]) -> None:
    wait = threading.Event()
    for _ in range(600):
        if holds():
            return
        wait.wait(0.01)
    raise AssertionError


def finish(jobs: Jobs, work: Work, job: Job, outcome: Mapping[str, Any] | SafelaneError) -> Job:
    work.outcome = outcome
    work.over.set()
    until(lambda: not jobs.of(job.id).running)
    return jobs.of(job.id)


def test_a_job_reports_its_steps_and_its_result(jobs: Jobs, works: list[Work]) -> None:
    job = jobs.begin(Kind.PREVIEW, {"text": "x"}, by="dara")
    assert works[0].begun.wait(5)
    works[0].report("searching", 0.4)
    assert (jobs.of(job.id).step, jobs.of(job.id).done) == ("searching", 0.4)

    done = finish(jobs, works[0], job, {"cells": 3})

    assert (done.state, done.result, done.done) == (State.DONE, {"cells": 3}, 1.0)
    assert jobs.under_way() == []


def test_a_failure_says_what_to_do(jobs: Jobs, works: list[Work]) -> None:
    job = jobs.begin(Kind.PREVIEW, {}, by="dara")

    failed = finish(jobs, works[0], job, SafelaneError("No register.", remedy="Load one."))

    assert (failed.state, failed.error) == (State.FAILED, ("No register.", "Load one."))


def test_only_one_piece_runs_at_a_time(jobs: Jobs, works: list[Work]) -> None:
    job = jobs.begin(Kind.LOAD, {}, by="dara")

    with pytest.raises(BusyError):
        jobs.begin(Kind.PREVIEW, {}, by="chan")

    finish(jobs, works[0], job, {})
    assert jobs.begin(Kind.PREVIEW, {}, by="chan").running


def test_what_somebody_began_gives_way_to_the_next_of_its_kind(jobs: Jobs, works: list[Work]) -> None:
    first = jobs.begin(Kind.PREVIEW, {}, by="dara")

    second = jobs.begin(Kind.PREVIEW, {}, by="dara")

    assert works[0].ended
    assert jobs.of(first.id).state is State.CANCELLED
    assert jobs.under_way() == [second]


def test_what_was_ended_stays_ended_whatever_comes_after(jobs: Jobs, works: list[Work]) -> None:
    job = jobs.begin(Kind.SUGGEST, {}, by="dara")
    assert works[0].begun.wait(5)

    assert jobs.cancel(job.id).state is State.CANCELLED
    works[0].report("late", 0.9)

    assert jobs.of(job.id).step == ""
    assert jobs.cancel(job.id).state is State.CANCELLED


def test_the_node_takes_its_work_along_when_it_stops(jobs: Jobs, works: list[Work]) -> None:
    jobs.begin(Kind.LOAD, {}, by="dara")

    jobs.close()

    assert works[0].ended
    assert jobs.under_way() == []


def test_results_are_forgotten_after_a_while(jobs: Jobs, works: list[Work]) -> None:
    begun = []
    for number in range(KEPT + 1):
        begun.append(jobs.begin(Kind.PREVIEW, {}, by="dara", about=str(number)))
        finish(jobs, works[number], begun[-1], {})

    with pytest.raises(NoJobError):
        jobs.of(begun[0].id)
    newest = jobs.latest(Kind.PREVIEW, str(KEPT))
    assert newest is not None
    assert newest.id == begun[-1].id
    assert jobs.latest(Kind.LOAD) is None
