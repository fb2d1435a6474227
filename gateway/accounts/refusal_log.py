"""Refusals in the log: every refused person leaves a trace, but refusals cannot fill the log."""

from gateway.accounts import entries
from gateway.accounts.context import Accounts
from gateway.accounts.duties import Action, require
from gateway.accounts.errors import NotPermittedError
from gateway.accounts.model import Principal, Scope


def admit(
    accounts: Accounts, principal: Principal, action: Action, scopes: frozenset[Scope] | None = None
) -> None:
    """Raise NotPermittedError, and log the refusal, unless the principal's duty includes the action."""
    try:
        require(accounts.side, principal, action, scopes)
    except NotPermittedError:
        refused(accounts, principal, action.value, "role-may-not")
        raise


def refused(accounts: Accounts, principal: Principal | None, action: str, reason: str) -> None:
    """Log a refusal, as often as `gateway.accounts.refusals` allows."""
    now = accounts.clock.now()
    who = "unknown" if principal is None else principal.user
    times = accounts.refusals.times(f"{who} {action} {reason}", now)
    if times:
        with accounts.store.writing() as work:
            entries.record(accounts, work, entries.access_refused(principal, action, reason, times, now))
