"""Record extracts, approvals of extracts and requests for re-identification on SQLAlchemy.

The ports are in `gateway.member.model.extract` and `gateway.member.model.reidentification_request`.
"""

import json
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
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

from gateway.member.model.extract import ExtractApproval, ExtractPlan, StoredExtract
from gateway.member.model.reidentification_request import ReidentificationRequest, Subject
from gateway.store.engine.schema import Moment, metadata

extracts = Table(
    "extracts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("plan", Text, nullable=False),  # JSON: the signed plan
    Column("figures", Text, nullable=False),  # JSON: the risk, for the state only
    Column("disclosed", LargeBinary, nullable=False),  # disclosed counts: part of the history once sealed
    Column("requester", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("prepared_at", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("refused_because", Integer),
    Column("sealed_because", Integer),
    Column("fingerprint", LargeBinary),
)

extract_approvals = Table(
    "extract_approvals",
    metadata,
    Column("extract_id", ForeignKey("extracts.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("note", Text, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
)

reidentifications = Table(
    "reidentifications",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("request", Text, nullable=False),  # JSON: who asks, whose pseudonym, why
    Column("expires", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("reply_key", LargeBinary, nullable=False),  # public
    Column("wrapped_reply", LargeBinary, nullable=False),  # its private part, for the requester alone
    Column("confirmer", String(60)),
    Column("share", LargeBinary),  # the confirmer's, sealed to the reply key; erased when shown
    Column("confirmed_because", Integer),
    Column("shown_because", Integer),
)


class SqlExtracts:
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, extract: str) -> StoredExtract | None:
        row = self._connection.execute(select(extracts).where(extracts.c.id == extract)).one_or_none()
        return None if row is None else _stored(row)

    def all(self) -> list[StoredExtract]:
        return [
            _stored(row) for row in self._connection.execute(select(extracts).order_by(extracts.c.because))
        ]

    def approvals(self, extract: str) -> list[ExtractApproval]:
        query = select(extract_approvals).where(extract_approvals.c.extract_id == extract)
        return [
            ExtractApproval(row.name, row.note) for row in self._connection.execute(query.order_by("because"))
        ]

    def disclosed(self) -> list[bytes]:
        query = select(extracts.c.disclosed).where(extracts.c.refused_because.is_(None))
        return list(self._connection.execute(query.order_by(extracts.c.because)).scalars())


class SqlExtractWriter(SqlExtracts):
    """Writes within the caller's transaction."""

    def add(self, extract: StoredExtract, *, because: int) -> None:
        self._connection.execute(
            insert(extracts).values(
                id=extract.plan.extract,
                plan=extract.plan.to_text(),
                figures=extract.figures,
                disclosed=extract.disclosed,
                requester=extract.requester,
                note=extract.note,
                prepared_at=extract.prepared_at,
                because=because,
            )
        )

    def add_approval(self, extract: str, approval: ExtractApproval, *, because: int) -> None:
        self._connection.execute(
            insert(extract_approvals).values(
                extract_id=extract, name=approval.name, note=approval.note, because=because
            )
        )

    def refuse(self, extract: str, *, because: int) -> None:
        self._connection.execute(
            update(extracts).where(extracts.c.id == extract).values(refused_because=because)
        )

    def seal(self, extract: str, fingerprint: bytes, *, because: int) -> None:
        self._connection.execute(
            update(extracts)
            .where(extracts.c.id == extract)
            .values(sealed_because=because, fingerprint=fingerprint)
        )


def _stored(row: Row[tuple[object, ...]]) -> StoredExtract:
    return StoredExtract(
        ExtractPlan.parse(row.plan),
        row.figures,
        row.disclosed,
        row.requester,
        row.note,
        row.prepared_at,
        row.because,
        row.refused_because is not None,
        row.sealed_because is not None,
        row.fingerprint,
    )


class SqlReidentifications:
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, request: str) -> ReidentificationRequest | None:
        query = select(reidentifications).where(reidentifications.c.id == request)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _asked(row)

    def all(self) -> list[ReidentificationRequest]:
        query = select(reidentifications).order_by(reidentifications.c.because)
        return [_asked(row) for row in self._connection.execute(query)]


class SqlReidentificationWriter(SqlReidentifications):
    """Writes within the caller's transaction."""

    def add(self, asked: ReidentificationRequest, *, because: int) -> None:
        self._connection.execute(
            insert(reidentifications).values(
                id=asked.id,
                request=asked.request_text(),
                expires=asked.expires,
                because=because,
                reply_key=asked.reply_key,
                wrapped_reply=asked.wrapped_reply,
            )
        )

    def confirm(self, request: str, confirmer: str, share: bytes, *, because: int) -> None:
        self._connection.execute(
            update(reidentifications)
            .where(reidentifications.c.id == request)
            .values(confirmer=confirmer, share=share, confirmed_because=because)
        )

    def show(self, request: str, *, because: int) -> None:
        self._connection.execute(
            update(reidentifications)
            .where(reidentifications.c.id == request)
            .values(share=None, shown_because=because)
        )

    def end_open(self, at: datetime) -> None:
        self._connection.execute(
            update(reidentifications)
            .where(reidentifications.c.shown_because.is_(None), reidentifications.c.expires > at)
            .values(share=None, expires=at)
        )


def _asked(row: Row[tuple[object, ...]]) -> ReidentificationRequest:
    request = json.loads(row.request)
    return ReidentificationRequest(
        row.id,
        request["by"],
        Subject(**request["subject"]),
        request["reason"],
        row.expires,
        row.reply_key,
        row.wrapped_reply,
        row.confirmer,
        row.share,
        row.shown_because is not None,
    )
