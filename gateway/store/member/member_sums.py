"""A node's part in secure sums on SQLAlchemy (`gateway.secure_sum.member_sum_ports`)."""

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
    insert,
    select,
    update,
)

from gateway.secure_sum.member_sums import StoredContribution, StoredOffer, SummedCell
from gateway.store.engine.schema import metadata

sum_offers = Table(
    "sum_offers",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False),
    Column("cube_index", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("secret", LargeBinary),  # of the mask key; erased once it was used
    Column("acknowledged", Boolean, nullable=False, index=True),
)

sum_contributions = Table(
    "sum_contributions",
    metadata,
    Column("entry_index", Integer, primary_key=True, autoincrement=False),
    Column("question_id", String(100), nullable=False, unique=True),
    Column("total_index", Integer, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("acknowledged", Boolean, nullable=False, index=True),
)

summed_cells = Table(
    "summed_cells",
    metadata,
    Column("people", Text, primary_key=True),
    Column("contributors", LargeBinary, nullable=False),
    Column("basis", LargeBinary, nullable=False),
    Column("because", Integer, nullable=False),
)


_OFFERS_TO_SEND = (
    select(sum_offers).where(sum_offers.c.acknowledged.is_(False)).order_by(sum_offers.c.asked_index)
)
_CONTRIBUTIONS_TO_SEND = (
    select(sum_contributions)
    .where(sum_contributions.c.acknowledged.is_(False))
    .order_by(sum_contributions.c.entry_index)
)


class SqlMemberSums:
    """Reads and writes within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def offer(self, question_id: str) -> StoredOffer | None:
        row = self._connection.execute(
            select(sum_offers).where(sum_offers.c.question_id == question_id)
        ).one_or_none()
        return None if row is None else _offer(row)

    def contribution(self, question_id: str) -> StoredContribution | None:
        row = self._connection.execute(
            select(sum_contributions).where(sum_contributions.c.question_id == question_id)
        ).one_or_none()
        return None if row is None else _contribution(row)

    def entered(self) -> list[SummedCell]:
        rows = self._connection.execute(select(summed_cells).order_by(summed_cells.c.people))
        return [SummedCell(row.people, row.contributors, row.basis) for row in rows]

    def offers_to_send(self) -> list[StoredOffer]:
        return [_offer(row) for row in self._connection.execute(_OFFERS_TO_SEND)]

    def contributions_to_send(self) -> list[StoredContribution]:
        return [_contribution(row) for row in self._connection.execute(_CONTRIBUTIONS_TO_SEND)]

    def add_offer(self, made: StoredOffer, *, because: int) -> None:
        del because  # the entry of the answer that the offer went with: its row in `sent_answers` names it
        self._connection.execute(
            insert(sum_offers).values(
                question_id=made.question_id,
                asked_index=made.asked_index,
                cube_index=made.cube_index,
                body=made.body,
                secret=made.secret,
                acknowledged=made.acknowledged,
            )
        )

    def add_contribution(self, contribution: StoredContribution, *, because: int) -> None:
        self._connection.execute(
            insert(sum_contributions).values(
                entry_index=because,
                question_id=contribution.question_id,
                total_index=contribution.total_index,
                note=contribution.note,
                acknowledged=contribution.acknowledged,
            )
        )
        self._connection.execute(
            update(sum_offers).where(sum_offers.c.question_id == contribution.question_id).values(secret=None)
        )

    def enter(self, entered: SummedCell, *, because: int) -> None:
        known = self._connection.execute(
            select(summed_cells.c.people).where(summed_cells.c.people == entered.people)
        ).first()
        if known is None:
            self._connection.execute(
                insert(summed_cells).values(
                    people=entered.people,
                    contributors=entered.contributors,
                    basis=entered.basis,
                    because=because,
                )
            )

    def offer_acknowledged(self, question_id: str) -> None:
        self._connection.execute(
            update(sum_offers).where(sum_offers.c.question_id == question_id).values(acknowledged=True)
        )

    def contribution_acknowledged(self, question_id: str) -> None:
        self._connection.execute(
            update(sum_contributions)
            .where(sum_contributions.c.question_id == question_id)
            .values(acknowledged=True)
        )


def _offer(row: Row[tuple[object, ...]]) -> StoredOffer:
    return StoredOffer(
        row.question_id, row.asked_index, row.cube_index, row.body, row.secret, row.acknowledged
    )


def _contribution(row: Row[tuple[object, ...]]) -> StoredContribution:
    return StoredContribution(row.question_id, row.total_index, row.note, row.entry_index, row.acknowledged)
