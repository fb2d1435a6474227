"""Figures published elsewhere on SQLAlchemy (`gateway.member.node.register_ports`). No row is deleted."""

import json
from datetime import datetime

from sqlalchemy import Column, Connection, Date, Integer, String, Table, Text, insert, select, update

from gateway.member.model.registered_figure import PublishedFigure, RegisteredFigure
from gateway.store.engine.schema import Moment, metadata

public_figures = Table(
    "public_figures",
    metadata,
    Column("because", Integer, primary_key=True, autoincrement=False),
    Column("cell", Text, nullable=False),  # JSON
    Column("value", Integer, nullable=False),
    Column("source", String(500), nullable=False),
    Column("published", Date, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", Moment, nullable=False),
    Column("withdrawn_because", Integer),
    Column("withdrawn", Moment),
)


class FiguresView:
    """Reads within the caller's transaction."""

    _connection: Connection

    def figures(self) -> list[RegisteredFigure]:
        query = select(public_figures).order_by(public_figures.c.because)
        return [
            RegisteredFigure(
                row.because,
                PublishedFigure(json.loads(row.cell), row.value, row.source, row.published),
                row.by,
                row.at,
                row.withdrawn,
            )
            for row in self._connection.execute(query)
        ]


class FiguresWrites(FiguresView):
    """Writes within the caller's transaction."""

    def add_figure(self, made: RegisteredFigure, *, because: int) -> None:
        figure = made.figure
        self._connection.execute(
            insert(public_figures).values(
                because=because,
                cell=json.dumps(dict(figure.cell), sort_keys=True),
                value=figure.value,
                source=figure.source,
                published=figure.published,
                by=made.by,
                at=made.at,
            )
        )

    def withdraw_figure(self, index: int, at: datetime, *, because: int) -> None:
        self._connection.execute(
            update(public_figures)
            .where(public_figures.c.because == index)
            .values(withdrawn=at, withdrawn_because=because)
        )
