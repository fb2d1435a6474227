"""Counting once in a node's database: the ports of `gateway.member.count_ports`."""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from gateway.member.count_ports import KeptStep
from gateway.store.member_count_tables import count_secrets, count_taken
from gateway.wire.count_calls import Step

_TO_SEND = select(count_taken).where(~count_taken.c.acknowledged).order_by(count_taken.c.because)


class SqlMemberCounts:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def secrets(self, run_id: str) -> str | None:
        query = select(count_secrets.c.secrets).where(count_secrets.c.run_id == run_id)
        return self._connection.execute(query).scalar_one_or_none()

    def step(self, run_id: str, step: Step) -> KeptStep | None:
        query = select(count_taken).where(count_taken.c.run_id == run_id, count_taken.c.step == step.value)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _kept(row)

    def to_send(self) -> list[KeptStep]:
        return [_kept(row) for row in self._connection.execute(_TO_SEND)]

    def keep_step(self, kept: KeptStep, *, because: int) -> None:
        self._connection.execute(
            insert(count_taken).values(
                run_id=kept.run_id,
                step=kept.step.value,
                note=kept.note,
                entries=kept.data,
                acknowledged=False,
                because=because,
            )
        )

    def destroy_secrets(self, run_id: str) -> None:
        self._connection.execute(delete(count_secrets).where(count_secrets.c.run_id == run_id))

    def keep_secrets(self, run_id: str, secrets: str) -> None:
        if self.secrets(run_id) is None:
            self._connection.execute(insert(count_secrets).values(run_id=run_id, secrets=secrets))

    def acknowledged(self, run_id: str, step: Step) -> None:
        self._connection.execute(
            update(count_taken)
            .where(count_taken.c.run_id == run_id, count_taken.c.step == step.value)
            .values(acknowledged=True, entries=b"")
        )


def _kept(row: Row[Any]) -> KeptStep:
    return KeptStep(row.run_id, Step(row.step), row.note, bytes(row.entries))
