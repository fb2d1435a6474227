"""Signing in: name, passphrase and code together, with one answer for every failure.

All three are asked for in one step, so that no partial success can be observed, and every attempt costs the
same work whether the account exists or not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from gateway.accounts import codes, entries, lockout, passphrases
from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.errors import AccountError, IdentityRefusedError, SignInRefusedError
from gateway.accounts.invitations import GENERATOR
from gateway.accounts.lockout import Rule
from gateway.accounts.model import Account, Credentials, Identity, Means
from gateway.accounts.ports import UnitOfWork
from gateway.accounts.refusals import RefusedAttempt
from gateway.accounts.secrets import Kind, new_secret, secret_hash
from gateway.accounts.sessions import begin

WRONG = "wrong"
CLOSED = "closed"

R = TypeVar("R")


@dataclass(frozen=True)
class Visitor:
    """Where an attempt comes from: the address, and the browser by its name.

    `browser` is the secret of the browser's cookie, if any.
    """

    address: str
    browser: str | None
    agent: str


@dataclass(frozen=True)
class Attempt(Visitor):
    """The typed values of an attempt, and its source."""

    name: str
    passphrase: str
    code: str


@dataclass(frozen=True)
class SignInResult:
    """Secrets for the browser's cookies: of the session, and of the browser where the browser is new."""

    account: Account
    session: str
    browser: str | None


def sign_in(entrance: Entrance, attempt: Attempt) -> SignInResult:
    """Sign a person in. Raises SignInRefusedError, in the same words for every cause, or BusyError."""
    accounts = entrance.accounts
    return prove(
        entrance,
        attempt,
        lambda work, account: let_in(accounts, work, account, Means.PASSPHRASE, attempt),
    )


def prove(entrance: Entrance, attempt: Attempt, act: Callable[[UnitOfWork, Account], tuple[int, R]]) -> R:
    """Check name, passphrase and code, and do an act of this person; returns what the act returns.

    `act` returns the log entry that explains it, and its result. The code is used up with the act, together
    or not at all. Raises SignInRefusedError, in the same words for every cause, BusyError, and as `act` does.
    """
    accounts = entrance.accounts
    now = accounts.clock.now()
    name = attempt.name.strip().lower()
    under = counted(entrance, attempt, name, known=knows(accounts, attempt, name))
    if not begin_attempt(accounts, under):
        log_failure(accounts, name, CLOSED)
        raise SignInRefusedError
    with accounts.store.reading() as view:
        credentials = view.people.credentials(name)
    # The same work for nobody as for somebody: an answer must not come sooner for a name that is unknown.
    right = passphrases.fits(credentials.passphrase if credentials else None, attempt.passphrase)
    generator = entrance.sealer.unseal(credentials.generator, GENERATOR) if credentials else codes.NOBODYS
    step = codes.step_of(generator, attempt.code, now)
    # Both are looked at before anything is done: how long it takes must not tell which of them was right.
    counts = _counts(credentials, step, attempt.code)
    try:
        if not (right and counts):
            raise SignInRefusedError
        done = _act(accounts, name, step, attempt.code, act)
    except SignInRefusedError:
        log_failure(accounts, name, WRONG)
        raise
    except AccountError:
        succeeded(accounts, under)  # it was this person; only the act was refused
        raise
    succeeded(accounts, under)
    return done


def sign_in_by_directory(accounts: Accounts, identity: Identity, visitor: Visitor) -> SignInResult:
    """Sign in a person whom a directory has identified, if the person has an open account.

    Raises IdentityRefusedError.
    """
    with accounts.store.writing() as work:
        account = work.people.account_of(identity)
        if account is not None and account.closed is None:
            return let_in(accounts, work, account, Means.DIRECTORY, visitor)[1]
    raise IdentityRefusedError("no-account")


def _counts(credentials: Credentials | None, step: int | None, code: str) -> bool:
    """Return whether a code is valid and unused; marking the code as used is a separate step."""
    recovery = codes.recovery_hash(code)
    if credentials is None:
        return False
    return (step is not None and step > credentials.last_step) or recovery in credentials.recovery


