"""What counting once needs of the hub's store. A run's own entry explains everything that is kept of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.hub.count_model import CountRun, RunState
from gateway.wire.count_calls import Step


class CountsView(Protocol):
    """Reading."""

    def run(self, run_id: str) -> CountRun | None: ...

    def runs(self) -> Sequence[CountRun]:
        """All, the newest first."""

    def open_runs(self) -> Sequence[CountRun]: ...

    def notes(self, run_id: str, step: Step) -> Mapping[str, str]:
        """The signed notes of a step, by member."""

    def entries(self, run_id: str, member: str, step: Step) -> bytes:
        """The list that goes with a step; empty where there is none (any more)."""

    def pieces(self, run_id: str, member: str, step: Step) -> bytes:
        """What a member has handed in so far of a list."""


class CountsWriter(CountsView, Protocol):
    """Writing."""

    def add_run(self, run: CountRun, *, because: int) -> None: ...

    def add_piece(self, run_id: str, member: str, step: Step, *, start: int, data: bytes) -> None:
        """In place of one that began at the same byte."""

    def drop_pieces(self, run_id: str, member: str, step: Step) -> None: ...

    def take_step(
        self, run_id: str, member: str, step: Step, *, note: str, data: bytes, at: datetime
    ) -> None:
        """Keep a step with its list; its pieces go."""

    def end_run(self, run_id: str, state: RunState, counted_index: int | None) -> None:
        """The lists go: they are of no use any more."""
