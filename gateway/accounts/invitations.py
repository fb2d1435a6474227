"""Invitations, instead of default passwords, and the accounts that invitations open."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from audit.events.account_events import AccountStep
from gateway.accounts import codes, entries, passphrases
from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.duties import ROLES
from gateway.accounts.errors import (
    AccountRuleError,
    AccountTakenError,
    InvitationError,
    UnknownAccountError,
    WrongCodeError,
)
from gateway.accounts.model import Account, Credentials, Identity, Invitation, Means, Offer, Role
from gateway.accounts.ports import UnitOfWork
from gateway.accounts.secrets import Kind, new_id, new_secret, secret_hash

GENERATOR = "code generator"
"""The use under which the secrets of code generators are sealed."""
DAYS = 7
MOST_DAYS = 30
_NAME = re.compile(r"[a-z0-9][a-z0-9._%+@-]{1,98}[a-z0-9]", re.ASCII)


def account_name(typed: str) -> str:
    """Return a name as accounts spell names: lower case, so that no two names differ by capitals alone.

    Raises AccountRuleError. Other scripts are not accepted: different names must not look alike.
    """
    name = typed.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountRuleError(
            "A name has 3 to 100 letters, digits and . _ % + @ -, such as an e-mail address.",
            remedy="Nothing was changed; choose another name.",
        )
    return name


def checked_offer(accounts: Accounts, offer: Offer) -> Offer:
    """Return the offer with the name and duty of an account. Raises AccountRuleError."""
    organisation = offer.organisation.strip()
    if not 1 <= len(organisation) <= 100 or not organisation.isprintable():
        raise AccountRuleError("An organisation has 1 to 100 characters.", remedy="Name it, such as ARMAC.")
    check_duty(accounts, offer.role, offer.purposes)
    return replace(offer, name=account_name(offer.name), organisation=organisation)


def check_duty(accounts: Accounts, role: Role, purposes: frozenset[str]) -> None:
    """Raise AccountRuleError for a role that this side lacks, or purposes that the role cannot hold."""
    if role not in ROLES[accounts.side]:
        raise AccountRuleError(
            f"There is no {role.value} on a {accounts.side.value}.",
            remedy=f"Roles here: {', '.join(sorted(r.value for r in ROLES[accounts.side]))}.",
        )
    if purposes and role is not Role.ANALYST:
        raise AccountRuleError("Only analysts have purposes.", remedy="Leave the purposes out.")
    unknown = sorted(purposes - accounts.purposes)
    if unknown:
        raise AccountRuleError(
            f"No such purpose: {', '.join(unknown)}.",
            remedy=f"Purposes: {', '.join(sorted(accounts.purposes))}.",
        )


def invite(entrance: Entrance, by: str, offer: Offer, days: int = DAYS) -> str:
    """Invite a person; returns the code that opens the account. The code is shown this once.

    A later invitation for the same name makes an earlier invitation void. Raises AccountRuleError or
    AccountTakenError.
    """
    accounts = entrance.accounts
    if not 1 <= days <= MOST_DAYS:
        raise AccountRuleError(f"An invitation holds for 1 to {MOST_DAYS} days.", remedy="Choose fewer days.")
    checked = checked_offer(accounts, offer)
    now = accounts.clock.now()
    code = new_secret(Kind.INVITATION)
    generator = entrance.sealer.seal(codes.new_generator(), GENERATOR)
    invitation = Invitation(new_id(), checked, now + timedelta(days=days), generator)
    with accounts.store.writing() as work:
        check_free(work, checked.name)
        index = entries.record(accounts, work, entries.invited(by, invitation, now))
        work.people.add_invitation(invitation, secret_hash(Kind.INVITATION, code), because=index)
    return code


def withdraw(accounts: Accounts, by: str, name: str) -> None:
    """Make an unused invitation void. Raises UnknownAccountError."""
    now = accounts.clock.now()
    with accounts.store.writing() as work:
        invitation = next((i for i in work.people.invitations() if i.offer.name == name), None)
        if invitation is None:
            raise UnknownAccountError(
                f"Nobody is invited as {name}.", remedy="List them: safelane account list."
            )
        offer = invitation.offer
        unopened = Account(offer.name, offer.organisation, offer.role, offer.purposes, now, -1)
        entry = entries.handled(by, unopened, AccountStep.WITHDRAWN, now)
        work.people.take_invitation(invitation, because=entries.record(accounts, work, entry))


def read_invitation(entrance: Entrance, code: str) -> tuple[Invitation, str]:
    """Return the invitation and the secret of its new code generator. Raises InvitationError."""
    invitation = _find(entrance.accounts, code)
    return invitation, entrance.sealer.unseal(invitation.generator, GENERATOR)


def accept(entrance: Entrance, code: str, passphrase: str, shown: str) -> tuple[str, ...]:
    """Open the account with a passphrase and a code generator; returns the recovery codes, shown this once.

    `shown` is the code that the generator shows now. Raises InvitationError, PassphraseError, WrongCodeError
    or BusyError; after all but the first, the invitation can be tried again.
    """
    accounts = entrance.accounts
    invitation, generator = read_invitation(entrance, code)
    passphrases.check(passphrase, (invitation.offer.name, invitation.offer.organisation, entrance.place))
    now = accounts.clock.now()
    step = codes.step_of(generator, shown, now)
    if step is None:
        raise WrongCodeError
    kept = passphrases.hashed(passphrase)
    recovery, hashes = codes.new_recovery_codes()
    with accounts.store.writing() as work:
        index = _open(accounts, work, invitation, Means.PASSPHRASE)
        credentials = Credentials(kept, invitation.generator, step, hashes)
        work.people.set_credentials(invitation.offer.name, credentials, because=index)
    return recovery


def accept_by_directory(entrance: Entrance, code: str, identity: Identity) -> None:
    """Open the account for a person whom a directory has identified.

    Raises InvitationError or AccountTakenError.
    """
    accounts = entrance.accounts
    invitation = _find(accounts, code)
    if invitation.renews:
        raise InvitationError
    with accounts.store.writing() as work:
        if work.people.account_of(identity) is not None:
            raise AccountTakenError(
                "This person of the directory has an account here already.",
                remedy="One person has one account; ask the operator.",
            )
        index = _open(accounts, work, invitation, Means.DIRECTORY)
        work.people.set_identity(invitation.offer.name, identity, because=index)


def invitation_hash(code: str) -> str:
    """Return the hash under which an invitation is kept that a code opens, or two codes with a space between.

    The order of two codes does not matter.
    """
    hashes = [secret_hash(Kind.INVITATION, part) for part in code.split()[:2]]
    return hashes[0] if len(hashes) == 1 else hash_of_both(hashes)


def hash_of_both(hashes: Sequence[str]) -> str:
    """Return the hash of an invitation that two codes open together, from the hash of each code."""
    return secret_hash(Kind.INVITATION, " ".join(sorted(hashes)))


def _find(accounts: Accounts, code: str) -> Invitation:
    with accounts.store.reading() as view:
        invitation = view.people.invitation(invitation_hash(code))
    now = accounts.clock.now()
    # One that ends later than any can was made under a clock that has been set back since.
    if invitation is None or not now < invitation.until <= now + timedelta(days=MOST_DAYS + 1):
        raise InvitationError
    return invitation


def _open(accounts: Accounts, work: UnitOfWork, invitation: Invitation, means: Means) -> int:
    now = accounts.clock.now()
    offer = invitation.offer
    known = work.people.account(offer.name) if invitation.renews else None
    if invitation.renews and (known is None or known.closed is not None):
        raise InvitationError
    if known is not None:
        entry = entries.handled(known.name, known, AccountStep.CREDENTIALS, now)
    else:
        entry = entries.opened(invitation, means, now)
    index = entries.record(accounts, work, entry)
    if not work.people.take_invitation(invitation, because=index):
        raise InvitationError  # somebody was faster, at this very moment
    if known is not None:
        return index
    check_free(work, offer.name)
    account = Account(offer.name, offer.organisation, offer.role, offer.purposes, now, index)
    work.people.add_account(account, because=index)
    return index


def check_free(work: UnitOfWork, name: str) -> None:
    """Raise AccountTakenError when an account of this name exists."""
    if work.people.account(name) is not None:
        raise AccountTakenError(
            f"There is an account {name} already.", remedy="Nothing was changed; choose another name."
        )
