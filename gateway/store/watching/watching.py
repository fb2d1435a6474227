"""Copies of other logs, evidence and alerts, on SQLAlchemy (`gateway.watching.ports.Watch`).

`gateway.watching.model` says what a row means. Reads and writes run within the caller's transaction.
"""

import dataclasses
import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from audit.formats.evidence import Finding
from audit.formats.merkle import HASH_SIZE
from audit.log.excerpt import Copied
from gateway.store.engine.database import StorageError
from gateway.store.engine.schema import Moment, metadata
from gateway.store.engine.witnessed import witnessed_checkpoints
from gateway.watching.keys import is_about_keys
from gateway.watching.model import Alert, KeptAlert, KeptEvidence, SeenByHub

log_evidence = Table(
    "log_evidence",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("origin", Text, nullable=False),
    Column("finding", String(20), nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("bundle", Text, nullable=False),
)

log_alerts = Table(
    "log_alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("origin", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("entries", Text, nullable=False),  # JSON list of numbers
    Column("evidence", String(16)),
    Column("since", Moment, nullable=False),
    Column("ended", Moment, index=True),
)

log_copies = Table(
    "log_copies",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)
"""How far another log has been followed (`audit.log.excerpt.Copied`)."""

log_copied_entries = Table(
    "log_copied_entries",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
)
"""Entries of another log about us, until both logs were compared on their questions."""

log_reconciled = Table(
    "log_reconciled",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("asked_index", BigInteger, primary_key=True, autoincrement=False),
)
"""Questions on which our log and the log `origin` were found to agree."""

log_key_changes = Table(
    "log_key_changes",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
)
"""Entries about keys, of our own log and of followed logs."""

log_seen_by_hub = Table(
    "log_seen_by_hub",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("copied", BigInteger, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("fresh_at", Moment, nullable=False),
)
"""On a node: how much the hub has seen of the node's own log."""


MOST_BUNDLES = 100
"""Bundles of evidence kept against a log. A single bundle convicts; a liar must not be able to fill the
disk.
"""


# What every call says, made once: building a statement takes longer than SQLite takes to run it.
_COPY = select(log_copies).where(log_copies.c.origin == bindparam("of"))
_GO_ON = update(log_copies).where(
    log_copies.c.origin == bindparam("of"), log_copies.c.size == bindparam("old_size")
)
_ADD_COPIED, _ADD_KEY_CHANGE = insert(log_copied_entries), insert(log_key_changes)
_KEY_CHANGES = (
    select(log_key_changes.c.number, log_key_changes.c.entry)
    .where(log_key_changes.c.origin == bindparam("of"))
    .order_by(log_key_changes.c.number)
)
_SHOWN = select(log_seen_by_hub).where(log_seen_by_hub.c.origin == bindparam("of"))
_SHOW = update(log_seen_by_hub).where(log_seen_by_hub.c.origin == bindparam("of"))


class StaleCopyError(StorageError):
    """Another writer extended a copy first: nothing was kept; the next round asks for the rest."""


class SqlWatch:
    """Evidence, alerts and copies within the connection's present transaction. `origin` is our own log."""

    def __init__(self, connection: Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin

    def copied(self, origin: str) -> Copied:
        row = self._connection.execute(_COPY, {"of": origin}).one_or_none()
        if row is None:
            return Copied()
        hashes = range(0, len(row.peaks), HASH_SIZE)
        return Copied(row.size, tuple(row.peaks[i : i + HASH_SIZE] for i in hashes))

    def copied_entries(self, origin: str) -> list[tuple[int, bytes]]:
        rows = self._connection.execute(
            select(log_copied_entries.c.number, log_copied_entries.c.entry)
            .where(log_copied_entries.c.origin == origin)
            .order_by(log_copied_entries.c.number)
        )
        return [(row.number, row.entry) for row in rows]

    def extend_copy(
        self, origin: str, old_size: int, copied: Copied, entries: Iterable[tuple[int, bytes]]
    ) -> None:
        values = {"size": copied.size, "peaks": b"".join(copied.peaks)}
        moved = self._connection.execute(_GO_ON, {"of": origin, "old_size": old_size, **values})
        try:
            if moved.rowcount == 0:
                if old_size:
                    raise _stale(origin)
                self._connection.execute(insert(log_copies).values(origin=origin, **values))
            for number, entry in entries:
                adding = _ADD_KEY_CHANGE if is_about_keys(entry) else _ADD_COPIED
                self._connection.execute(adding, {"origin": origin, "number": number, "entry": entry})
        except IntegrityError:
            raise _stale(origin) from None

    def forget_copied(self, origin: str, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._connection.execute(
                delete(log_copied_entries).where(
                    log_copied_entries.c.origin == origin, log_copied_entries.c.number == number
                )
            )

    def begin_anew(self, origin: str) -> None:
        for table in (witnessed_checkpoints, log_copies, log_copied_entries, log_key_changes):
            self._connection.execute(delete(table).where(table.c.origin == origin))

    def settle(self, origin: str, asked: Iterable[int]) -> None:
        for index in asked:
            self._connection.execute(insert(log_reconciled).values(origin=origin, asked_index=index))

    def key_changes(self, origin: str) -> list[tuple[int, bytes]]:
        rows = self._connection.execute(_KEY_CHANGES, {"of": origin})
        return [(row.number, row.entry) for row in rows]

    def add_key_change(self, entry: bytes, *, because: int) -> None:
        self._connection.execute(_ADD_KEY_CHANGE, {"origin": self._origin, "number": because, "entry": entry})

    def evidence(self) -> list[KeptEvidence]:
        rows = self._connection.execute(select(log_evidence).order_by(log_evidence.c.found_at))
        return [KeptEvidence(row.origin, Finding(row.finding), row.found_at, row.bundle) for row in rows]

    def keep_evidence(self, kept: KeptEvidence) -> bool:
        known = select(func.count()).where(log_evidence.c.id == kept.id)
        bundles = select(func.count()).where(log_evidence.c.origin == kept.origin)
        if self._connection.execute(known).scalar_one():
            return False
        if self._connection.execute(bundles).scalar_one() >= MOST_BUNDLES:
            return False
        self._connection.execute(
            insert(log_evidence).values(
                id=kept.id,
                origin=kept.origin,
                finding=kept.finding.value,
                found_at=kept.found_at,
                bundle=kept.bundle,
            )
        )
        return True

    def alerts(self, *, ended: bool) -> list[KeptAlert]:
        query = select(log_alerts).order_by(log_alerts.c.id)
        rows = self._connection.execute(query if ended else query.where(log_alerts.c.ended.is_(None)))
        return [
            KeptAlert(
                Alert(
                    row.kind, row.origin, row.about, row.message, tuple(json.loads(row.entries)), row.evidence
                ),
                row.since,
                row.ended,
            )
            for row in rows
        ]

    def begin_alert(self, alert: Alert, since: datetime) -> None:
        self._connection.execute(
            insert(log_alerts).values(
                kind=alert.kind,
                origin=alert.origin,
                about=alert.about,
                message=alert.message,
                entries=json.dumps(alert.entries),
                evidence=alert.evidence,
                since=since,
            )
        )

    def end_alert(self, alert: Alert, ended: datetime) -> None:
        kind, origin, about = alert.key
        self._connection.execute(
            update(log_alerts)
            .where(
                log_alerts.c.kind == kind,
                log_alerts.c.origin == origin,
                log_alerts.c.about == about,
                log_alerts.c.ended.is_(None),
            )
            .values(ended=ended)
        )

    def seen_by_hub(self) -> SeenByHub | None:
        row = self._connection.execute(_SHOWN, {"of": self._origin}).one_or_none()
        return None if row is None else SeenByHub(row.size, row.copied, row.heard_at, row.fresh_at)

    def keep_seen_by_hub(self, seen: SeenByHub) -> None:
        values = dataclasses.asdict(seen)
        changed = self._connection.execute(_SHOW, {"of": self._origin, **values})
        if changed.rowcount == 0:
            self._connection.execute(insert(log_seen_by_hub).values(origin=self._origin, **values))


def _alert(row: Row[tuple[object, ...]]) -> Alert:
    entries = tuple(json.loads(row.entries))
    return Alert(row.kind, row.origin, row.about, row.message, entries, row.evidence)


def _stale(origin: str) -> StaleCopyError:
    return StaleCopyError(
        f"The copy of the log {origin} was gone on with meanwhile.", remedy="Nothing is lost: try again."
    )
