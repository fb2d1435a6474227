"""Pending questions, approvals and quota charges on SQLAlchemy (`gateway.member.node.answer_ports`)."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from gateway.member.model.waiting_question import Charge, Leave, Waiting
from gateway.store.engine.schema import Moment, metadata

waiting = Table(
    "waiting",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False, unique=True),
    Column("origin", String(200), nullable=False),
    Column("entry", LargeBinary, nullable=False),  # the regional log's, as it was proved
    Column("persons", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("ended", Boolean, nullable=False, index=True),
)

leaves = Table(
    "leaves",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("note", Text, nullable=False),  # the signed statement
    Column("at", Moment, nullable=False),
    Column("because", Integer, nullable=False),
)

charges = Table(
    "charges",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False, unique=True),  # the regional entry that explains it
    Column("organisation", String(100), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)


_WAITS = select(waiting).where(waiting.c.question_id == bindparam("of"))
_WAITING = select(waiting).where(waiting.c.ended.is_(False)).order_by(waiting.c.because)
_CHARGE = select(charges).where(charges.c.question_id == bindparam("of"))


class ApprovalView:
    """Reads within one transaction."""

    _connection: Connection

    def waiting(self, question_id: str) -> Waiting | None:
        row = self._connection.execute(_WAITS, {"of": question_id}).one_or_none()
        return None if row is None else _waiting(row)

    def waiting_questions(self) -> list[Waiting]:
        return [_waiting(row) for row in self._connection.execute(_WAITING)]

    def leaves(self, question_id: str) -> list[Leave]:
        rows = self._connection.execute(
            select(leaves).where(leaves.c.question_id == question_id).order_by(leaves.c.at, leaves.c.name)
        )
        return [Leave(row.question_id, row.name, row.note, row.at) for row in rows]

    def charge(self, question_id: str) -> Charge | None:
        row = self._connection.execute(_CHARGE, {"of": question_id}).one_or_none()
        return None if row is None else _charge(row)

    def charges(self, organisation: str | None, since: datetime) -> list[Charge]:
        query = select(charges).where(charges.c.at >= since).order_by(charges.c.asked_index)
        if organisation is not None:
            query = query.where(charges.c.organisation == organisation)
        return [_charge(row) for row in self._connection.execute(query)]


class ApprovalWrites(ApprovalView):
    """Writes within one transaction. `because` is the log entry that explains a write."""

    def add_waiting(self, kept: Waiting, *, because: int) -> None:
        self._connection.execute(
            insert(waiting).values(
                question_id=kept.question_id,
                asked_index=kept.asked_index,
                origin=kept.origin,
                entry=kept.entry,
                persons=kept.persons,
                since=kept.since,
                because=because,
                ended=False,
            )
        )

    def end_waiting(self, question_id: str, *, because: int) -> None:
        del because  # the question's answer names that entry
        self._connection.execute(
            update(waiting).where(waiting.c.question_id == question_id).values(ended=True)
        )

    def add_leave(self, leave: Leave, *, because: int) -> None:
        self._connection.execute(
            insert(leaves).values(
                question_id=leave.question_id, name=leave.name, note=leave.note, at=leave.at, because=because
            )
        )

    def add_charge(self, charge: Charge) -> None:
        self._connection.execute(
            insert(charges).values(
                question_id=charge.question_id,
                asked_index=charge.asked_index,
                organisation=charge.organisation,
                at=charge.at,
            )
        )


def _waiting(row: Row[tuple[object, ...]]) -> Waiting:
    return Waiting(
        row.question_id, row.asked_index, row.origin, row.entry, row.persons, row.since, row.because
    )


def _charge(row: Row[tuple[object, ...]]) -> Charge:
    return Charge(row.question_id, row.asked_index, row.organisation, row.at)
