"""Tokens of programs (with scopes, an end date, shown once, stored as hashes), and service accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from gateway.accounts import entries
from gateway.accounts.context import Accounts
from gateway.accounts.duties import DUTIES, Who
from gateway.accounts.errors import (
    AccountRuleError,
    NotAuthenticatedError,
    UnknownAccountError,
)
from gateway.accounts.invitations import account_name, check_free, checked_offer
from gateway.accounts.model import (
    Account,
    AddressRequest,
    Offer,
    Principal,
    Role,
    Scope,
    Side,
    Token,
    TokenRequest,
)
from gateway.accounts.ports import UnitOfWork
from gateway.accounts.secrets import Kind, new_id, new_secret, secret_hash

MOST_DAYS = 366
MOST = 50
"""Tokens of one account at a time."""
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """The principal whose program calls, and the scopes of the token."""

    principal: Principal
    token: Token


def scopes_of(side: Side, role: Role) -> frozenset[Scope]:
    """Return the scopes that a token of this role can have."""
    return frozenset(d.scope for d in DUTIES.values() if d.scope and Who(role.value) in d.who(side))


def make_token(accounts: Accounts, by: str, name: str, requested: TokenRequest) -> str:
    """Make a token for an account; returns the token, shown this once.

    Raises UnknownAccountError, or AccountRuleError for scopes beyond the account's duty.
    """
    with accounts.store.writing() as work:
        return _make(accounts, work, by, open_account(work, name), requested)


def add_service(accounts: Accounts, by: str, name: str, owner: str, requested: TokenRequest) -> str:
    """Make a program's account, which has its owner's duty; returns the program's token.

    Raises as `make_token` does, AccountRuleError when the owner is no person, and AccountTakenError.
    """
    now = accounts.clock.now()
    checked = account_name(name)
    with accounts.store.writing() as work:
        person = open_account(work, owner)
        if person.owner is not None:
            raise AccountRuleError("A service account belongs to a person.", remedy="Name its owner.")
        check_free(work, checked)
        service = Account(checked, person.organisation, person.role, person.purposes, now, -1, person.name)
        index = entries.record(accounts, work, entries.added(service, now))
        work.people.add_account(service, because=index)
        return _make(accounts, work, by, service, requested)


def add_program(accounts: Accounts, offer: Offer, label: str) -> str:
    """Make an account that only its token opens, such as the demo's; returns the token.

    Raises AccountRuleError or AccountTakenError.
    """
    now = accounts.clock.now()
    checked = checked_offer(accounts, offer)
    account = Account(checked.name, checked.organisation, checked.role, checked.purposes, now, -1)
    with accounts.store.writing() as work:
        check_free(work, account.name)
        index = entries.record(accounts, work, entries.added(account, now))
        work.people.add_account(account, because=index)
        requested = TokenRequest(label, scopes_of(accounts.side, account.role), MOST_DAYS)
        return _make(accounts, work, account.name, account, requested)


def caller(accounts: Accounts, secret: str, kind: Kind = Kind.TOKEN) -> Caller:
    """Return the holder of this token or personal address, with the current account.

    Raises NotAuthenticatedError.
    """
    now = accounts.clock.now()
    with accounts.store.reading() as view:
        found = view.people.token(secret_hash(kind, secret))
        owner = view.people.account(found[1].owner) if found and found[1].owner else None
    if found is None or found[1].closed is not None or found[0].until <= now:
        raise _unknown()
    kept, account = found
    if account.owner is not None and (owner is None or owner.closed is not None):
        raise _unknown()
    if kept.used is None or now - kept.used >= NOTED_EVERY:
        with accounts.store.notes() as notes:
            notes.people.token_used(kept.id, now)
    return Caller(account.principal, kept)


def revoke(accounts: Accounts, by: str, name: str, ids: Iterable[str] | None = None) -> int:
    """Revoke tokens of one account, the named tokens or all; returns the number of revoked tokens.

    Raises UnknownAccountError when the account does not exist, or none of the tokens belongs to the account.
    """
    now = accounts.clock.now()
    with accounts.store.writing() as work:
        account = work.people.account(name)
        own = [] if account is None else [t.id for t in work.people.tokens_of(name)]
        gone = tuple(own if ids is None else (i for i in own if i in set(ids)))
        if account is None or (ids is not None and not gone):
            raise UnknownAccountError("There is no such token.", remedy="It may have been revoked already.")
        if not gone:
            return 0
        index = entries.record(accounts, work, entries.tokens_revoked(by, account, gone, now))
        return work.people.revoke_tokens(name, gone, because=index)


def _make(accounts: Accounts, work: UnitOfWork, by: str, account: Account, requested: TokenRequest) -> str:
    possible = scopes_of(accounts.side, account.role)
    if not requested.scopes or not requested.scopes <= possible:
        raise AccountRuleError(
            f"A token of this {account.role.value} needs a scope, and can have only those of its duty.",
            remedy=f"Scopes: {', '.join(sorted(s.value for s in possible)) or 'none'}.",
        )
    return keep(accounts, work, by, account, requested)


def keep(
    accounts: Accounts, work: UnitOfWork, by: str, account: Account, requested: TokenRequest | AddressRequest
) -> str:
    """Keep a token or a personal address; returns its secret, shown this once.

    Raises AccountRuleError for a label or a number of days that cannot be, or too many tokens.
    """
    label = requested.label.strip()
    if not 1 <= requested.days <= MOST_DAYS:
        raise AccountRuleError(f"A token holds for 1 to {MOST_DAYS} days.", remedy="Choose fewer days.")
    if not label or len(requested.label) > 60 or not requested.label.isprintable():
        raise AccountRuleError("A token has a label of 1 to 60 characters.", remedy="Say what it is for.")
    if len(work.people.tokens_of(account.name)) >= MOST:
        raise AccountRuleError(
            f"An account has at most {MOST} tokens.", remedy="Revoke some that are not used."
        )
    now = accounts.clock.now()
    until = now + timedelta(days=requested.days)
    if isinstance(requested, AddressRequest):
        kind, scopes, question = Kind.ADDRESS, frozenset({Scope.ADDRESS}), requested.question
    else:
        kind, scopes, question = Kind.TOKEN, requested.scopes, None
    token = Token(new_id(), account.name, label, scopes, now, until, question=question)
    secret = new_secret(kind)
    index = entries.record(accounts, work, entries.token_made(by, account, token, now))
    work.people.add_token(token, secret_hash(kind, secret), because=index)
    return secret


def open_account(work: UnitOfWork, name: str) -> Account:
    account = work.people.account(name)
    if account is None or account.closed is not None:
        raise UnknownAccountError(f"There is no open account {name}.", remedy="List them.")
    return account


def _unknown() -> NotAuthenticatedError:
    return NotAuthenticatedError(
        "The token is not known here.", remedy="Check that it is complete and belongs to this hub."
    )
