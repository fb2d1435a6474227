"""Two operators let a person in again who has lost passphrase, code generator or passkeys.

One operator asks, another one confirms; neither is the person. Each of both gets one of two codes, and the
person needs both: no operator alone can enter an account that is not the own one, not even the one who
confirms. Means of before open nothing from the confirmation on.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from audit.events.account_events import AccountStep
from gateway.accounts import codes, entries
from gateway.accounts.context import Entrance
from gateway.accounts.errors import AccountRuleError, NotPermittedError, UnknownAccountError
from gateway.accounts.invitations import DAYS, GENERATOR, hash_of_both
from gateway.accounts.model import Account, Credentials, Invitation, Offer, RenewalRequest, Role
from gateway.accounts.ports import People, UnitOfWork
from gateway.accounts.secrets import Kind, new_id, new_secret, secret_hash

ASKED_FOR = timedelta(days=3)
"""How long a request waits for another operator."""


@dataclass(frozen=True)
class Half:
    """One of the two codes, shown this once; the second ends the request."""

    code: str
    second: bool


def ask_or_confirm(
    entrance: Entrance, work: UnitOfWork, operator: Account, name: str, *, may_ask: bool = True
) -> tuple[int, Half]:
    """Ask that the means of an account are renewed or, where another operator has asked, confirm it.

    Returns the log entry, and one of the two codes. Where nobody has asked, `may_ask` False refuses. Raises
    NotPermittedError for anybody but an operator, AccountRuleError for the operator who asked, for the person
    of the account and where too few operators are left, UnknownAccountError for an account without a
    passphrase. Nothing is changed then.
    """
    now = entrance.accounts.clock.now()
    account, old = _lost(work.people, name)
    _may_decide(operator, name)
    request = _open_request(work.people, name, now)
    if request is None:
        if not may_ask:
            raise UnknownAccountError(
                "No such request waits any more.", remedy="The request was confirmed, withdrawn, or ended."
            )
        return _ask(entrance, work, operator, account)
    if request.by == operator.name:
        raise AccountRuleError(
            "You have asked for this renewal yourself: another operator has to confirm it.",
            remedy="Nothing was changed. Ask a second operator.",
        )
    return _confirm(entrance, work, operator, account, old=old, request=request)


def withdraw_request(entrance: Entrance, work: UnitOfWork, operator: Account, name: str) -> tuple[int, None]:
    """End a request that nobody has confirmed. Raises NotPermittedError or UnknownAccountError."""
    now = entrance.accounts.clock.now()
    if operator.role is not Role.OPERATOR:
        raise _no_operator()
    account, request = work.people.account(name), _open_request(work.people, name, now)
    if account is None or request is None:
        raise UnknownAccountError(
            "No such request waits any more.", remedy="The request was confirmed, withdrawn, or ended."
        )
    entry = entries.handled(operator.name, account, AccountStep.RENEWAL_WITHDRAWN, now)
    index = entries.record(entrance.accounts, work, entry)
    work.people.take_renewal(request, because=index)
    return index, None


def deny_request(entrance: Entrance, name: str) -> None:
    """End the request about an account, on the word of its person, who has lost nothing.

    The log then names the person as who withdrew it. Raises UnknownAccountError where no request waits.
    """
    now = entrance.accounts.clock.now()
    with entrance.accounts.store.writing() as work:
        account, request = work.people.account(name), _open_request(work.people, name, now)
        if account is None or request is None:
            raise UnknownAccountError(
                "No such request waits any more.", remedy="The request was confirmed, withdrawn, or ended."
            )
        entry = entries.handled(name, account, AccountStep.RENEWAL_WITHDRAWN, now)
        work.people.take_renewal(request, because=entries.record(entrance.accounts, work, entry))


def request_about(people: People, name: str, now: datetime) -> RenewalRequest | None:
    """Return the request that waits for an account, to be shown to its person alone."""
    return _open_request(people, name, now)


def waiting(people: People, now: datetime) -> list[RenewalRequest]:
    """Return the requests that an operator could confirm now, by the name of the account."""
    found = (_open_request(people, each.account, now) for each in people.renewal_requests())
    return [each for each in found if each is not None]


def renewable(people: People) -> list[Account]:
    """Return the people whose means can be renewed here: those with an open account and a passphrase."""
    people_ = (each for each in people.accounts() if each.closed is None and each.owner is None)
    return [each for each in people_ if people.credentials(each.name) is not None]


def _ask(entrance: Entrance, work: UnitOfWork, operator: Account, account: Account) -> tuple[int, Half]:
    accounts = entrance.accounts
    now = accounts.clock.now()
    if not any(each.name != operator.name for each in _others(work.people, account.name)):
        raise AccountRuleError(
            "Two operators besides the person have to confirm, and there is only one.",
            remedy="Nothing was changed. Invite another operator first: safelane account add-operator.",
        )
    code = new_secret(Kind.INVITATION)
    request = RenewalRequest(account.name, operator.name, secret_hash(Kind.INVITATION, code), now + ASKED_FOR)
    entry = entries.handled(operator.name, account, AccountStep.RENEWAL_ASKED, now)
    index = entries.record(accounts, work, entry)
    work.people.ask_renewal(request, because=index)
    return index, Half(code, second=False)


def _confirm(
    entrance: Entrance,
    work: UnitOfWork,
    operator: Account,
    account: Account,
    *,
    old: Credentials,
    request: RenewalRequest,
) -> tuple[int, Half]:
    accounts = entrance.accounts
    now = accounts.clock.now()
    code = new_secret(Kind.INVITATION)
    both = hash_of_both([request.code, secret_hash(Kind.INVITATION, code)])
    generator = entrance.sealer.seal(codes.new_generator(), GENERATOR)
    offer = Offer(account.name, account.organisation, account.role, account.purposes)
    invitation = Invitation(new_id(), offer, now + timedelta(days=DAYS), generator, renews=True)
    entry = entries.handled(operator.name, account, AccountStep.RENEWAL, now)
    index = entries.record(accounts, work, entry)
    if not work.people.take_renewal(request, because=index):
        raise UnknownAccountError("The request was taken meanwhile.", remedy="Open the page again.")
    work.people.set_credentials(account.name, replace(old, passphrase="", recovery=()), because=index)
    work.people.remove_passkeys(account.name, because=index)
    work.people.end_sessions(account.name, because=index)
    work.people.forget_browsers(account.name, because=index)
    work.people.add_invitation(invitation, both, because=index)
    return index, Half(code, second=True)


def _lost(people: People, name: str) -> tuple[Account, Credentials]:
    account, old = people.account(name), people.credentials(name)
    if account is None or account.closed is not None or old is None:
        raise UnknownAccountError(
            "No open account of this name has a passphrase.",
            remedy="Look for the name in the list of people.",
        )
    return account, old


def _may_decide(operator: Account, name: str) -> None:
    if operator.role is not Role.OPERATOR or operator.owner is not None:
        raise _no_operator()
    if operator.name == name:
        raise AccountRuleError("Nobody can let the own account in again.", remedy="Ask two other operators.")


def _no_operator() -> NotPermittedError:
    return NotPermittedError("Your role does not do this.", remedy="Ask an operator.")


def _open_request(people: People, name: str, now: datetime) -> RenewalRequest | None:
    """The request that waits for an account, as long as whoever asked still is an operator."""
    request = people.renewal_request(name)
    if request is None or request.until <= now:
        return None
    return request if request.by in {each.name for each in _others(people, name)} else None


def _others(people: People, name: str) -> list[Account]:
    """The operators besides this person."""
    return [
        each
        for each in people.accounts()
        if each.role is Role.OPERATOR and each.closed is None and each.owner is None and each.name != name
    ]
