"""What is known of people and their programs: accounts, credentials, sessions, tokens, invitations."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """Accounts belong to one side and are worth nothing on the other."""

    HUB = "hub"
    NODE = "node"


class Role(StrEnum):
    """The one duty that an account has. It never has two."""

    ANALYST = "analyst"
    CONTROLLER = "controller"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Means(StrEnum):
    """How somebody proves who they are."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    DIRECTORY = "directory"
    TOKEN = "token"  # noqa: S105 - a word, no secret


class Scope(StrEnum):
    """What a token may be used for: at most what its account's duty may do anyway."""

    ASK = "ask"
    AUDIT = "audit"
    DESK = "desk"
    READ = "read"

    @property
    def says(self) -> str:
        """For whoever chooses it."""
        return _SCOPES[self]


_SCOPES = {
    Scope.ASK: "asking, and reading own questions",
    Scope.AUDIT: "searching, explaining and exporting the log",
    Scope.DESK: "reading the controller's pages as data, withheld counts too",
    Scope.READ: "the words of the dictionary, the members, the own account",
}


@dataclass(frozen=True)
class Principal:
    """An authenticated person or program. `purposes` are those that the person's organisation holds.

    `owner` is the person that a service account belongs to; None for a person.
    """

    user: str
    organisation: str
    role: Role
    purposes: frozenset[str]
    owner: str | None = None

    @property
    def person(self) -> str:
        """Who answers for what this principal does."""
        return self.owner or self.user


@dataclass(frozen=True)
class Account:
    """`name` is what one signs in with, unique on its side; after erasure a random word.

    `because` is the log entry that explains it; `closed` is when it was disabled, None while it is open.
    """

    name: str
    organisation: str
    role: Role
    purposes: frozenset[str]
    since: datetime
    because: int
    owner: str | None = None
    closed: datetime | None = None

    @property
    def principal(self) -> Principal:
        return Principal(self.name, self.organisation, self.role, self.purposes, self.owner)


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a directory (OpenID Connect): `subject` is unique and constant at its `issuer`."""

    issuer: str
    subject: str


@dataclass(frozen=True)
class Credentials:
    """How an account signs in by itself. `generator` is the sealed secret of its code generator.

    `last_step` is the time step of the last code that was taken: none of it or before is taken again.
    `recovery` holds the hashes of the recovery codes that are left.
    """

    passphrase: str
    generator: bytes
    last_step: int
    recovery: tuple[str, ...]


@dataclass(frozen=True)
class Session:
    """`id` names it in lists; its secret is only kept as a hash."""

    id: str
    account: str
    means: Means
    agent: str
    since: datetime
    seen: datetime


@dataclass(frozen=True)
class Token:
    """`id` names it in lists; the token itself is only kept as a hash."""

    id: str
    account: str
    label: str
    scopes: frozenset[Scope]
    since: datetime
    until: datetime
    used: datetime | None = None


@dataclass(frozen=True)
class Offer:
    """The account that somebody is to have."""

    name: str
    organisation: str
    role: Role
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Invitation:
    """Opens one account, once. `generator` is the sealed secret that its new code generator will have.

    One that `renews` gives an account that is there new ones, after passphrase or code generator were lost.
    """

    id: str
    offer: Offer
    until: datetime
    generator: bytes
    renews: bool = False


@dataclass(frozen=True)
class Wish:
    """The token that somebody wants."""

    label: str
    scopes: frozenset[Scope]
    days: int = 90
