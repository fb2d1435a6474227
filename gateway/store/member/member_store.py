"""A node's state on SQLAlchemy: the ports of `gateway.member.node.ports`."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, insert, select, update

from anonymisers.identity.vault_records import Compartment
from audit.formats.commitment import Opening
from audit.log.checked_reading import CheckedReading
from audit.log.log import Storage
from gateway.member.model.activities import Activities
from gateway.member.model.clients import Clients
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.snapshot_parts import kept_form
from gateway.member.model.stored_cube import ClientsPlan, Plan, StoredCube
from gateway.member.model.vault_load import VaultLoad
from gateway.store.accounts.reading import SqlPeople
from gateway.store.accounts.writing import SqlPeopleNotes, SqlPeopleWriter
from gateway.store.engine.database import Database
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.openings import find_opening, keep_opening, openings_between
from gateway.store.engine.recovery import SqlRecovery
from gateway.store.engine.sequencer import Sequencer
from gateway.store.engine.witnessed import SqlWitnessStorage
from gateway.store.member.approvals import ApprovalView, ApprovalWrites
from gateway.store.member.bounds import BoundsNotes, BoundsView, BoundsWrites
from gateway.store.member.extracts import (
    SqlExtracts,
    SqlExtractWriter,
    SqlReidentifications,
    SqlReidentificationWriter,
    extracts,
)
from gateway.store.member.member_tables import cubes, rejected_deliveries, sent_answers, snapshots
from gateway.store.member.opened_snapshot import opened_snapshot
from gateway.store.member.pieces import in_pieces, keep_piece, kept_piece, whole
from gateway.store.member.policies import PolicyNotes, PolicyView, PolicyWrites
from gateway.store.member.privacy_budget import SqlPrivacy
from gateway.store.member.record_changes import ChangesView, ChangesWrites
from gateway.store.member.registered_figures import FiguresView, FiguresWrites
from gateway.store.member.unconfirmed import SqlUnconfirmed
from gateway.store.member.vault import SqlVault, replace_vault, reseal_vault
from gateway.store.watching.watching import SqlWatch, log_reconciled
from gateway.wire.answer_text import ANSWER

# What every round asks, made once: building a statement takes longer than SQLite takes to run it.
_NEWEST_CUBE = select(cubes.c.because).order_by(cubes.c.because.desc()).limit(1)
_SENT = select(sent_answers).where(
    (sent_answers.c.question_id == bindparam("question")) | (sent_answers.c.asked_index == bindparam("asked"))
)
_TO_SEND = (
    select(sent_answers).where(sent_answers.c.acknowledged.is_(False)).order_by(sent_answers.c.entry_index)
)
_OF_CUBE = ("id", "loaded_at", "until", "least_counted", "activities")
"""Columns of a snapshot that are read with its cube."""
_ACKNOWLEDGE = (
    update(sent_answers).where(sent_answers.c.question_id == bindparam("question")).values(acknowledged=True)
)


class MemberStore:
    """Hands out views and units of work, each bound to a transaction of its own."""

    def __init__(self, database: Database, sequencer: Sequencer, origin: str) -> None:
        self._database = database
        self._sequencer = sequencer
        self._origin = origin

    @contextmanager
    def reading(self) -> Iterator["MemberView"]:
        with self._database.reading() as connection:
            log = CheckedReading(SqlLogStorage(connection, self._origin))
            yield MemberView(connection, log, self._origin)

    @contextmanager
    def writing(self) -> Iterator["MemberUnitOfWork"]:
        with self._sequencer.writing() as unit:
            yield MemberUnitOfWork(unit.connection, unit.log, self._origin)

    @contextmanager
    def notes(self) -> Iterator["MemberNotes"]:
        with self._database.writing() as connection:
            yield MemberNotes(connection, self._origin)


class MemberView(ApprovalView, BoundsView, ChangesView, FiguresView, PolicyView):
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection, log: Storage, origin: str) -> None:
        super().__init__(connection)
        self.log = log
        self.witness = SqlWitnessStorage(connection)
        self.watch = SqlWatch(connection, origin)
        self.recovery = SqlRecovery(connection)
        self.unconfirmed = SqlUnconfirmed(connection)
        self.vault = SqlVault(connection)
        self.privacy = SqlPrivacy(connection)

    @property
    def people(self) -> SqlPeople:
        return SqlPeople(self._connection)

    @property
    def extracts(self) -> SqlExtracts:
        return SqlExtracts(self._connection)

    @property
    def reidentifications(self) -> SqlReidentifications:
        return SqlReidentifications(self._connection)

    def snapshot(self) -> tuple[LoadedSnapshot, Snapshot] | None:
        row = self._connection.execute(
            select(snapshots).order_by(snapshots.c.because.desc()).limit(1)
        ).one_or_none()
        if row is None:
            return None
        clients = None if row.clients is None else Clients.from_bytes(row.clients)
        return _loaded(row, row.because), opened_snapshot(row.snapshot, self._kept_part, clients)

    def _kept_part(self, digest: str) -> bytes | None:
        """A part of a snapshot, also after this view is closed: parts are kept for good, and never change."""
        if not self._connection.closed:
            return kept_piece(self._connection, digest)
        with self._connection.engine.connect() as connection:
            return kept_piece(connection, digest)

    def loaded(self) -> LoadedSnapshot | None:
        row = self._connection.execute(
            select(*(c for c in snapshots.c if c.name not in ("snapshot", "clients")))
            .order_by(snapshots.c.because.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else _loaded(row, row.because)

    def cube(self) -> StoredCube | None:
        row = self._connection.execute(
            select(cubes, *(c for c in snapshots.c if c.name in _OF_CUBE))
            .add_columns(snapshots.c.because.label("snapshot_because"))
            .join(snapshots, snapshots.c.id == cubes.c.snapshot_id)
            .order_by(cubes.c.because.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        plan = json.loads(row.plan)
        return StoredCube(
            _loaded(row, row.snapshot_because),
            row.policy_version,
            Plan(
                plan["finest"],
                tuple(plan["years"]),
                tuple(plan["consent"]),
                tuple(plan["victims"]),
                plan["rules"],
                tuple(plan["known"]),
                plan.get("mechanism", ""),  # of a cube from before numbers could be changed
                tuple(tuple((d, level) for d, level in table) for table in plan.get("tables", ())),
                _clients_plan(plan.get("clients")),
                plan.get("operators", 0),
            ),
            whole(self._connection, row.cube),
            row.because,
            row.above,
        )

    def released_cubes(self) -> list[bytes]:
        answered = select(sent_answers.c.cube_index).where(sent_answers.c.cube_index.is_not(None))
        made_of = select(func.max(cubes.c.because)).where(cubes.c.because < extracts.c.because)
        extracted = select(made_of.scalar_subquery()).where(extracts.c.refused_because.is_(None))
        given_out = cubes.c.because.in_(answered) | cubes.c.because.in_(extracted)
        query = select(cubes.c.cube).where(given_out).order_by(cubes.c.because)
        kept = self._connection.execute(query).scalars().all()
        return [whole(self._connection, each) for each in kept]

    def cube_entry(self) -> int | None:
        return self._connection.execute(_NEWEST_CUBE).scalar_one_or_none()

    def sent(self, question_id: str, asked_index: int) -> SentAnswer | None:
        row = self._connection.execute(_SENT, {"question": question_id, "asked": asked_index}).first()
        return None if row is None else _sent(row)

    def outbox(self) -> list[tuple[SentAnswer, Opening | None]]:
        rows = self._connection.execute(_TO_SEND)
        return [(_sent(row), self.opening(ANSWER, row.entry_index)) for row in rows]

    def unsettled(self, origin: str) -> list[int]:
        settled = exists().where(
            log_reconciled.c.origin == origin, log_reconciled.c.asked_index == sent_answers.c.asked_index
        )
        query = select(sent_answers.c.entry_index).where(~settled).order_by(sent_answers.c.entry_index)
        return list(self._connection.execute(query).scalars())

    def rejected(self, leaf: bytes) -> bool:
        found = self._connection.execute(
            select(rejected_deliveries.c.leaf).where(rejected_deliveries.c.leaf == leaf)
        )
        return found.first() is not None

    def opening(self, field: str, entry_index: int) -> Opening | None:
        return find_opening(self._connection, field, entry_index)

    def openings_between(self, start: int, end: int) -> Sequence[tuple[int, str, Opening | None]]:
        return openings_between(self._connection, start, end)


class MemberUnitOfWork(ApprovalWrites, BoundsWrites, ChangesWrites, FiguresWrites, PolicyWrites, MemberView):
    """Writes within the caller's transaction. `because` is the log entry that explains a write."""

    @property
    def people(self) -> SqlPeopleWriter:
        return SqlPeopleWriter(self._connection)

    @property
    def extracts(self) -> SqlExtractWriter:
        return SqlExtractWriter(self._connection)

    @property
    def reidentifications(self) -> SqlReidentificationWriter:
        return SqlReidentificationWriter(self._connection)

    def add_snapshot(self, loaded: LoadedSnapshot, snapshot: Snapshot, *, because: int) -> tuple[str, ...]:
        parts: list[str] = []
        kept = kept_form(snapshot, lambda part: parts.append(keep_piece(self._connection, part)))
        self._connection.execute(
            insert(snapshots).values(
                id=loaded.id,
                loaded_at=loaded.loaded_at,
                until=loaded.until,
                snapshot=kept,
                because=because,
                least_counted=loaded.least_counted,
                activities=None if loaded.activities is None else loaded.activities.to_text(),
                clients=None if snapshot.clients is None else snapshot.clients.to_bytes(),
            )
        )
        return tuple(parts)

    def replace_vault(self, load: VaultLoad | None, *, because: int) -> None:
        replace_vault(self._connection, load, because)

    def reseal_vault(self, load: str, keys: Mapping[Compartment, bytes]) -> None:
        reseal_vault(self._connection, load, keys)

    def add_cube(self, cube: StoredCube, *, because: int) -> None:
        plan = dataclasses.asdict(cube.plan)
        self._connection.execute(
            insert(cubes).values(
                because=because,
                snapshot_id=cube.snapshot.id,
                policy_version=cube.policy_version,
                above=cube.above,
                plan=json.dumps(plan),
                cube=in_pieces(self._connection, cube.cube),
            )
        )

    def add_sent(self, made: SentAnswer, *, because: int) -> None:
        self._connection.execute(
            insert(sent_answers).values(
                question_id=made.question_id,
                asked_index=made.asked_index,
                note=made.note,
                entry_index=because,
                cube_index=made.cube_index,
                acknowledged=made.acknowledged,
            )
        )

    def add_rejected(self, leaf: bytes, *, because: int) -> None:
        self._connection.execute(insert(rejected_deliveries).values(leaf=leaf, because=because))

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None:
        keep_opening(self._connection, field, opening, because)


