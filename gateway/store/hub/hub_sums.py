"""The hub's part in secure sums on SQLAlchemy (`gateway.secure_sum.hub_sum_ports`)."""

import json
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    bindparam,
    exists,
    insert,
    select,
    update,
)

from gateway.hub.model import LoggedAnswer, State
from gateway.secure_sum.hub_sums import PlannedSum, SumRound
from gateway.store.engine.schema import Moment, metadata
from gateway.store.hub.hub_tables import questions
from gateway.wire.sum_messages import Offer, SignedContribution, offer_from_json

received_offers = Table(
    "received_offers",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("body", Text, nullable=False),  # JSON
)

sum_rounds = Table(
    "sum_rounds",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("plan", Text, nullable=False),  # JSON
    Column("deadline", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("released_index", Integer),
)

received_contributions = Table(
    "received_contributions",
    metadata,
    Column("question_id", ForeignKey("sum_rounds.question_id"), primary_key=True),
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("note", Text, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
)


_GIVEN = exists().where(
    received_contributions.c.question_id == sum_rounds.c.question_id,
    received_contributions.c.member == bindparam("of"),
)
_OPEN_ROUNDS = (
    select(sum_rounds)
    .join(questions, questions.c.id == sum_rounds.c.question_id)
    .where(questions.c.state == State.OPEN, ~_GIVEN)
    .order_by(sum_rounds.c.because)
)


class SqlHubSums:
    """Reads and writes within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def offers(self, question_id: str) -> dict[str, Offer]:
        rows = self._connection.execute(
            select(received_offers).where(received_offers.c.question_id == question_id)
        )
        return {row.member: offer_from_json(json.loads(row.body)) for row in rows}

    def round(self, question_id: str) -> SumRound | None:
        row = self._connection.execute(
            select(sum_rounds).where(sum_rounds.c.question_id == question_id)
        ).one_or_none()
        return None if row is None else _round(row)

    def contributions(self, question_id: str) -> dict[str, str]:
        rows = self._connection.execute(
            select(received_contributions.c.member, received_contributions.c.note).where(
                received_contributions.c.question_id == question_id
            )
        )
        return {row.member: row.note for row in rows}

    def logged_contributions(self, question_id: str) -> dict[str, LoggedAnswer]:
        table = received_contributions.c
        rows = self._connection.execute(
            select(table.member, table.entry, table.receipt).where(table.question_id == question_id)
        )
        return {row.member: LoggedAnswer(row.entry, row.receipt) for row in rows}

    def open_rounds(self, member: str) -> list[SumRound]:
        rounds = [_round(row) for row in self._connection.execute(_OPEN_ROUNDS, {"of": member})]
        return [r for r in rounds if member in r.members]

    def add_offer(self, member: str, offer: Offer, *, because: int) -> None:
        del because  # the question's own entry, which its row names
        known = self._connection.execute(
            select(received_offers.c.member).where(
                received_offers.c.question_id == offer.question_id, received_offers.c.member == member
            )
        ).first()
        if known is None:
            self._connection.execute(
                insert(received_offers).values(
                    question_id=offer.question_id, member=member, body=json.dumps(offer.as_json())
                )
            )

    def add_round(self, planned: SumRound, *, because: int) -> None:
        plan = {
            "consents": list(planned.consents),
            "sums": [
                [list(s.cell), list(s.members), s.publish_from, s.publish_to, s.least, s.most]
                for s in planned.sums
            ],
        }
        self._connection.execute(
            insert(sum_rounds).values(
                question_id=planned.question_id,
                plan=json.dumps(plan),
                deadline=planned.deadline,
                because=because,
            )
        )

    def add_contribution(
        self, question_id: str, member: str, sent: SignedContribution, at: datetime, *, because: int
    ) -> None:
        del because  # the round's own entry, which its row names
        self._connection.execute(
            insert(received_contributions).values(
                question_id=question_id,
                member=member,
                note=sent.note,
                entry=sent.entry,
                receipt=sent.receipt,
                received_at=at,
            )
        )

    def end_round(self, question_id: str, *, because: int) -> None:
        self._connection.execute(
            update(sum_rounds).where(sum_rounds.c.question_id == question_id).values(released_index=because)
        )


def _round(row: Row[tuple[object, ...]]) -> SumRound:
    plan = json.loads(row.plan)
    return SumRound(
        question_id=row.question_id,
        sums=tuple(
            PlannedSum(tuple(cell), tuple(members), *numbers) for cell, members, *numbers in plan["sums"]
        ),
        consents=tuple(plan["consents"]),
        deadline=row.deadline,
        index=row.because,
        released_index=row.released_index,
    )
