"""Requests for re-identification on SQLAlchemy: the ports of `gateway.member.records.reidentification`."""

import json
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from gateway.member.model.reidentification_request import Asked, Subject
from gateway.store.member.extract_tables import reidentifications


class SqlReidentifications:
    """Reads within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, request: str) -> Asked | None:
        query = select(reidentifications).where(reidentifications.c.id == request)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _asked(row)

    def all(self) -> list[Asked]:
        query = select(reidentifications).order_by(reidentifications.c.because)
        return [_asked(row) for row in self._connection.execute(query)]


class SqlReidentificationWriter(SqlReidentifications):
    """Writes within one transaction."""

    def add(self, asked: Asked, *, because: int) -> None:
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


def _asked(row: Row[tuple[object, ...]]) -> Asked:
    request = json.loads(row.request)
    return Asked(
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
