"""Jobs of the controller's desk in the process of a test, where it can look into them."""

from collections.abc import Mapping
from typing import Any

from desk_house import DeskHouse

from gateway.bootstrap.desk.worker_tasks import run_task
from gateway.web.controller.common.shapes import ReportProgress


class JobInProcess:
    """Starts each job in this process, in place of one of its own."""

    def __init__(self, desk: DeskHouse) -> None:
        self._desk = desk

    def __call__(self, kind: str, body: Mapping[str, Any]) -> "JobInProcess":
        self._order = kind, body
        return self

    def result(self, report: ReportProgress) -> Mapping[str, Any]:
        return run_task(self._desk.directory, self._desk.node, *self._order, report)

    def end(self) -> None:
        pass
