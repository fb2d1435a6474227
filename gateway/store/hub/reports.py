"""Reports on SQLAlchemy."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from gateway.hub.model import Report, ReportText
from gateway.store.engine.schema import Moment, metadata

reports = Table(
    "reports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", ForeignKey("accounts.name", onupdate="CASCADE"), nullable=False, index=True),
    Column("organisation", String(100), nullable=False, index=True),
    Column("template", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("purpose", String(100), nullable=False),
    Column("texts", Text, nullable=False),  # JSON: all of them change with one row, and go with it
    Column("made_at", Moment, nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("compared_with", Moment),
    Column("shared", Boolean, nullable=False),
)


class SqlReportsView:
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, report_id: str) -> Report | None:
        """The report of this number."""
        found = self._found(select(reports).where(reports.c.id == report_id))
        return found[0] if found else None

    def of(self, owner: str) -> Sequence[Report]:
        """A person's reports, the newest year first."""
        return self._found(select(reports).where(reports.c.owner == owner))

    def shared_in(self, organisation: str) -> Sequence[Report]:
        """What is shared in an organisation, the newest year first."""
        where = (reports.c.organisation == organisation, reports.c.shared)
        return self._found(select(reports).where(*where))

    def _found(self, query: Select[Any]) -> list[Report]:
        in_order = query.order_by(reports.c.year.desc(), reports.c.made_at.desc(), reports.c.id)
        return [
            Report(
                row.id,
                row.owner,
                row.organisation,
                row.template,
                row.year,
                row.purpose,
                {section: _text(kept) for section, kept in json.loads(row.texts).items()},
                row.made_at,
                row.as_of,
                row.compared_with,
                row.shared,
            )
            for row in self._connection.execute(in_order)
        ]


class SqlReports(SqlReportsView):
    """Writes within the caller's transaction."""

    def add(self, report: Report) -> None:
        """Keep a new report."""
        self._connection.execute(insert(reports).values(id=report.id, **_values(report)))

    def replace(self, before: Report, report: Report) -> bool:
        """Whether the report still was `before`, and is `report` now."""
        same = reports.c.id == before.id, reports.c.texts == _written(before)
        query = update(reports).where(*same).values(**_values(report))
        return self._connection.execute(query).rowcount > 0

    def delete(self, report_id: str) -> None:
        """Delete a report with its texts."""
        self._connection.execute(delete_from(reports).where(reports.c.id == report_id))


def _values(report: Report) -> dict[str, Any]:
    return {
        "owner": report.owner,
        "organisation": report.organisation,
        "template": report.template,
        "year": report.year,
        "purpose": report.purpose,
        "texts": _written(report),
        "made_at": report.made_at,
        "as_of": report.as_of,
        "compared_with": report.compared_with,
        "shared": report.shared,
    }


def _written(report: Report) -> str:
    """The texts as they are kept: the same texts always in the same characters."""
    return json.dumps(
        {
            section: [one.text, one.version, one.looked_at, one.saved_at.isoformat()]
            for section, one in sorted(report.texts.items())
        },
        ensure_ascii=False,
    )


def _text(kept: list[Any]) -> ReportText:
    text, version, looked_at, saved_at = kept
    return ReportText(text, version, looked_at, datetime.fromisoformat(saved_at))
