"""Counting once in the hub's database: the ports of `gateway.hub.count_ports`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from audit.count_events import CountBegun
from audit.events import decode, encode
from gateway.hub.count_model import CountRun, RunState
from gateway.store.hub_count_tables import count_pieces, count_runs, count_steps
from gateway.wire.count_calls import Step

_OPEN_RUNS = (
    select(count_runs).where(count_runs.c.state == RunState.OPEN.value).order_by(count_runs.c.because)
)


class SqlHubCounts:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, run_id: str) -> CountRun | None:
        row = self._connection.execute(select(count_runs).where(count_runs.c.id == run_id)).one_or_none()
        return None if row is None else _run(row)

    def runs(self) -> list[CountRun]:
        rows = self._connection.execute(select(count_runs).order_by(count_runs.c.because.desc()))
        return [_run(row) for row in rows]

    def open_runs(self) -> list[CountRun]:
        return [_run(row) for row in self._connection.execute(_OPEN_RUNS)]

    def notes(self, run_id: str, step: Step) -> dict[str, str]:
        rows = self._connection.execute(
            select(count_steps.c.member, count_steps.c.note)
            .where(count_steps.c.run_id == run_id, count_steps.c.step == step.value)
            .order_by(count_steps.c.member)
        )
        return {row.member: row.note for row in rows}

    def entries(self, run_id: str, member: str, step: Step) -> bytes:
        query = select(count_steps.c.entries).where(
            count_steps.c.run_id == run_id, count_steps.c.member == member, count_steps.c.step == step.value
        )
        return bytes(self._connection.execute(query).scalar_one_or_none() or b"")

    def pieces(self, run_id: str, member: str, step: Step) -> bytes:
        query = select(count_pieces.c.data).where(*_of(run_id, member, step)).order_by(count_pieces.c.start)
        return b"".join(self._connection.execute(query).scalars())

    def add_run(self, run: CountRun, *, because: int) -> None:
        self._connection.execute(
            insert(count_runs).values(
                id=run.id,
                epoch=run.event.epoch,
                entry=encode(run.event),
                because=because,
                state=run.state.value,
            )
        )

    def add_piece(self, run_id: str, member: str, step: Step, *, start: int, data: bytes) -> None:
        self._connection.execute(
            delete(count_pieces).where(*_of(run_id, member, step), count_pieces.c.start == start)
        )
        self._connection.execute(
            insert(count_pieces).values(run_id=run_id, member=member, step=step.value, start=start, data=data)
        )

    def drop_pieces(self, run_id: str, member: str, step: Step) -> None:
        self._connection.execute(delete(count_pieces).where(*_of(run_id, member, step)))

    def take_step(
        self, run_id: str, member: str, step: Step, *, note: str, data: bytes, at: datetime
    ) -> None:
        self.drop_pieces(run_id, member, step)
        self._connection.execute(
            insert(count_steps).values(
                run_id=run_id, member=member, step=step.value, note=note, entries=data, taken_at=at
            )
        )

    def end_run(self, run_id: str, state: RunState, counted_index: int | None) -> None:
        self._connection.execute(
            update(count_runs)
            .where(count_runs.c.id == run_id)
            .values(state=state.value, counted_index=counted_index)
        )
        self._connection.execute(
            update(count_steps).where(count_steps.c.run_id == run_id).values(entries=b"")
        )
        self._connection.execute(delete(count_pieces).where(count_pieces.c.run_id == run_id))


def _of(run_id: str, member: str, step: Step) -> tuple[Any, ...]:
    return (
        count_pieces.c.run_id == run_id,
        count_pieces.c.member == member,
        count_pieces.c.step == step.value,
    )


def _run(row: Row[Any]) -> CountRun:
    event = decode(row.entry)
    assert isinstance(event, CountBegun)  # noqa: S101 - written by add_run
    return CountRun(row.id, event, row.because, RunState(row.state), row.counted_index)
