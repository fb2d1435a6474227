"""A node's policies, drafts, previews and people's keys: part of the ports of `gateway.member.ports`."""

from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from gateway.member.model import Draft, Duty, Ending, Holder, PolicyInForce, SignedPolicy
from gateway.store.policy_tables import drafts, holders, policies, previews


class PolicyView:
    """Reads within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def policy(self) -> PolicyInForce | None:
        query = (
            select(policies)
            .where(policies.c.since.is_not(None), policies.c.ended.is_(None))
            .order_by(policies.c.version.desc())
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _in_force(row)

    def policies(self) -> list[PolicyInForce]:
        query = select(policies).where(policies.c.since.is_not(None)).order_by(policies.c.version)
        return [_in_force(row) for row in self._connection.execute(query)]

    def signed_policies(self) -> list[SignedPolicy]:
        return [
            _signed(row) for row in self._connection.execute(select(policies).order_by(policies.c.version))
        ]

    def draft(self) -> Draft | None:
        row = self._connection.execute(select(drafts)).first()
        return None if row is None else Draft(row.version, row.text, row.questions, row.review, row.at)

    def preview(self, preview_id: str) -> bytes | None:
        return self._connection.execute(
            select(previews.c.cube).where(previews.c.id == preview_id)
        ).scalar_one_or_none()

    def holders(self) -> list[Holder]:
        rows = self._connection.execute(select(holders).order_by(holders.c.because))
        return [
            Holder(row.name, row.key, Duty(row.duty), row.since, row.because, row.until, row.revoked)
            for row in rows
        ]


class PolicyWrites(PolicyView):
    """Writes within one transaction. `because` is the log entry that explains a write."""

    def sign_policy(self, policy: SignedPolicy, *, because: int) -> None:
        self._connection.execute(
            insert(policies).values(
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
            update(policies).where(policies.c.version == version).values(since=since, because=because)
        )

    def end_policy(self, version: int, at: datetime, ending: Ending, *, because: int) -> None:
        self._connection.execute(
            update(policies)
            .where(policies.c.version == version)
            .values(ended=at, ending=ending.value, ended_because=because)
        )

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


class PolicyNotes:
    """Bookkeeping: replaced, not explained."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep_draft(self, draft: Draft | None) -> None:
        self._connection.execute(delete(drafts))
        if draft is not None:
            self._connection.execute(
                insert(drafts).values(
                    version=draft.version,
                    text=draft.text,
                    questions=draft.questions,
                    review=draft.review,
                    at=draft.at,
                )
            )

    def keep_preview(self, preview_id: str, snapshot_id: str, cube: bytes, at: datetime) -> None:
        stale = (previews.c.id == preview_id) | (previews.c.snapshot_id != snapshot_id)
        self._connection.execute(delete(previews).where(stale))
        self._connection.execute(
            insert(previews).values(id=preview_id, snapshot_id=snapshot_id, cube=cube, made_at=at)
        )


def _in_force(row: Row[tuple[object, ...]]) -> PolicyInForce:
    return PolicyInForce(row.version, row.text, row.since, row.because, row.note, row.review)


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
