"""The model of people and their programs: accounts, credentials, sessions, tokens, invitations."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """The side that an account belongs to; an account is worth nothing on the other side."""

    HUB = "hub"
    NODE = "node"


class Role(StrEnum):
    """The duty of an account. An account never has two duties."""

    ANALYST = "analyst"
    CONTROLLER = "controller"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Means(StrEnum):
    """How a person proves their identity."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    DIRECTORY = "directory"
    PASSKEY = "passkey"
    TOKEN = "token"  # noqa: S105 - a word, no secret


class Scope(StrEnum):
    """What a token may be used for: at most what the account's duty may do.

    `ADDRESS` is the scope of personal addresses and of them alone: no duty gives it to a token.
    """

    ADDRESS = "address"
    ASK = "ask"
    AUDIT = "audit"
    DESK = "desk"
    READ = "read"

    @property
    def says(self) -> str:
        """The scope in words, for the person who chooses scopes."""
        return _SCOPES[self]


_SCOPES = {
    Scope.ADDRESS: "reading own tables by a personal address",
    Scope.ASK: "asking, and reading own questions",
    Scope.AUDIT: "searching, explaining and exporting the log",
    Scope.DESK: "reading the pages of the controller's or the operator's desk as data, withheld counts too",
    Scope.READ: "the words of the dictionary, the members, the own account",
}


QUESTION = "question:"
"""Begins the word of the one question that a personal address reads."""


@dataclass(frozen=True)
class Principal:
    """An authenticated person or program. `purposes` are the purposes that the person's organisation holds.

    `owner` is the person to whom a service account belongs; None for a person.
    """

    user: str
    organisation: str
    role: Role
    purposes: frozenset[str]
    owner: str | None = None

    @property
    def person(self) -> str:
        """The person who answers for this principal's actions."""
        return self.owner or self.user


@dataclass(frozen=True)
class Account:
    """`name` is the name for signing in, unique on its side; after erasure a random word.

    `because` is the log entry that explains the account; `closed` is when the account was disabled, or None.
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
    """A person at a directory (OpenID Connect): `subject` is unique and constant at its `issuer`."""

    issuer: str
    subject: str


@dataclass(frozen=True)
class Credentials:
    """The means by which an account signs in here. `generator` is the sealed secret of the code generator.

    `last_step` is the time step of the last accepted code: no code of this step or an earlier step is
    accepted again. `recovery` holds the hashes of the unused recovery codes.
    """

    passphrase: str
    generator: bytes
    last_step: int
    recovery: tuple[str, ...]


@dataclass(frozen=True)
class Passkey:
    """A passkey (WebAuthn credential) by which an account signs in. `id` names the passkey in lists.

    `credential` is the identifier that the authenticator chose, `public_key` a COSE key (RFC 9052) in CBOR.
    `counter` is the highest signature counter seen, 0 to 2**32 - 1; authenticators without one say 0.
    """

    id: str
    account: str
    label: str
    credential: bytes
    public_key: bytes
    counter: int
    since: datetime
    used: datetime | None = None


@dataclass(frozen=True)
class RenewalRequest:
    """An operator's request to renew the lost means of an account, which another operator has to confirm.

    `by` is the operator who asked, `code` the hash of the first of the two codes that open the renewal.
    """

    account: str
    by: str
    code: str
    until: datetime


@dataclass(frozen=True)
class Session:
    """A session. `id` names the session in lists; the session's secret is stored only as a hash."""

    id: str
    account: str
    means: Means
    agent: str
    since: datetime
    seen: datetime


@dataclass(frozen=True)
class Token:
    """A token. `id` names the token in lists; the token's secret is stored only as a hash.

    A personal address is a token too, whose secret stands in the address; with a `question` it reads the
    releases of that question alone.
    """

    id: str
    account: str
    label: str
    scopes: frozenset[Scope]
    since: datetime
    until: datetime
    used: datetime | None = None
    question: str | None = None

    @property
    def is_address(self) -> bool:
        """Whether this is a personal address."""
        return Scope.ADDRESS in self.scopes

    @property
    def words(self) -> tuple[str, ...]:
        """The scopes in the words of lists and of the log; the one question of an address among them."""
        only = () if self.question is None else (f"{QUESTION}{self.question}",)
        return (*sorted(scope.value for scope in self.scopes), *only)


@dataclass(frozen=True)
class Offer:
    """The account that an invitation offers."""

    name: str
    organisation: str
    role: Role
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Invitation:
    """An invitation opens one account once. `generator` is the sealed secret of the new code generator.

    An invitation that `renews` gives an existing account a new passphrase and code generator after a loss.
    """

    id: str
    offer: Offer
    until: datetime
    generator: bytes
    renews: bool = False


@dataclass(frozen=True)
class TokenRequest:
    """A request for a token."""

    label: str
    scopes: frozenset[Scope]
    days: int = 90


@dataclass(frozen=True)
class AddressRequest:
    """A request for a personal address; without a `question` it reads all tables of its owner."""

    label: str
    days: int = 90
    question: str | None = None
