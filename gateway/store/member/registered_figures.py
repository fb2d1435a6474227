"""Registered figures on SQLAlchemy: part of the ports of `gateway.member.node.ports`."""

import json
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from gateway.member.model.registered_figure import Public, Registered
from gateway.store.member.registered_figure_tables import public_figures


class FiguresView:
    """Reads within one transaction."""

    _connection: Connection

    def figures(self) -> list[Registered]:
        query = select(public_figures).order_by(public_figures.c.because)
        return [
            Registered(
                row.because,
                Public(json.loads(row.cell), row.value, row.source, row.published),
                row.by,
                row.at,
                row.withdrawn,
            )
            for row in self._connection.execute(query)
        ]


class FiguresWrites(FiguresView):
    """Writes within one transaction."""

    def add_figure(self, made: Registered, *, because: int) -> None:
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
