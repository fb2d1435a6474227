"""The privacy budget on SQLAlchemy (`gateway.member.model.privacy_budget`). No row is ever deleted."""

import json
import zlib

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, Text, insert, select, update

from gateway.member.model.privacy_budget import BudgetCharge, ReleasePart
from gateway.store.engine.schema import metadata

privacy_release_parts = Table(
    "privacy_release_parts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("mechanism", Text, nullable=False),
    Column("years", Text, nullable=False),  # JSON
    Column("persons", LargeBinary, nullable=False),
    Column("cases", LargeBinary, nullable=False),
)

privacy_charges = Table(
    "privacy_charges",
    metadata,
    Column("because", Integer, primary_key=True, autoincrement=False),
    Column("release_part", Integer, nullable=False),
    Column("levels", Text, nullable=False),  # JSON
    Column("epsilon", String(30), nullable=False),
    Column("answer", LargeBinary),  # none where it was lost between charge and answer
)


def _written(pseudonyms: frozenset[str]) -> bytes:
    return zlib.compress(json.dumps(sorted(pseudonyms)).encode(), 6)


def _read(written: bytes) -> frozenset[str]:
    return frozenset(json.loads(zlib.decompress(written)))


class SqlPrivacy:
    """Reads and writes within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def release_parts(self) -> tuple[ReleasePart, ...]:
        query = select(privacy_release_parts).order_by(privacy_release_parts.c.number)
        return tuple(
            ReleasePart(
                row.number,
                row.mechanism,
                tuple(json.loads(row.years)),
                _read(row.persons),
                _read(row.cases),
            )
            for row in self._connection.execute(query)
        )

    def charged(self) -> tuple[BudgetCharge, ...]:
        query = select(privacy_charges).order_by(privacy_charges.c.because)
        return tuple(
            BudgetCharge(
                row.because,
                row.release_part,
                tuple((d, level) for d, level in json.loads(row.levels)),
                row.epsilon,
                row.answer,
            )
            for row in self._connection.execute(query)
        )

    def add_release_part(self, release_part: ReleasePart) -> None:
        self._connection.execute(
            insert(privacy_release_parts).values(
                number=release_part.number,
                mechanism=release_part.mechanism,
                years=json.dumps(release_part.years),
                persons=_written(release_part.persons),
                cases=_written(release_part.cases),
            )
        )

    def charge(self, charge: BudgetCharge) -> None:
        self._connection.execute(
            insert(privacy_charges).values(
                because=charge.because,
                release_part=charge.release_part,
                levels=json.dumps(charge.table),
                epsilon=charge.epsilon,
                answer=charge.answer,
            )
        )

    def keep(self, charge: BudgetCharge) -> None:
        self._connection.execute(
            update(privacy_charges)
            .where(privacy_charges.c.because == charge.because)
            .where(privacy_charges.c.answer.is_(None))  # the first noisy counts stay
            .values(answer=charge.answer)
        )
