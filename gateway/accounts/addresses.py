"""Personal addresses: a secret in an address opens its owner's tables to a program that can send no token.

An address is passed on more easily than a token: it stands in workbooks, histories and the records of
proxies. So it reads tables and does nothing else, of one question where its owner says so, and a person makes
it, never a token, which the address would outlive.
"""

import re

from gateway.accounts.context import Accounts
from gateway.accounts.duties import Action, Who, may
from gateway.accounts.errors import (
    AccountRuleError,
    NotAuthenticatedError,
    UnknownAccountError,
    UnknownAddressError,
)
from gateway.accounts.model import AddressRequest, Role, Side, Token
from gateway.accounts.secrets import Kind
from gateway.accounts.tokens import Caller, caller, keep, open_account, revoke

_QUESTION = re.compile(r"[A-Za-z0-9_-]{1,64}")


def has_addresses(side: Side, role: Role) -> bool:
    """Return whether people of this role can have personal addresses: whoever has tables of their own."""
    return may(side, Who(role.value), Action.ASK)


def make_address(accounts: Accounts, by: str, name: str, requested: AddressRequest) -> str:
    """Make a personal address for an account; returns its secret, shown this once.

    Raises UnknownAccountError, or AccountRuleError for an account that has no tables, and as `keep` does.
    """
    if requested.question is not None and not _QUESTION.fullmatch(requested.question):
        raise AccountRuleError("That is no number of a question.", remedy="Copy it from the question's page.")
    with accounts.store.writing() as work:
        account = open_account(work, name)
        if not has_addresses(accounts.side, account.role):
            raise AccountRuleError(
                "Only an analyst of a hub has tables that a personal address could read.",
                remedy="Make it for an analyst's account.",
            )
        return keep(accounts, work, by, account, requested)


def withdraw_address(accounts: Accounts, by: str, name: str, address_id: str) -> None:
    """Withdraw a personal address of an account. Raises UnknownAccountError for any other token too."""
    with accounts.store.reading() as view:
        known = [token.id for token in view.people.tokens_of(name) if token.is_address]
    if address_id not in known:
        raise UnknownAccountError("There is no such personal address.", remedy="It may be withdrawn already.")
    revoke(accounts, by, name, [address_id])


def reader(accounts: Accounts, secret: str) -> Caller:
    """Return the owner of a personal address as the account is now. Raises UnknownAddressError."""
    try:
        return caller(accounts, secret, Kind.ADDRESS)
    except NotAuthenticatedError:
        raise UnknownAddressError from None


def reads(token: Token, question_id: str | None) -> bool:
    """Return whether a personal address reads a question; None stands for tables of many questions."""
    return token.question is None or token.question == question_id
