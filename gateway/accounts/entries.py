"""Events about accounts as entries of the log of their side. Names enter as salted commitments only."""

from collections.abc import Mapping
from datetime import datetime

from audit.events.account_events import (
    AccessRefused,
    AccountChanged,
    AccountInvited,
    AccountOpened,
    AccountStep,
    HandedOver,
    SessionEnd,
    SessionsEnded,
    SignedIn,
    TokenMade,
    TokensRevoked,
)
from audit.events.event_values import CoarseSize, ErasureGround
from audit.events.events import Event, OpeningsErased, SignInFailed, UserAdded, encode, whole_second
from audit.formats.commitment import Opening, commit
from gateway.accounts.context import Accounts
from gateway.accounts.model import Account, Invitation, Means, Principal, Token
from gateway.accounts.ports import UnitOfWork

ACTOR = "actor"
SUBJECT = "subject"
SUCCESSOR = "successor"

NOBODY_KNOWN = ""
"""Replaces a name without an account: the typed text may be a passphrase, and is not stored."""

Entry = tuple[Event, Mapping[str, Opening]]


def record(accounts: Accounts, work: UnitOfWork, entry: Entry) -> int:
    """Append the event and store its openings, in the caller's transaction; returns the entry's index."""
    event, openings = entry
    index = accounts.log.append(work.log, [encode(event)], int(accounts.clock.now().timestamp()))[0]
    for name, opening in openings.items():
        work.keep_opening(name, opening, because=index)
    return index


def person(field: str, name: str) -> Opening:
    """Return the commitment to a person's name."""
    return commit(field, name.encode())


def invited(by: str, invitation: Invitation, at: datetime) -> Entry:
    offer = invitation.offer
    actor, subject = person(ACTOR, by), person(SUBJECT, offer.name)
    event = AccountInvited(
        actor=actor.commitment,
        subject=subject.commitment,
        organisation=offer.organisation,
        role=offer.role.value,
        purposes=tuple(sorted(offer.purposes)),
        until=whole_second(invitation.until),
        at=whole_second(at),
    )
    return event, {ACTOR: actor, SUBJECT: subject}


def opened(invitation: Invitation, means: Means, at: datetime) -> Entry:
    offer = invitation.offer
    actor = person(ACTOR, offer.name)
    event = AccountOpened(
        actor.commitment, offer.organisation, offer.role.value, means.value, whole_second(at)
    )
    return event, {ACTOR: actor}


def added(account: Account, at: datetime) -> Entry:
    """An account that only holds tokens: nobody signs in to the account."""
    actor = person(ACTOR, account.name)
    event = UserAdded(
        actor.commitment,
        account.organisation,
        account.role.value,
        tuple(sorted(account.purposes)),
        whole_second(at),
    )
    return event, {ACTOR: actor}


def handled(by: str, account: Account, step: AccountStep, at: datetime) -> Entry:
    actor, subject = person(ACTOR, by), person(SUBJECT, account.name)
    event = AccountChanged(
        actor=actor.commitment,
        subject=subject.commitment,
        organisation=account.organisation,
        role=account.role.value,
        purposes=tuple(sorted(account.purposes)),
        step=step,
        at=whole_second(at),
    )
    # What was erased must not be opened by the entry that says so.
    return event, {ACTOR: actor} if step is AccountStep.ERASED else {ACTOR: actor, SUBJECT: subject}


def handed_over(by: str, account: Account, to: Account, at: datetime) -> Entry:
    actor, subject, successor = person(ACTOR, by), person(SUBJECT, account.name), person(SUCCESSOR, to.name)
    event = HandedOver(
        actor.commitment,
        subject.commitment,
        successor.commitment,
        account.organisation,
        account.role.value,
        whole_second(at),
    )
    return event, {ACTOR: actor, SUBJECT: subject, SUCCESSOR: successor}


def openings_erased(field: str, count: int, at: datetime) -> Entry:
    return OpeningsErased(field, ErasureGround.REQUEST, CoarseSize.of(count), whole_second(at)), {}


def signed_in(account: Account, means: Means, at: datetime) -> Entry:
    actor = person(ACTOR, account.name)
    event = SignedIn(
        actor.commitment, account.organisation, account.role.value, means.value, whole_second(at)
    )
    return event, {ACTOR: actor}


def sign_in_failed(account: Account | None, reason: str, at: datetime) -> Entry:
    actor = person(ACTOR, NOBODY_KNOWN if account is None else account.name)
    return SignInFailed(actor.commitment, reason, whole_second(at)), {ACTOR: actor}


def sessions_ended(by: str, account: Account, reason: SessionEnd, at: datetime) -> Entry:
    actor, subject = person(ACTOR, by), person(SUBJECT, account.name)
    event = SessionsEnded(actor.commitment, subject.commitment, reason, whole_second(at))
    return event, {ACTOR: actor, SUBJECT: subject}


def token_made(by: str, account: Account, token: Token, at: datetime) -> Entry:
    actor, subject = person(ACTOR, by), person(SUBJECT, account.name)
    event = TokenMade(
        actor=actor.commitment,
        subject=subject.commitment,
        token=token.id,
        scopes=token.words,
        until=whole_second(token.until),
        at=whole_second(at),
    )
    return event, {ACTOR: actor, SUBJECT: subject}


def tokens_revoked(by: str, account: Account, tokens: tuple[str, ...], at: datetime) -> Entry:
    actor, subject = person(ACTOR, by), person(SUBJECT, account.name)
    event = TokensRevoked(actor.commitment, subject.commitment, tokens, whole_second(at))
    return event, {ACTOR: actor, SUBJECT: subject}


def access_refused(principal: Principal | None, action: str, reason: str, times: int, at: datetime) -> Entry:
    actor = None if principal is None else person(ACTOR, principal.user)
    event = AccessRefused(
        actor=None if actor is None else actor.commitment,
        organisation=None if principal is None else principal.organisation,
        role=None if principal is None else principal.role.value,
        action=action,
        reason=reason,
        times=times,
        at=whole_second(at),
    )
    return event, {} if actor is None else {ACTOR: actor}
