"""Signing in: name, passphrase and code together, with one answer for every failure.

All three are asked for in one step, so that no partial success can be observed, and every attempt costs the
same work whether the account exists or not.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.accounts import codes, entries, lockout, passphrases
from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.errors import IdentityRefusedError, SignInRefusedError
from gateway.accounts.invitations import GENERATOR
from gateway.accounts.lockout import Rule
from gateway.accounts.model import Account, Credentials, Identity, Means
from gateway.accounts.ports import UnitOfWork
from gateway.accounts.refusals import RefusedAttempt
from gateway.accounts.secrets import Kind, new_secret, secret_hash
from gateway.accounts.sessions import begin

WRONG = "wrong"
CLOSED = "closed"


@dataclass(frozen=True)
class Attempt:
    """The typed values of an attempt, and its source.

    `browser` is the secret of the browser's cookie, if any.
    """

    name: str
    passphrase: str
    code: str
    address: str
    browser: str | None
    agent: str


@dataclass(frozen=True)
class SignInResult:
    """Secrets for the browser's cookies: of the session, and of the browser where the browser is new."""

    account: Account
    session: str
    browser: str | None


def sign_in(entrance: Entrance, attempt: Attempt) -> SignInResult:
    """Sign a person in. Raises SignInRefusedError, in the same words for every cause, or BusyError."""
    accounts = entrance.accounts
    now = accounts.clock.now()
    name = attempt.name.strip().lower()
    known = attempt.browser is not None and _knows(accounts, attempt.browser, name)
    counted = _counted(entrance, attempt, name, known)
    if not _begin(accounts, counted, now):
        _log_failure(accounts, name, CLOSED)
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
        entered = _enter(accounts, name, step, attempt, known)
    except SignInRefusedError:
        _log_failure(accounts, name, WRONG)
        raise
    _succeeded(accounts, counted)
    return entered


def sign_in_by_directory(
    accounts: Accounts, identity: Identity, agent: str, browser: str | None
) -> SignInResult:
    """Sign in a person whom a directory has identified, if the person has an open account.

    Raises IdentityRefusedError.
    """
    with accounts.store.writing() as work:
        account = work.people.account_of(identity)
        if account is not None and account.closed is None:
            known = browser is not None and work.people.knows_browser(
                secret_hash(Kind.BROWSER, browser), account.name
            )
            return _let_in(accounts, work, account, Means.DIRECTORY, agent=agent, known=known)[1]
    raise IdentityRefusedError("no-account")


def _counts(credentials: Credentials | None, step: int | None, code: str) -> bool:
    """Return whether a code is valid and unused; marking the code as used is a separate step."""
    recovery = codes.recovery_hash(code)
    if credentials is None:
        return False
    return (step is not None and step > credentials.last_step) or recovery in credentials.recovery


def _enter(accounts: Accounts, name: str, step: int | None, attempt: Attempt, known: bool) -> SignInResult:
    """The passphrase was right: use up the code and open a session, together or not at all.

    Raises SignInRefusedError.
    """
    with accounts.store.writing() as work:
        account = work.people.account(name)
        if account is None or account.closed is not None:
            raise SignInRefusedError
        index, entered = _let_in(accounts, work, account, Means.PASSPHRASE, agent=attempt.agent, known=known)
        if step is not None:
            taken = work.people.take_step(name, step, because=index)
        else:
            taken = work.people.take_recovery(name, codes.recovery_hash(attempt.code), because=index)
        if not taken:
            raise SignInRefusedError  # which takes back the session and its entry
        return entered


def _let_in(
    accounts: Accounts, work: UnitOfWork, account: Account, means: Means, *, agent: str, known: bool
) -> tuple[int, SignInResult]:
    now = accounts.clock.now()
    index = entries.record(accounts, work, entries.signed_in(account, means, now))
    secret = begin(accounts, work, account, means, agent, because=index)
    if known:
        return index, SignInResult(account, secret, None)
    browser = new_secret(Kind.BROWSER)
    work.people.remember_browser(account.name, secret_hash(Kind.BROWSER, browser), now, because=index)
    return index, SignInResult(account, secret, browser)


def _knows(accounts: Accounts, browser: str, name: str) -> bool:
    with accounts.store.reading() as view:
        return view.people.knows_browser(secret_hash(Kind.BROWSER, browser), name)


def _counted(entrance: Entrance, attempt: Attempt, name: str, known: bool) -> tuple[tuple[str, Rule], ...]:
    """Return the keys under which an attempt is counted. Blinded: a typed name may be a passphrase."""
    if known and attempt.browser is not None:
        return ((_key(entrance, "browser", attempt.browser), lockout.BROWSER),)
    return (
        (_key(entrance, "account", name), lockout.ACCOUNT),
        (_key(entrance, "address", lockout.place_of(attempt.address)), lockout.ADDRESS),
    )


def _key(entrance: Entrance, kind: str, value: str) -> str:
    return entrance.sealer.blind(f"{kind} {value}")


def _begin(accounts: Accounts, counted: tuple[tuple[str, Rule], ...], now: datetime) -> bool:
    """Count an attempt before any check; False, and nothing counted, while attempts are closed."""
    with accounts.store.notes() as notes:
        tallies = [(key, rule, notes.people.tally(key)) for key, rule in counted]
        if any(lockout.is_closed(tally, rule, now) for _, rule, tally in tallies):
            return False
        for key, rule, tally in tallies:
            notes.people.set_tally(key, lockout.one_more(tally, rule, now))
        notes.people.forget_tallies(now - lockout.LONGEST_MEMORY)
    return True


def _succeeded(accounts: Accounts, counted: tuple[tuple[str, Rule], ...]) -> None:
    """Clear the person's failed attempts; those of other people at the same address stay counted."""
    with accounts.store.notes() as notes:
        for key, rule in counted:
            left = lockout.one_less(notes.people.tally(key)) if rule is lockout.ADDRESS else None
            notes.people.set_tally(key, left)


def _log_failure(accounts: Accounts, name: str, reason: str) -> None:
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
