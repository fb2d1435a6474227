"""Invitations, applications and enrolments of members on SQLAlchemy (`gateway.hub.ports.Admissions`).

`gateway.hub.model` says what a row means.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from gateway.hub.errors import ReplayedError
from gateway.hub.model import Application, Invited
from gateway.store.engine.schema import Moment, metadata
from gateway.store.hub.hub_tables import enrolments
from gateway.wire.enrolment import Enrolment

member_invitations = Table(
    "member_invitations",
    metadata,
    Column("member", String(2), primary_key=True),  # the newest one of a member: a new one ends the former
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("until", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
)

member_applications = Table(
    "member_applications",
    metadata,
    Column("member", String(2), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
    Column("answer_key", Text, nullable=False),
    Column("log_key", Text, nullable=False),
    Column("witness_key", Text, nullable=False),
    Column("call_key", Text, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
)

nonces = Table(
    "nonces",
    metadata,
    Column("key_id", String(200), primary_key=True),
    Column("nonce", String(100), primary_key=True),
    Column("until", Moment, nullable=False, index=True),
)
"""Nonces of accepted calls, as long as the calls' signatures are valid: a call counts once."""


_OLD_NONCES = delete(nonces).where(nonces.c.until < bindparam("moment"))
_ADD_NONCE = insert(nonces)
_ENROLLED_BY = select(enrolments.c.because).where(
    enrolments.c.member == bindparam("of"), ~enrolments.c.revoked
)

_KEYS = ("answer_key", "log_key", "witness_key", "call_key")


class SqlAdmissions:
    """Reads and writes within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def invited(self, secret_hash: str) -> Invited | None:
        row = self._connection.execute(
            select(member_invitations).where(member_invitations.c.secret_hash == secret_hash)
        ).one_or_none()
        return None if row is None else Invited(row.member, row.until, row.because)

    def application(self, member: str) -> Application | None:
        row = self._connection.execute(
            select(member_applications).where(member_applications.c.member == member)
        ).one_or_none()
        return None if row is None else Application(enrolment_of(row), row.secret_hash)

    def applications(self) -> Sequence[Application]:
        rows = self._connection.execute(select(member_applications).order_by(member_applications.c.member))
        return [Application(enrolment_of(row), row.secret_hash) for row in rows]

    def ever_enrolled(self) -> Sequence[Enrolment]:
        rows = self._connection.execute(select(enrolments).order_by(enrolments.c.member))
        return [enrolment_of(row) for row in rows]

    def enrolled_by(self, member: str) -> int | None:
        found = self._connection.execute(_ENROLLED_BY, {"of": member}).scalar_one_or_none()
        return None if found is None else int(found)

    def invite(self, member: str, secret_hash: str, until: datetime, *, because: int) -> None:
        self._connection.execute(delete(member_invitations).where(member_invitations.c.member == member))
        self._connection.execute(
            insert(member_invitations).values(
                member=member, secret_hash=secret_hash, until=until, because=because
            )
        )

    def apply(self, application: Application, *, because: int) -> None:
        member = application.enrolment.member
        self._connection.execute(delete(member_invitations).where(member_invitations.c.member == member))
        self._connection.execute(delete(member_applications).where(member_applications.c.member == member))
        self._connection.execute(
            insert(member_applications).values(
                member=member,
                secret_hash=application.secret_hash,
                because=because,
                **_keys(application.enrolment),
            )
        )

    def admit(self, enrolment: Enrolment, *, because: int) -> None:
        self._connection.execute(
            delete(member_applications).where(member_applications.c.member == enrolment.member)
        )
        values = {**_keys(enrolment), "because": because, "revoked": False}
        changed = self._connection.execute(
            update(enrolments).where(enrolments.c.member == enrolment.member).values(**values)
        )
        if changed.rowcount == 0:
            self._connection.execute(insert(enrolments).values(member=enrolment.member, **values))

    def revoke(self, member: str, *, because: int) -> None:
        # The row stays: questions of the past name the member.
        self._connection.execute(delete(member_applications).where(member_applications.c.member == member))
        self._connection.execute(delete(member_invitations).where(member_invitations.c.member == member))
        self._connection.execute(
            update(enrolments).where(enrolments.c.member == member).values(revoked=True, because=because)
        )


def take_nonce(connection: Connection, key_id: str, nonce: str, until: datetime, now: datetime) -> None:
    """Take the nonce of a call, and forget nonces that are no longer valid. Raises ReplayedError for a used
    nonce: the caller must roll back its transaction then.
    """
    connection.execute(_OLD_NONCES, {"moment": now})
    try:
        connection.execute(_ADD_NONCE, {"key_id": key_id, "nonce": nonce, "until": until})
    except IntegrityError:
        raise ReplayedError("This call was taken before.") from None


def enrolment_of(row: Row[tuple[object, ...]]) -> Enrolment:
    """The keys of a row of enrolments or applications."""
    return Enrolment(row.member, row.answer_key, row.log_key, row.witness_key, row.call_key)


def _keys(enrolment: Enrolment) -> dict[str, str]:
    return dict(zip(_KEYS, enrolment.keys, strict=True))


def enrolled_members(connection: Connection) -> list[str]:
    """Codes of the members with valid keys."""
    return list(connection.execute(select(enrolments.c.member).where(~enrolments.c.revoked)).scalars())