class MemberNotes(BoundsNotes, PolicyNotes):
    """Bookkeeping: replaced, not explained."""

    def __init__(self, connection: Connection, origin: str) -> None:
        super().__init__(connection)
        self.log = SqlLogStorage(connection, origin)
        self.witness = SqlWitnessStorage(connection)
        self.watch = SqlWatch(connection, origin)
        self.recovery = SqlRecovery(connection)
        self.unconfirmed = SqlUnconfirmed(connection)

    @property
    def people(self) -> SqlPeopleNotes:
        return SqlPeopleNotes(self._connection)

    def acknowledged(self, question_id: str) -> None:
        self._connection.execute(_ACKNOWLEDGE, {"question": question_id})


def _loaded(row: Row[tuple[object, ...]], because: int) -> LoadedSnapshot:
    activities = None if row.activities is None else Activities.from_text(row.activities)
    return LoadedSnapshot(row.id, row.loaded_at, row.until, because, row.least_counted, activities)


def _clients_plan(stored: dict[str, Any] | None) -> ClientsPlan | None:
    if stored is None:
        return None
    services = tuple(stored.get("services", ()))
    items = stored.get("items", False)
    return ClientsPlan(stored["finest"], tuple(stored["years"]), stored["rules"], services, items)


def _sent(row: Row[tuple[object, ...]]) -> SentAnswer:
    return SentAnswer(
        row.question_id, row.asked_index, row.note, row.entry_index, row.cube_index, row.acknowledged
    )
