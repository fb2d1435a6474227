"""Accounts on SQLAlchemy, writing: the ports `PeopleWriter` and `PeopleNotes` of `gateway.accounts.ports`."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete, insert, or_, select, update

from gateway.accounts.lockout import Tally
from gateway.accounts.model import (
    Account,
    Credentials,
    Identity,
    Invitation,
    Passkey,
    RenewalRequest,
    Session,
    Token,
)
from gateway.auditing.reading_log import SEARCH
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
    spent_challenges,
    tallies,
    tokens,
    tours,
)
from gateway.store.accounts.reading import SqlPeople
from gateway.store.engine.openings import erase_searches
from gateway.store.engine.schema import SHORT_VALUE, openings


class SqlPeopleWriter(SqlPeople):
    """Writes within the caller's transaction. `because` is the log entry that explains a write.

    `belongings`: columns of other tables that name an account, updated when somebody hands over. `erased`:
    those whose rows go when the person's identity is erased.
    """

    def __init__(
        self,
        connection: Connection,
        belongings: Sequence["Column[Any]"] = (),
        erased: Sequence["Column[Any]"] = (),
    ) -> None:
        super().__init__(connection)
        self._belongings = belongings
        self._erased = erased

    def add_account(self, account: Account, *, because: int) -> None:
        self._connection.execute(
            insert(accounts).values(
                name=account.name,
                since=account.since,
                opened_index=because,
                because=because,
                **_changing(account),
            )
        )

    def change_account(self, account: Account, *, because: int) -> None:
        self._connection.execute(
            update(accounts)
            .where(accounts.c.name == account.name)
            .values(because=because, **_changing(account))
        )

    def set_credentials(self, name: str, credentials_: Credentials, *, because: int) -> None:
        for table in (recovery_codes, credentials):
            self._delete(table, name)
        self._connection.execute(
            insert(credentials).values(
                account=name,
                passphrase=credentials_.passphrase,
                generator=credentials_.generator,
                last_step=credentials_.last_step,
                because=because,
            )
        )
        if credentials_.recovery:
            rows = [{"hash": hashed, "account": name} for hashed in credentials_.recovery]
            self._connection.execute(insert(recovery_codes), rows)

    def set_identity(self, name: str, identity: Identity, *, because: int) -> None:
        self._delete(identities, name)
        values = {"issuer": identity.issuer, "subject": identity.subject}
        self._connection.execute(insert(identities).values(account=name, because=because, **values))

    def take_step(self, name: str, step: int, *, because: int) -> bool:
        taken = self._connection.execute(
            update(credentials)
            .where(credentials.c.account == name, credentials.c.last_step < step)
            .values(last_step=step, because=because)
        )
        return taken.rowcount == 1

    def take_recovery(self, name: str, hashed: str, *, because: int) -> bool:
        del because  # the row is gone; the session that it opened keeps the entry
        taken = self._connection.execute(
            delete(recovery_codes).where(recovery_codes.c.account == name, recovery_codes.c.hash == hashed)
        )
        return taken.rowcount == 1

    def add_passkey(self, passkey: Passkey, hashed: str, *, because: int) -> None:
        self._connection.execute(
            insert(passkeys).values(
                hash=hashed,
                id=passkey.id,
                account=passkey.account,
                label=passkey.label,
                credential=passkey.credential,
                public_key=passkey.public_key,
                counter=passkey.counter,
                since=passkey.since,
                because=because,
            )
        )

    def use_passkey(self, id_: str, counter: int, at: datetime, *, because: int) -> bool:
        risen = passkeys.c.counter < counter
        if counter == 0:
            risen = or_(risen, passkeys.c.counter == 0)  # neither of both counts
        used = self._connection.execute(
            update(passkeys)
            .where(and_(passkeys.c.id == id_, risen))
            .values(counter=counter, used=at, because=because)
        )
        return used.rowcount == 1

    def remove_passkeys(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        del because  # the rows are gone; the entry says whose they were
        return self._delete(passkeys, name, ids)

    def spend_challenge(self, hashed: str, until: datetime, now: datetime, *, because: int) -> bool:
        self._connection.execute(delete(spent_challenges).where(spent_challenges.c.until < now))
        known = select(spent_challenges.c.hash).where(spent_challenges.c.hash == hashed)
        if self._connection.execute(known).first() is not None:
            return False
        self._connection.execute(insert(spent_challenges).values(hash=hashed, until=until, because=because))
        return True

    def ask_renewal(self, request: RenewalRequest, *, because: int) -> None:
        self._delete(renewal_requests, request.account)
        values = {"by": request.by, "code": request.code, "until": request.until}
        self._connection.execute(
            insert(renewal_requests).values(account=request.account, because=because, **values)
        )

    def take_renewal(self, request: RenewalRequest, *, because: int) -> bool:
        del because  # the row is gone; the invitation that follows names the entry
        same = (renewal_requests.c.account == request.account, renewal_requests.c.code == request.code)
        return self._connection.execute(delete(renewal_requests).where(*same)).rowcount == 1

    def add_invitation(self, invitation: Invitation, hashed: str, *, because: int) -> None:
        offer = invitation.offer
        self._connection.execute(delete(invitations).where(invitations.c.name == offer.name))
        self._connection.execute(
            insert(invitations).values(
                hash=hashed,
                id=invitation.id,
                name=offer.name,
                organisation=offer.organisation,
                role=offer.role.value,
                purposes=json.dumps(sorted(offer.purposes)),
                until=invitation.until,
                generator=invitation.generator,
                renews=invitation.renews,
                because=because,
            )
        )

    def take_invitation(self, invitation: Invitation, *, because: int) -> bool:
        del because  # the row is gone; the account that it opened names the entry
        taken = self._connection.execute(delete(invitations).where(invitations.c.id == invitation.id))
        return taken.rowcount == 1

    def add_session(self, session: Session, hashed: str, *, because: int) -> None:
        self._connection.execute(
            insert(sessions).values(
                hash=hashed,
                id=session.id,
                account=session.account,
                means=session.means.value,
                agent=session.agent,
                since=session.since,
                seen=session.seen,
                because=because,
            )
        )

    def end_sessions(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        del because  # the rows are gone; the entry says whose they were
        return self._delete(sessions, name, ids)

    def remember_browser(self, name: str, hashed: str, at: datetime, *, because: int) -> None:
        self._connection.execute(
            insert(browsers).values(hash=hashed, account=name, since=at, because=because)
        )

    def forget_browsers(self, name: str, *, because: int) -> None:
        del because  # the rows are gone
        self._delete(browsers, name)

    def add_token(self, token: Token, hashed: str, *, because: int) -> None:
        self._connection.execute(
            insert(tokens).values(
                hash=hashed,
                id=token.id,
                account=token.account,
                label=token.label,
                scopes=json.dumps(token.words),
                since=token.since,
                until=token.until,
                because=because,
            )
        )

    def revoke_tokens(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        del because  # the rows are gone; the entry names them
        return self._delete(tokens, name, ids)

    def hand_over(self, name: str, to: str, *, because: int) -> None:
        self._connection.execute(
            update(accounts).where(accounts.c.owner == name).values(owner=to, because=because)
        )
        for column in self._belongings:
            self._connection.execute(update(column.table).where(column == name).values({column.name: to}))

    def rename(self, name: str, to: str, *, because: int) -> None:
        self._connection.execute(
            update(accounts).where(accounts.c.name == name).values(name=to, because=because)
        )

    def erase_secrets(self, name: str, *, because: int) -> None:
        del because  # the rows are gone; the account's row names the entry
        means = (recovery_codes, credentials, identities, passkeys, renewal_requests)
        for table in (*means, sessions, browsers, tokens, tours):
            self._delete(table, name)
        self._connection.execute(delete(invitations).where(invitations.c.name == name))
        for column in self._erased:
            self._connection.execute(delete(column.table).where(column == name))

    def kept_about(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """The rows that erasing an identity would delete from other tables, by the table's name."""
        found: dict[str, list[dict[str, Any]]] = {}
        for column in (tours.c.account, *self._erased):
            rows = self._connection.execute(select(column.table).where(column == name)).mappings()
            found[column.table.name] = [{key: _plain(value) for key, value in row.items()} for row in rows]
        return found

    def erase_openings(self, name: str, *, because: int) -> dict[str, int]:
        del because  # no row is left that could name the entry
        named = (openings.c.value == name.encode(), SHORT_VALUE)
        fields = select(openings.c.field).where(*named)
        counts = Counter(self._connection.execute(fields).scalars())
        self._connection.execute(delete(openings).where(*named))
        counts += Counter({SEARCH: erase_searches(self._connection, name)})
        return dict(sorted(counts.items()))

    def _delete(self, table: Table, name: str, ids: Iterable[str] | None = None) -> int:
        query = delete(table).where(table.c.account == name)
        if ids is not None:
            query = query.where(table.c.id.in_(list(ids)))
        return self._connection.execute(query).rowcount


