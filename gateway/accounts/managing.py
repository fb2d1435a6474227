"""Changes of accounts: another duty, new credentials, closing. Each change is atomic and logged."""

from dataclasses import replace

from audit.events.account_events import AccountStep, SessionEnd
from gateway.accounts import codes, entries, passphrases
from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.errors import (
    AccountRuleError,
    SignInRefusedError,
    UnknownAccountError,
    WrongCodeError,
)
from gateway.accounts.invitations import GENERATOR, check_duty
from gateway.accounts.model import Account, Credentials, Role
from gateway.accounts.ports import People, PeopleWriter, UnitOfWork


def change_role(
    accounts: Accounts, by: str, name: str, role: Role, purposes: frozenset[str] = frozenset()
) -> None:
    """Give a person another duty. All sessions and tokens end, since both were opened for the former duty.

    Raises UnknownAccountError or AccountRuleError.
    """
    now = accounts.clock.now()
    check_duty(accounts, role, purposes)
    with accounts.store.writing() as work:
        account = person_of(work.people, name)
        _not_oneself(by, name)
        if role is not account.role:
            _not_the_last_operator(work.people, account)
        for each in (account, *services_of(work.people, name)):
            changed = replace(each, role=role, purposes=purposes)
            entry = entries.handled(by, changed, AccountStep.ROLE, now)
            index = entries.record(accounts, work, entry)
            work.people.change_account(changed, because=index)
            _end_everything(accounts, work, by, changed, SessionEnd.ROLE)


def disable(accounts: Accounts, by: str, name: str) -> None:
    """Close an account at once, with its sessions and tokens; its service accounts open nothing any more.

    Raises UnknownAccountError, or AccountRuleError for the last operator.
    """
    with accounts.store.writing() as work:
        account = account_of(work.people, name)
        _not_the_last_operator(work.people, account)
        close(accounts, work, by, account)


def renew(
    entrance: Entrance, by: str, name: str, *, current: str, passphrase: str, generator: str, shown: str
) -> tuple[str, ...]:
    """Give an account a new passphrase and a new code generator; returns new recovery codes, shown this once.

    `current` is the current passphrase, `shown` the code that the new generator shows. All sessions end.
    Raises SignInRefusedError, PassphraseError, WrongCodeError, BusyError or UnknownAccountError.
    """
    accounts = entrance.accounts
    now = accounts.clock.now()
    with accounts.store.reading() as view:
        account, old = person_of(view.people, name), view.people.credentials(name)
    if not passphrases.fits(None if old is None else old.passphrase, current):
        raise SignInRefusedError
    passphrases.check(passphrase, (account.name, account.organisation, entrance.place))
    step = codes.step_of(generator, shown, now)
    if step is None:
        raise WrongCodeError
    kept = passphrases.hashed(passphrase)
    recovery, hashes = codes.new_recovery_codes()
    sealed = entrance.sealer.seal(generator, GENERATOR)
    with accounts.store.writing() as work:
        index = entries.record(accounts, work, entries.handled(by, account, AccountStep.CREDENTIALS, now))
        work.people.set_credentials(name, Credentials(kept, sealed, step, hashes), because=index)
        work.people.end_sessions(name, because=index)
        work.people.forget_browsers(name, because=index)
    return recovery


def close(accounts: Accounts, work: UnitOfWork, by: str, account: Account) -> None:
    """Close an account, with its sessions and tokens."""
    now = accounts.clock.now()
    closed = replace(account, closed=now)
    index = entries.record(accounts, work, entries.handled(by, closed, AccountStep.DISABLED, now))
    work.people.change_account(closed, because=index)
    _end_everything(accounts, work, by, closed, SessionEnd.DISABLED)


def _end_everything(
    accounts: Accounts, work: UnitOfWork, by: str, account: Account, reason: SessionEnd
) -> None:
    now = accounts.clock.now()
    if work.people.sessions_of(account.name):
        index = entries.record(accounts, work, entries.sessions_ended(by, account, reason, now))
        work.people.end_sessions(account.name, because=index)
    tokens = tuple(token.id for token in work.people.tokens_of(account.name))
    if tokens:
        index = entries.record(accounts, work, entries.tokens_revoked(by, account, tokens, now))
        work.people.revoke_tokens(account.name, because=index)


def account_of(people: People, name: str) -> Account:
    """Return the account of a name. Raises UnknownAccountError."""
    account = people.account(name)
    if account is None:
        raise UnknownAccountError(f"There is no account {name}.", remedy="List them: safelane account list.")
    return account


def person_of(people: People, name: str) -> Account:
    """Return a person's account. Raises UnknownAccountError, or AccountRuleError for a service account."""
    account = account_of(people, name)
    if account.owner is not None:
        raise AccountRuleError(
            f"{name} is a service account of {account.owner}.", remedy="Name the person that it belongs to."
        )
    return account


def services_of(people: People, name: str) -> list[Account]:
    """Return the service accounts of a person."""
    return [each for each in people.accounts() if each.owner == name]


def _not_oneself(by: str, name: str) -> None:
    if by == name:
        raise AccountRuleError("Nobody changes the own role.", remedy="Ask another operator.")


def _not_the_last_operator(people: PeopleWriter, account: Account) -> None:
    others = [
        each
        for each in people.accounts()
        if each.role is Role.OPERATOR and each.closed is None and each.name != account.name
    ]
    if account.role is Role.OPERATOR and not others:
        raise AccountRuleError(
            "This is the last operator: nobody could let anybody in any more.",
            remedy="Invite another operator first: safelane account add-operator.",
        )
