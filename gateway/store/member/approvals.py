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

from gateway.member.model.waiting_question import QuotaCharge, SignedApproval, WaitingQuestion
from gateway.store.engine.schema import Moment, metadata

waiting_questions = Table(
    "waiting_questions",
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

approvals = Table(
    "approvals",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("note", Text, nullable=False),  # the signed statement
    Column("at", Moment, nullable=False),
    Column("because", Integer, nullable=False),
)

quota_charges = Table(
    "quota_charges",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False, unique=True),  # the regional entry that explains it
    Column("organisation", String(100), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)


_WAITS = select(waiting_questions).where(waiting_questions.c.question_id == bindparam("of"))
_WAITING = (
    select(waiting_questions)
    .where(waiting_questions.c.ended.is_(False))
    .order_by(waiting_questions.c.because)
)
_CHARGE = select(quota_charges).where(quota_charges.c.question_id == bindparam("of"))


class ApprovalView:
    """Reads within the caller's transaction."""

    _connection: Connection

    def waiting(self, question_id: str) -> WaitingQuestion | None:
        row = self._connection.execute(_WAITS, {"of": question_id}).one_or_none()
        return None if row is None else _waiting(row)

    def waiting_questions(self) -> list[WaitingQuestion]:
        return [_waiting(row) for row in self._connection.execute(_WAITING)]

    def approvals(self, question_id: str) -> list[SignedApproval]:
        rows = self._connection.execute(
            select(approvals)
            .where(approvals.c.question_id == question_id)
            .order_by(approvals.c.at, approvals.c.name)
        )
        return [SignedApproval(row.question_id, row.name, row.note, row.at) for row in rows]

    def charge(self, question_id: str) -> QuotaCharge | None:
        row = self._connection.execute(_CHARGE, {"of": question_id}).one_or_none()
        return None if row is None else _charge(row)

    def charges(self, organisation: str | None, since: datetime) -> list[QuotaCharge]:
        query = select(quota_charges).where(quota_charges.c.at >= since).order_by(quota_charges.c.asked_index)
        if organisation is not None:
            query = query.where(quota_charges.c.organisation == organisation)
        return [_charge(row) for row in self._connection.execute(query)]


class ApprovalWrites(ApprovalView):
    """Writes within the caller's transaction. `because` is the log entry that explains a write."""

    def add_waiting(self, kept: WaitingQuestion, *, because: int) -> None:
        self._connection.execute(
            insert(waiting_questions).values(
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
            update(waiting_questions).where(waiting_questions.c.question_id == question_id).values(ended=True)
        )

    def add_approval(self, approval: SignedApproval, *, because: int) -> None:
        self._connection.execute(
            insert(approvals).values(
                question_id=approval.question_id,
                name=approval.name,
                note=approval.note,
                at=approval.at,
                because=because,
            )
        )

    def add_charge(self, charge: QuotaCharge) -> None:
        self._connection.execute(
            insert(quota_charges).values(
                question_id=charge.question_id,
                asked_index=charge.asked_index,
                organisation=charge.organisation,
                at=charge.at,
            )
        )


def _waiting(row: Row[tuple[object, ...]]) -> WaitingQuestion:
    return WaitingQuestion(
        row.question_id, row.asked_index, row.origin, row.entry, row.persons, row.since, row.because
    )


def _charge(row: Row[tuple[object, ...]]) -> QuotaCharge:
    return QuotaCharge(row.question_id, row.asked_index, row.organisation, row.at)