class SqlPeopleNotes:
    """Bookkeeping: replaced, not explained."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tally(self, key: str) -> Tally | None:
        row = self._connection.execute(select(tallies).where(tallies.c.key == key)).one_or_none()
        return None if row is None else Tally(row.failures, row.last)

    def set_tally(self, key: str, tally: Tally | None) -> None:
        self._connection.execute(delete(tallies).where(tallies.c.key == key))
        if tally is not None:
            values = {"failures": tally.failures, "last": tally.last}
            self._connection.execute(insert(tallies).values(key=key, **values))

    def forget_tallies(self, before: datetime) -> None:
        self._connection.execute(delete(tallies).where(tallies.c.last < before))

    def session_seen(self, session: str, at: datetime) -> None:
        self._connection.execute(update(sessions).where(sessions.c.id == session).values(seen=at))

    def keep_tour(self, name: str, tour: str, at: datetime) -> None:
        row = tours.c.account == name, tours.c.tour == tour
        self._connection.execute(delete(tours).where(*row))
        self._connection.execute(insert(tours).values(account=name, tour=tour, at=at))

    def token_used(self, token: str, at: datetime) -> None:
        self._connection.execute(update(tokens).where(tokens.c.id == token).values(used=at))


def _changing(account: Account) -> dict[str, Any]:
    return {
        "organisation": account.organisation,
        "role": account.role.value,
        "purposes": json.dumps(sorted(account.purposes)),
        "owner": account.owner,
        "closed": account.closed,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
