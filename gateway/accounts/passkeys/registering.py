"""Passkeys of a person's own account: made, listed, removed. Each change is logged, without the passkey."""

from collections.abc import Mapping
from typing import Any

from audit.events.account_events import AccountStep
from gateway.accounts import entries
from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.errors import (
    AccountRuleError,
    NoPasskeyError,
    PasskeyRefusedError,
    UnknownAccountError,
)
from gateway.accounts.model import Account, Passkey
from gateway.accounts.passkeys import challenges
from gateway.accounts.passkeys.relying_party import RelyingParty
from gateway.accounts.ports import People
from gateway.accounts.secrets import Kind, new_id, secret_hash
from gateway.accounts.tokens import open_account

MOST = 10
"""Passkeys of one account."""
LONGEST_LABEL = 60


def asked_options(entrance: Entrance, party: RelyingParty, name: str) -> tuple[Mapping[str, Any], str]:
    """Return the options that ask a browser for a new passkey, and their sealed challenge.

    Raises UnknownAccountError, or AccountRuleError for an account that cannot have one more.
    """
    # Few visits have to do with passkeys: no other waits for the library, nor keeps it in memory.
    from gateway.accounts.passkeys import verifying  # noqa: PLC0415

    accounts = entrance.accounts
    with accounts.store.reading() as view:
        known = _known(view.people, _owner(view.people, name))
    challenge = challenges.new_challenge(accounts.clock.now())
    options = verifying.options_to_register(party, name, handle(entrance, name), known, challenge)
    return options, challenges.sealed(entrance.sealer, challenge, challenges.registration_of(name))


def add_passkey(
    entrance: Entrance, party: RelyingParty, name: str, *, label: str, response: str, challenge: str
) -> Passkey:
    """Keep the passkey that a browser has made, under a label of 1 to 60 characters.

    `response` is the browser's answer as JSON, `challenge` as `asked_options` sealed it. Raises
    NoPasskeyError, UnknownAccountError or AccountRuleError; nothing is kept then.
    """
    from gateway.accounts.passkeys import verifying  # noqa: PLC0415 - as above

    accounts = entrance.accounts
    now = accounts.clock.now()
    called = label.strip()
    if not called or len(called) > LONGEST_LABEL or not called.isprintable():
        raise AccountRuleError("A passkey has a name of 1 to 60 characters.", remedy="Name the device.")
    try:
        asked = challenges.unsealed(entrance.sealer, challenge, challenges.registration_of(name), now)
        made = verifying.new_passkey(party, response, asked)
        with accounts.store.writing() as work:
            account = open_account(work, name)
            _known(work.people, _owner(work.people, name))
            hashed = secret_hash(Kind.CREDENTIAL, made.credential.hex())
            if work.people.passkey(hashed) is not None:
                raise PasskeyRefusedError("known")
            entry = entries.handled(name, account, AccountStep.PASSKEY_ADDED, now)
            index = entries.record(accounts, work, entry)
            challenges.spend(work, asked, now, because=index)
            passkey = Passkey(new_id(), name, called, made.credential, made.public_key, made.counter, now)
            work.people.add_passkey(passkey, hashed, because=index)
    except PasskeyRefusedError:
        raise NoPasskeyError(
            "The passkey was not accepted: the answer of your browser does not fit this page, came too late, "
            "or the passkey is known already.",
            remedy="Nothing was changed. Open the page again and repeat the step.",
        ) from None
    return passkey


def remove_passkey(accounts: Accounts, by: str, name: str, passkey_id: str) -> None:
    """Remove a passkey of an account. Raises UnknownAccountError for one that the account does not have."""
    now = accounts.clock.now()
    with accounts.store.writing() as work:
        account = work.people.account(name)
        own = [] if account is None else [each.id for each in work.people.passkeys_of(name)]
        if account is None or passkey_id not in own:
            raise UnknownAccountError("There is no such passkey.", remedy="It may be removed already.")
        index = entries.record(accounts, work, entries.handled(by, account, AccountStep.PASSKEY_REMOVED, now))
        work.people.remove_passkeys(name, [passkey_id], because=index)


def can_have_passkeys(people: People, name: str) -> bool:
    """Return whether an account may have passkeys: whoever signs in at a directory may not.

    The directory would otherwise no longer decide who is let in.
    """
    return people.credentials(name) is not None


def handle(entrance: Entrance, name: str) -> bytes:
    """Return what stands for an account at authenticators: 32 bytes that tell nobody the name."""
    return bytes.fromhex(entrance.sealer.blind(f"passkeys of {name}"))


def _owner(people: People, name: str) -> Account:
    account = people.account(name)
    if account is None or account.closed is not None:
        raise UnknownAccountError(f"There is no open account {name}.", remedy="List them.")
    if not can_have_passkeys(people, name):
        raise AccountRuleError(
            "Passkeys are for people who sign in here with a passphrase and a code.",
            remedy="Where you sign in at a directory, ask its administrator for a passkey there.",
        )
    return account


def _known(people: People, account: Account) -> list[Passkey]:
    known = list(people.passkeys_of(account.name))
    if len(known) >= MOST:
        raise AccountRuleError(
            f"An account has at most {MOST} passkeys.", remedy="Remove one that is not used."
        )
    return known
