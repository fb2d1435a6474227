"""Accounts on SQLAlchemy, reading: the port `gateway.accounts.ports.People` for either side."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Row, select

from gateway.accounts.model import (
    QUESTION,
    Account,
    Credentials,
    Identity,
    Invitation,
    Means,
    Offer,
    Passkey,
    RenewalRequest,
    Role,
    Scope,
    Session,
    Token,
)
from gateway.store.accounts.accounts_tables import (
    accounts,
    browsers,
    credentials,
    identities,
    invitations,
    passkeys,
    recovery_codes,
    renewal_requests,
    sessions,
    tokens,
    tours,
)
from gateway.store.engine.schema import SHORT_VALUE, openings


class SqlPeople:
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, name: str) -> Account | None:
        row = self._connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
        return None if row is None else _account(row)

    def accounts(self) -> Sequence[Account]:
        return [_account(row) for row in self._connection.execute(select(accounts).order_by(accounts.c.name))]

    def account_of(self, identity: Identity) -> Account | None:
        row = self._connection.execute(
            select(accounts)
            .join(identities, identities.c.account == accounts.c.name)
            .where(identities.c.issuer == identity.issuer, identities.c.subject == identity.subject)
        ).one_or_none()
        return None if row is None else _account(row)

    def has_toured(self, name: str, tour: str) -> bool:
        query = select(tours.c.at).where(tours.c.account == name, tours.c.tour == tour)
        return self._connection.execute(query).scalar() is not None

    def credentials(self, name: str) -> Credentials | None:
        row = self._connection.execute(select(credentials).where(credentials.c.account == name)).one_or_none()
        if row is None:
            return None
        left = select(recovery_codes.c.hash).where(recovery_codes.c.account == name)
        codes = tuple(self._connection.execute(left.order_by(recovery_codes.c.hash)).scalars())
        return Credentials(row.passphrase, row.generator, row.last_step, codes)

    def passkey(self, hashed: str) -> tuple[Passkey, Account] | None:
        row = self._connection.execute(select(passkeys).where(passkeys.c.hash == hashed)).one_or_none()
        account = None if row is None else self.account(row.account)
        return None if row is None or account is None else (_passkey(row), account)

    def passkeys_of(self, name: str) -> Sequence[Passkey]:
        query = select(passkeys).where(passkeys.c.account == name)
        rows = self._connection.execute(query.order_by(passkeys.c.since.desc(), passkeys.c.id))
        return [_passkey(row) for row in rows]

    def renewal_request(self, name: str) -> RenewalRequest | None:
        query = select(renewal_requests).where(renewal_requests.c.account == name)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else RenewalRequest(row.account, row.by, row.code, row.until)

    def renewal_requests(self) -> Sequence[RenewalRequest]:
        query = select(renewal_requests).order_by(renewal_requests.c.account)
        rows = self._connection.execute(query)
        return [RenewalRequest(row.account, row.by, row.code, row.until) for row in rows]

    def session(self, hashed: str) -> tuple[Session, Account] | None:
        row = self._connection.execute(select(sessions).where(sessions.c.hash == hashed)).one_or_none()
        account = None if row is None else self.account(row.account)
        return None if row is None or account is None else (_session(row), account)

    def sessions_of(self, name: str) -> Sequence[Session]:
        query = select(sessions).where(sessions.c.account == name).order_by(sessions.c.since.desc())
        return [_session(row) for row in self._connection.execute(query)]

    def token(self, hashed: str) -> tuple[Token, Account] | None:
        row = self._connection.execute(select(tokens).where(tokens.c.hash == hashed)).one_or_none()
        account = None if row is None else self.account(row.account)
        return None if row is None or account is None else (_token(row), account)

    def tokens_of(self, name: str) -> Sequence[Token]:
        query = select(tokens).where(tokens.c.account == name).order_by(tokens.c.since.desc(), tokens.c.id)
        return [_token(row) for row in self._connection.execute(query)]

    def invitation(self, hashed: str) -> Invitation | None:
        query = select(invitations).where(invitations.c.hash == hashed)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _invitation(row)

    def invitations(self) -> Sequence[Invitation]:
        query = select(invitations).order_by(invitations.c.name)
        return [_invitation(row) for row in self._connection.execute(query)]

    def knows_browser(self, hashed: str, name: str) -> bool:
        query = select(browsers.c.hash).where(browsers.c.hash == hashed, browsers.c.account == name)
        return self._connection.execute(query).first() is not None

    def entries_of(self, name: str) -> Sequence[tuple[int, str]]:
        query = select(openings.c.entry_index, openings.c.field).where(
            openings.c.value == name.encode(), SHORT_VALUE
        )
        rows = self._connection.execute(query.order_by(openings.c.entry_index, openings.c.field))
        return [(row.entry_index, row.field) for row in rows]


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        name=row.name,
        organisation=row.organisation,
        role=Role(row.role),
        purposes=frozenset(json.loads(row.purposes)),
        since=row.since,
        because=row.opened_index,
        owner=row.owner,
        closed=row.closed,
    )


def _passkey(row: Row[tuple[object, ...]]) -> Passkey:
    return Passkey(
        id=row.id,
        account=row.account,
        label=row.label,
        credential=row.credential,
        public_key=row.public_key,
        counter=row.counter,
        since=row.since,
        used=row.used,
    )


def _session(row: Row[tuple[object, ...]]) -> Session:
    return Session(row.id, row.account, Means(row.means), row.agent, row.since, row.seen)


def _token(row: Row[tuple[object, ...]]) -> Token:
    words: list[str] = json.loads(row.scopes)
    scopes = frozenset(Scope(word) for word in words if not word.startswith(QUESTION))
    question = next((word.removeprefix(QUESTION) for word in words if word.startswith(QUESTION)), None)
    return Token(row.id, row.account, row.label, scopes, row.since, row.until, row.used, question)


def _invitation(row: Row[tuple[object, ...]]) -> Invitation:
    offer = Offer(row.name, row.organisation, Role(row.role), frozenset(json.loads(row.purposes)))
    return Invitation(row.id, offer, row.until, row.generator, row.renews)
