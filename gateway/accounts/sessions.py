"""Sessions, kept on the server, so that the server can end a session; the browser holds only a secret."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.events.account_events import SessionEnd
from gateway.accounts import entries
from gateway.accounts.context import Accounts
from gateway.accounts.errors import NotAuthenticatedError, NotFreshError, UnknownAccountError
from gateway.accounts.model import Account, Means, Session
from gateway.accounts.ports import UnitOfWork
from gateway.accounts.secrets import Kind, new_id, new_secret, secret_hash

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FRESH = timedelta(minutes=10)
"""How long after a sign-in the actions are allowed that need a fresh sign-in."""
CLOCK_TOLERANCE = timedelta(minutes=2)
"""By how much the clock may be set back, as by the network's time, without ending sessions."""
NOTED_EVERY = timedelta(minutes=1)
MOST = 10
"""Sessions of one account at a time; a new session replaces the oldest."""


@dataclass(frozen=True)
class Present:
    """A signed-in person, with the session."""

    session: Session
    account: Account


def begin(
    accounts: Accounts, work: UnitOfWork, account: Account, means: Means, agent: str, *, because: int
) -> str:
    """Open a new session; returns the session's secret."""
    now = accounts.clock.now()
    older = work.people.sessions_of(account.name)
    over = [s.id for n, s in enumerate(older, start=1) if n >= MOST or _expired(s, now)]
    work.people.end_sessions(account.name, over, because=because)
    secret = new_secret(Kind.SESSION)
    session = Session(new_id(), account.name, means, agent[:100], now, now)
    work.people.add_session(session, secret_hash(Kind.SESSION, secret), because=because)
    return secret


def present(accounts: Accounts, secret: str) -> Present:
    """Return the holder of this session, with the current account. Raises NotAuthenticatedError."""
    now = accounts.clock.now()
    with accounts.store.reading() as view:
        found = view.people.session(secret_hash(Kind.SESSION, secret))
    if found is None or found[1].closed is not None or _expired(found[0], now):
        raise NotAuthenticatedError("You are not signed in, or your session has ended.", remedy="Sign in.")
    session, account = found
    if now - session.seen >= NOTED_EVERY:
        with accounts.store.notes() as notes:
            notes.people.session_seen(session.id, now)
    return Present(session, account)


def require_fresh(accounts: Accounts, who: Present) -> None:
    """Raise NotFreshError unless the sign-in was within the last minutes."""
    if accounts.clock.now() - who.session.since > FRESH:
        raise NotFreshError


def open_sessions(accounts: Accounts, name: str) -> list[Session]:
    """Return the valid sessions, newest first."""
    now = accounts.clock.now()
    with accounts.store.reading() as view:
        return [s for s in view.people.sessions_of(name) if not _expired(s, now)]


def end(
    accounts: Accounts,
    by: str,
    name: str,
    ids: Iterable[str] | None = None,
    reason: SessionEnd = SessionEnd.REVOKED,
) -> int:
    """End sessions of one account, the named sessions or all; returns the number of ended sessions.

    Raises UnknownAccountError when the account does not exist, or none of the sessions belongs to the
    account.
    """
    now = accounts.clock.now()
    wanted = None if ids is None else list(ids)
    with accounts.store.writing() as work:
        account = work.people.account(name)
        own = [] if account is None else [s.id for s in work.people.sessions_of(name)]
        if account is None or (wanted is not None and not set(wanted) & set(own)):
            raise UnknownAccountError("There is no such session.", remedy="It may have ended already.")
        index = entries.record(accounts, work, entries.sessions_ended(by, account, reason, now))
        return work.people.end_sessions(name, wanted, because=index)


def _expired(session: Session, now: datetime) -> bool:
    """Also one of a time that has not come: it was opened under a clock that has been set back since."""
    if max(session.since, session.seen) - now > CLOCK_TOLERANCE:
        return True
    return now - session.seen > IDLE or now - session.since > LONGEST
