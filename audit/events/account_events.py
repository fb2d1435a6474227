"""Events about accounts: invitations, sign-ins, refused access, and tokens.

Names are salted commitments, as in all events; organisations and roles are not personal.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from audit.events.event import Event
from audit.formats.commitment import Commitment


class AccountStep(StrEnum):
    """The change of an account."""

    ROLE = "role"
    DISABLED = "disabled"
    CREDENTIALS = "credentials"
    RENEWAL_ASKED = "renewal-asked"
    """Passphrase, code generator or passkeys were lost: an operator asked that they be renewed."""
    RENEWAL_WITHDRAWN = "renewal-withdrawn"
    """The request, before another operator confirmed it."""
    RENEWAL = "renewal"
    """Another operator confirmed: codes were issued that renew passphrase and code generator."""
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    EXPORTED = "exported"
    ERASED = "erased"
    WITHDRAWN = "withdrawn"
    """The invitation, before use."""


class SessionEnd(StrEnum):
    """The reason for ending sessions early."""

    SIGNED_OUT = "signed-out"
    REVOKED = "revoked"
    ROLE = "role"
    DISABLED = "disabled"


@dataclass(frozen=True)
class AccountInvited(Event):
    """A person may open an account, once and until a time, in one role and for some purposes."""

    TYPE: ClassVar[str] = "account-invited"
    actor: Commitment
    subject: Commitment
    organisation: str
    role: str
    purposes: tuple[str, ...]
    until: datetime
    at: datetime


@dataclass(frozen=True)
class AccountOpened(Event):
    """An invited person has opened the account."""

    TYPE: ClassVar[str] = "account-opened"
    actor: Commitment
    organisation: str
    role: str
    means: str
    at: datetime


@dataclass(frozen=True)
class AccountChanged(Event):
    """An account was changed, by its owner or by an operator; the fields state the result."""

    TYPE: ClassVar[str] = "account-changed"
    actor: Commitment
    subject: Commitment
    organisation: str
    role: str
    purposes: tuple[str, ...]
    step: AccountStep
    at: datetime


@dataclass(frozen=True)
class HandedOver(Event):
    """Somebody leaves: questions and service accounts belong to a successor from now on."""

    TYPE: ClassVar[str] = "handed-over"
    actor: Commitment
    subject: Commitment
    successor: Commitment
    organisation: str
    role: str
    at: datetime


@dataclass(frozen=True)
class SignedIn(Event):
    """Somebody signed in."""

    TYPE: ClassVar[str] = "signed-in"
    actor: Commitment
    organisation: str
    role: str
    means: str
    at: datetime


@dataclass(frozen=True)
class SessionsEnded(Event):
    """Sessions of a person were ended early."""

    TYPE: ClassVar[str] = "sessions-ended"
    actor: Commitment
    subject: Commitment
    reason: SessionEnd
    at: datetime


@dataclass(frozen=True)
class TokenMade(Event):
    """A token was made for a person's programs; the token itself is stored nowhere."""

    TYPE: ClassVar[str] = "token-made"
    actor: Commitment
    subject: Commitment
    token: str
    scopes: tuple[str, ...]
    until: datetime
    at: datetime


@dataclass(frozen=True)
class TokensRevoked(Event):
    """Tokens of somebody are worth nothing from now on."""

    TYPE: ClassVar[str] = "tokens-revoked"
    actor: Commitment
    subject: Commitment
    tokens: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class AccessRefused(Event):
    """A person attempted an action outside the own role, or without signing in; `times` since the last entry.

    The first attempt is logged at once, further attempts once a minute.
    """

    TYPE: ClassVar[str] = "access-refused"
    actor: Commitment | None
    organisation: str | None
    role: str | None
    action: str
    reason: str
    times: int
    at: datetime
