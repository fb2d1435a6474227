"""Refusals in the log: every refused person leaves a trace, but refusals cannot fill the log."""

from collections.abc import Sequence
from datetime import datetime

from gateway.accounts import entries
from gateway.accounts.context import Accounts
from gateway.accounts.duties import Action, require
from gateway.accounts.errors import NotPermittedError
from gateway.accounts.model import Principal, Scope
from gateway.accounts.refusals import RefusedAttempt


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
    attempt = RefusedAttempt(principal, action, reason)
    times = accounts.refusals.times(attempt, now)
    if times:
        _record(accounts, [(attempt, times)], now)


def write_waiting(accounts: Accounts, *, ending: bool = False) -> None:
    """Log the refusals that were counted and not written; when this process is `ending`, all of them."""
    now = accounts.clock.now()
    if waiting := accounts.refusals.waiting(now, ending=ending):
        _record(accounts, waiting, now)


def write_counted(accounts: Accounts, counted: Sequence[tuple[RefusedAttempt, int]]) -> None:
    """Log refusals that a process counted which was killed before it wrote them."""
    if counted:
        _record(accounts, counted, accounts.clock.now())


def _record(accounts: Accounts, attempts: Sequence[tuple[RefusedAttempt, int]], now: datetime) -> None:
    with accounts.store.writing() as work:
        for attempt, times in attempts:
            entry = entries.access_refused(attempt.principal, attempt.action, attempt.reason, times, now)
            entries.record(accounts, work, entry)
