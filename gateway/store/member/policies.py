"""Policies, drafts, previews and signing keys on SQLAlchemy (`gateway.member.node.policy_ports`)."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from gateway.member.model.policy_version import Draft, Ending, PolicyInForce, SignedPolicy
from gateway.member.model.signing_key import Duty, Holder
from gateway.store.engine.schema import Moment, metadata
from gateway.store.member.member_tables import cubes
from gateway.store.member.pieces import forget_pieces, in_pieces, whole

holders = Table(
    "holders",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("duty", String(20), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("revoked", Boolean, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("ended_because", Integer),
)


def _drafts(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("text", Text, nullable=False),
        Column("questions", Text),
        Column("review", Text),  # the signed note
        Column("at", Moment, nullable=False),
    )


def _policies(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("text", Text, nullable=False),
        Column("note", Text, nullable=False),  # the controller's statement, signed
        Column("review", Text),  # that of the second person
        Column("begins", Date, nullable=False),
        Column("signed_at", Moment, nullable=False),
        Column("signed_because", Integer, nullable=False, unique=True),
        Column("since", Moment),
        Column("because", Integer, unique=True),
        Column("ended", Moment),
        Column("ending", String(20)),
        Column("ended_because", Integer),
        Column("reruns", String(20)),  # what a text meant that did not say it: `former_defaults`
    )


drafts, policies = _drafts("drafts"), _policies("policies")
ministry_drafts, ministry_policies = _drafts("ministry_drafts"), _policies("ministry_policies")
"""The ministry-wide policies, above the data set's: the same columns, with version numbers of their own."""

