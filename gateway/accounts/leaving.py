"""A person leaves: hand over to a successor, export all data stored about the person, and erase.

Nobody is deleted from history: the log and the questions stay. The person's identity can be erased.
"""

import secrets
from typing import Any

from audit.events.account_events import AccountStep
from gateway.accounts import entries
from gateway.accounts.context import Accounts
from gateway.accounts.errors import AccountRuleError
from gateway.accounts.managing import account_of, close, person_of, services_of
from gateway.accounts.model import Account, Passkey, Session, Token
from gateway.accounts.ports import People


def hand_over(accounts: Accounts, by: str, name: str, to: str) -> None:
    """Hand a person's questions and service accounts over to a successor, and close the account.

    Raises UnknownAccountError, or AccountRuleError when the successor may not see the questions.
    """
    now = accounts.clock.now()
    with accounts.store.writing() as work:
        account, successor = person_of(work.people, name), person_of(work.people, to)
        if name == to or (account.organisation, account.role) != (successor.organisation, successor.role):
            raise AccountRuleError(
                "A successor is another person of the same organisation with the same role.",
                remedy="Nothing was changed; choose somebody else, or change that person's role first.",
            )
        if successor.closed is not None:
            raise AccountRuleError("The successor's account is closed.", remedy="Choose somebody else.")
        index = entries.record(accounts, work, entries.handed_over(by, account, successor, now))
        work.people.hand_over(name, to, because=index)
        if account.closed is None:
            close(accounts, work, by, account)


def export(accounts: Accounts, by: str, name: str) -> dict[str, Any]:
    """Return everything stored about a person here, without secrets; the export is logged.

    Raises UnknownAccountError.
    """
    now = accounts.clock.now()
    with accounts.store.writing() as work:
        account = account_of(work.people, name)
        entries.record(accounts, work, entries.handled(by, account, AccountStep.EXPORTED, now))
        return {**_everything(work.people, account), **work.people.kept_about(name)}


def erase(accounts: Accounts, by: str, name: str) -> str:
    """Erase a person's identity; returns the word that names the account from now on.

    Credentials, sessions, tokens and every opening of a log entry that names the person are erased; questions
    and log stay. Raises UnknownAccountError, or AccountRuleError for an account that is open or owns
    services.
    """
    now = accounts.clock.now()
    with accounts.store.writing() as work:
        account = account_of(work.people, name)
        if account.closed is None:
            raise AccountRuleError(
                "The account is open.", remedy="Hand it over or disable it first; nothing was erased."
            )
        if services_of(work.people, name):
            raise AccountRuleError(
                "Service accounts belong to this person.", remedy="Hand them over first; nothing was erased."
            )
        word = f"erased-{secrets.token_hex(6)}"
        index = entries.record(accounts, work, entries.handled(by, account, AccountStep.ERASED, now))
        for field, count in work.people.erase_openings(name, because=index).items():
            entries.record(accounts, work, entries.openings_erased(field, count, now))
        work.people.erase_secrets(name, because=index)
        work.people.rename(name, word, because=index)
    return word


def _everything(people: People, account: Account) -> dict[str, Any]:
    credentials = people.credentials(account.name)
    return {
        "account": {
            "name": account.name,
            "organisation": account.organisation,
            "role": account.role.value,
            "purposes": sorted(account.purposes),
            "since": account.since.isoformat(),
            "closed": account.closed.isoformat() if account.closed else None,
            "belongs_to": account.owner,
            "services": [each.name for each in services_of(people, account.name)],
        },
        "passphrase": credentials is not None,
        "recovery_codes_left": 0 if credentials is None else len(credentials.recovery),
        "passkeys": [_passkey(passkey) for passkey in people.passkeys_of(account.name)],
        "sessions": [_session(session) for session in people.sessions_of(account.name)],
        "tokens": [_token(token) for token in people.tokens_of(account.name)],
        "log_entries": [{"entry": index, "as": field} for index, field in people.entries_of(account.name)],
    }


def _passkey(passkey: Passkey) -> dict[str, Any]:
    return {
        "id": passkey.id,
        "label": passkey.label,
        "since": passkey.since.isoformat(),
        "used": passkey.used.isoformat() if passkey.used else None,
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "means": session.means.value,
        "agent": session.agent,
        "since": session.since.isoformat(),
        "seen": session.seen.isoformat(),
    }


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "scopes": list(token.words),
        "since": token.since.isoformat(),
        "until": token.until.isoformat(),
        "used": token.used.isoformat() if token.used else None,
    }