def _act(
    accounts: Accounts,
    name: str,
    step: int | None,
    code: str,
    act: Callable[[UnitOfWork, Account], tuple[int, R]],
) -> R:
    """The passphrase was right: use up the code and act, together or not at all.

    Raises SignInRefusedError, and as `act` does.
    """
    with accounts.store.writing() as work:
        account = work.people.account(name)
        if account is None or account.closed is not None:
            raise SignInRefusedError
        index, done = act(work, account)
        if step is not None:
            taken = work.people.take_step(name, step, because=index)
        else:
            taken = work.people.take_recovery(name, codes.recovery_hash(code), because=index)
        if not taken:
            raise SignInRefusedError  # which takes back the act and its entry
        return done


def let_in(
    accounts: Accounts, work: UnitOfWork, account: Account, means: Means, visitor: Visitor
) -> tuple[int, SignInResult]:
    """Open a session for a person who was identified; returns the log entry too."""
    now = accounts.clock.now()
    index = entries.record(accounts, work, entries.signed_in(account, means, now))
    secret = begin(accounts, work, account, means, visitor.agent, because=index)
    known = visitor.browser is not None and work.people.knows_browser(
        secret_hash(Kind.BROWSER, visitor.browser), account.name
    )
    if known:
        return index, SignInResult(account, secret, None)
    browser = new_secret(Kind.BROWSER)
    work.people.remember_browser(account.name, secret_hash(Kind.BROWSER, browser), now, because=index)
    return index, SignInResult(account, secret, browser)


def knows(accounts: Accounts, visitor: Visitor, name: str) -> bool:
    """Return whether the account of this name has signed in from the visitor's browser."""
    if visitor.browser is None:
        return False
    with accounts.store.reading() as view:
        return view.people.knows_browser(secret_hash(Kind.BROWSER, visitor.browser), name)


def counted(entrance: Entrance, visitor: Visitor, name: str, *, known: bool) -> tuple[tuple[str, Rule], ...]:
    """Return the keys under which an attempt is counted. Blinded: a typed name may be a passphrase."""
    if known and visitor.browser is not None:
        return ((_key(entrance, "browser", visitor.browser), lockout.BROWSER),)
    return (
        (_key(entrance, "account", name), lockout.ACCOUNT),
        (_key(entrance, "address", lockout.place_of(visitor.address)), lockout.ADDRESS),
    )


def _key(entrance: Entrance, kind: str, value: str) -> str:
    return entrance.sealer.blind(f"{kind} {value}")


def begin_attempt(accounts: Accounts, under: tuple[tuple[str, Rule], ...]) -> bool:
    """Count an attempt before any check; False, and nothing counted, while attempts are closed."""
    now = accounts.clock.now()
    with accounts.store.notes() as notes:
        tallies = [(key, rule, notes.people.tally(key)) for key, rule in under]
        if any(lockout.is_closed(tally, rule, now) for _, rule, tally in tallies):
            return False
        for key, rule, tally in tallies:
            notes.people.set_tally(key, lockout.one_more(tally, rule, now))
        notes.people.forget_tallies(now - lockout.LONGEST_MEMORY)
    return True


def succeeded(accounts: Accounts, under: tuple[tuple[str, Rule], ...]) -> None:
    """Clear the person's failed attempts; those of other people at the same address stay counted."""
    with accounts.store.notes() as notes:
        for key, rule in under:
            left = lockout.one_less(notes.people.tally(key)) if rule is lockout.ADDRESS else None
            notes.people.set_tally(key, left)


def log_failure(accounts: Accounts, name: str, reason: str) -> None:
    """Log a failed attempt, as often as `gateway.accounts.refusals` allows."""
    now = accounts.clock.now()
    with accounts.store.reading() as view:
        account = view.people.account(name)
    principal = account.principal if account is not None else None
    attempt = RefusedAttempt(principal, "enter", reason, signing_in=principal is not None)
    times = accounts.refusals.times(attempt, now)
    if times == 0:
        return
    with accounts.store.writing() as work:
        entries.record(accounts, work, entries.sign_in_failed(account, reason, now))
        if times > 1:
            entry = entries.access_refused(principal, "enter", reason, times - 1, now)
            entries.record(accounts, work, entry)