previews = Table(
    "previews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False),
    Column("cube", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
)

preview_findings = Table(
    "preview_findings",
    metadata,
    Column("id", String(64), primary_key=True),  # of all that they follow from
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False),
    Column("findings", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)


_HOLDERS = select(holders).order_by(holders.c.because)


@lru_cache(maxsize=4)
def _in_force_of(versions: Table) -> Select[Any]:
    columns = versions.c
    open_versions = select(versions).where(columns.since.is_not(None), columns.ended.is_(None))
    return open_versions.order_by(columns.version.desc()).limit(1)


@lru_cache(maxsize=4)
def _ever_of(versions: Table) -> Select[Any]:
    return select(versions).where(versions.c.since.is_not(None)).order_by(versions.c.version)


class VersionsView:
    """Versions of a policy, the data set's or the ministry-wide policy."""

    def __init__(self, connection: Connection, versions: Table = policies, waiting: Table = drafts) -> None:
        self._connection = connection
        self._versions = versions
        self._drafts = waiting

    def policy(self) -> PolicyInForce | None:
        row = self._connection.execute(_in_force_of(self._versions)).one_or_none()
        return None if row is None else _in_force(row)

    def policies(self) -> list[PolicyInForce]:
        return [_in_force(row) for row in self._connection.execute(_ever_of(self._versions))]

    def signed_policies(self) -> list[SignedPolicy]:
        query = select(self._versions).order_by(self._versions.c.version)
        return [_signed(row) for row in self._connection.execute(query)]

    def draft(self) -> Draft | None:
        row = self._connection.execute(select(self._drafts)).first()
        return None if row is None else Draft(row.version, row.text, row.questions, row.review, row.at)


class VersionsWrites(VersionsView):
    """Writes within the caller's transaction. `because` is the log entry that explains a write."""

    def sign_policy(self, policy: SignedPolicy, *, because: int) -> None:
        self._connection.execute(
            insert(self._versions).values(
                version=policy.version,
                text=policy.text,
                note=policy.note,
                review=policy.review,
                begins=policy.begins,
                signed_at=policy.signed_at,
                signed_because=because,
            )
        )

    def put_in_force(self, version: int, since: datetime, *, because: int) -> None:
        self._connection.execute(
            update(self._versions)
            .where(self._versions.c.version == version)
            .values(since=since, because=because)
        )

    def end_policy(self, version: int, at: datetime, ending: Ending, *, because: int) -> None:
        self._connection.execute(
            update(self._versions)
            .where(self._versions.c.version == version)
            .values(ended=at, ending=ending.value, ended_because=because)
        )


class VersionsNotes:
    """Bookkeeping: replaced, not explained."""

    def __init__(self, connection: Connection, waiting: Table = drafts) -> None:
        self._connection = connection
        self._drafts = waiting

    def keep_draft(self, draft: Draft | None) -> None:
        self._connection.execute(delete(self._drafts))
        if draft is not None:
            self._connection.execute(
                insert(self._drafts).values(
                    version=draft.version,
                    text=draft.text,
                    questions=draft.questions,
                    review=draft.review,
                    at=draft.at,
                )
            )


class PolicyView(VersionsView):
    """The data set's policies, the ministry-wide policies above, previews and keys."""

    @property
    def ministry(self) -> VersionsView:
        return VersionsView(self._connection, ministry_policies, ministry_drafts)

    def preview(self, preview_id: str) -> bytes | None:
        kept = self._connection.execute(
            select(previews.c.cube).where(previews.c.id == preview_id)
        ).scalar_one_or_none()
        return None if kept is None else whole(self._connection, kept)

    def findings(self, about: str) -> str | None:
        return self._connection.execute(
            select(preview_findings.c.findings).where(preview_findings.c.id == about)
        ).scalar_one_or_none()

    def holders(self) -> list[Holder]:
        rows = self._connection.execute(_HOLDERS)
        return [
            Holder(row.name, row.key, Duty(row.duty), row.since, row.because, row.until, row.revoked)
            for row in rows
        ]


class PolicyWrites(VersionsWrites, PolicyView):
    """Writes within the caller's transaction. `because` is the log entry that explains a write."""

    @property
    def ministry(self) -> VersionsWrites:
        return VersionsWrites(self._connection, ministry_policies, ministry_drafts)

    def add_holder(self, holder: Holder, *, because: int) -> None:
        self._connection.execute(
            insert(holders).values(
                key=holder.key,
                name=holder.name,
                duty=holder.duty.value,
                since=holder.since,
                revoked=False,
                because=because,
            )
        )

    def end_key(self, key: str, at: datetime, *, revoked: bool, because: int) -> None:
        self._connection.execute(
            update(holders)
            .where(holders.c.key == key)
            .values(until=at, revoked=revoked, ended_because=because)
        )


class PolicyNotes(VersionsNotes):
    """Bookkeeping: replaced, not explained."""

    @property
    def ministry(self) -> VersionsNotes:
        return VersionsNotes(self._connection, ministry_drafts)

    def keep_preview(self, preview_id: str, snapshot_id: str, cube: bytes, at: datetime) -> None:
        stale = (previews.c.id == preview_id) | (previews.c.snapshot_id != snapshot_id)
        gone = self._connection.execute(select(previews.c.cube).where(stale)).scalars().all()
        self._connection.execute(delete(previews).where(stale))
        kept = in_pieces(self._connection, cube)
        self._connection.execute(
            insert(previews).values(id=preview_id, snapshot_id=snapshot_id, cube=kept, made_at=at)
        )
        forget_pieces(self._connection, gone, (previews.c.cube, cubes.c.cube))

    def keep_findings(self, about: str, snapshot_id: str, findings: str, at: datetime) -> None:
        stale = (preview_findings.c.id == about) | (preview_findings.c.snapshot_id != snapshot_id)
        self._connection.execute(delete(preview_findings).where(stale))
        self._connection.execute(
            insert(preview_findings).values(id=about, snapshot_id=snapshot_id, findings=findings, made_at=at)
        )


def _in_force(row: Row[tuple[object, ...]]) -> PolicyInForce:
    return PolicyInForce(
        row.version, row.text, row.since, row.because, row.note, row.review, reruns=row.reruns
    )


def _signed(row: Row[tuple[object, ...]]) -> SignedPolicy:
    return SignedPolicy(
        row.version,
        row.text,
        row.note,
        row.review,
        row.begins,
        row.signed_at,
        row.signed_because,
        row.since,
        row.because,
        row.ended,
        None if row.ending is None else Ending(row.ending),
    )
