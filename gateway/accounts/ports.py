"""Ports of the use cases about accounts; `because` is the log entry that explains a write."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from audit.formats.commitment import Opening
from audit.log.log import Storage
from gateway.accounts.lockout import Tally
from gateway.accounts.model import (
    Account,
    Credentials,
    Identity,
    Invitation,
    Passkey,
    RenewalRequest,
    Session,
    Token,
)


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class Sealer(Protocol):
    """Encrypts secrets that are read again: of code generators, and the state of an unfinished sign-in."""

    def seal(self, text: str, use: str) -> bytes: ...

    def unseal(self, sealed: bytes, use: str) -> str:
        """Decrypt. Raises ValueError for any text that was not sealed here for this use."""

    def blind(self, text: str) -> str:
        """Return a keyed hash: equal for equal texts.

        Without the key nobody can try texts against the hash.
        """


class Directory(Protocol):
    """An OpenID provider, such as a ministry's own directory."""

    @property
    def name(self) -> str:
        """The text of the sign-in button."""

    def address(self, state: str, nonce: str, verifier: str, redirect: str) -> str:
        """Return the address to send the browser to.

        Raises IdentityRefusedError for an unreachable provider.
        """

    def identity(self, query: dict[str, str], nonce: str, verifier: str, redirect: str) -> Identity:
        """Return the person's identity from the query of the redirect. Raises IdentityRefusedError."""


class People(Protocol):
    """Read access to accounts."""

    def account(self, name: str) -> Account | None: ...

    def accounts(self) -> Sequence[Account]:
        """Return all accounts by name, closed accounts too."""

    def account_of(self, identity: Identity) -> Account | None: ...

    def has_toured(self, name: str, tour: str) -> bool:
        """Return whether the tour of a desk was begun or declined by this person."""

    def credentials(self, name: str) -> Credentials | None: ...

    def passkey(self, hashed: str) -> tuple[Passkey, Account] | None:
        """Return the passkey whose credential has this hash, with its account."""

    def passkeys_of(self, name: str) -> Sequence[Passkey]:
        """Return an account's passkeys, newest first."""

    def renewal_request(self, name: str) -> RenewalRequest | None: ...

    def renewal_requests(self) -> Sequence[RenewalRequest]:
        """Return all requests by the name of the account, ended requests too."""

    def session(self, hashed: str) -> tuple[Session, Account] | None: ...

    def sessions_of(self, name: str) -> Sequence[Session]:
        """Return an account's sessions, newest first."""

    def token(self, hashed: str) -> tuple[Token, Account] | None: ...

    def tokens_of(self, name: str) -> Sequence[Token]:
        """Return an account's tokens, newest first."""

    def invitation(self, hashed: str) -> Invitation | None: ...

    def invitations(self) -> Sequence[Invitation]: ...

    def knows_browser(self, hashed: str, name: str) -> bool:
        """Return whether the account has signed in from the browser that holds this secret."""

    def entries_of(self, name: str) -> Sequence[tuple[int, str]]:
        """Return the log entries, with the field, that commit to this name, as far as openings exist."""


class PeopleWriter(People, Protocol):
    """Write access to accounts, in one transaction with the log entries that explain the writes."""

    def add_account(self, account: Account, *, because: int) -> None: ...

    def change_account(self, account: Account, *, because: int) -> None:
        """Change organisation, role, purposes, owner and closing date."""

    def set_credentials(self, name: str, credentials: Credentials, *, because: int) -> None: ...

    def set_identity(self, name: str, identity: Identity, *, because: int) -> None: ...

    def take_step(self, name: str, step: int, *, because: int) -> bool:
        """Return True once for each time step, and never for a step before the last."""

    def take_recovery(self, name: str, hashed: str, *, because: int) -> bool:
        """Return True once for each recovery code."""

    def add_passkey(self, passkey: Passkey, hashed: str, *, because: int) -> None: ...

    def use_passkey(self, id_: str, counter: int, at: datetime, *, because: int) -> bool:
        """Keep a signature counter; return False, and keep nothing, where it shows a copy of the passkey.

        A counter that has not risen shows a copy, unless it has been 0 all the time.
        """

    def remove_passkeys(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        """Remove an account's passkeys, the named passkeys or all; returns the number removed."""

    def spend_challenge(self, hashed: str, until: datetime, now: datetime, *, because: int) -> bool:
        """Return True once for each challenge; forgets challenges that ended before `now`."""

    def ask_renewal(self, request: RenewalRequest, *, because: int) -> None:
        """Keep a request; replaces a request for the same account."""

    def take_renewal(self, request: RenewalRequest, *, because: int) -> bool:
        """Return True once for each request."""

    def add_invitation(self, invitation: Invitation, hashed: str, *, because: int) -> None:
        """Add an invitation; replaces an invitation for the same name."""

    def take_invitation(self, invitation: Invitation, *, because: int) -> bool:
        """Return True once for each invitation."""

    def add_session(self, session: Session, hashed: str, *, because: int) -> None: ...

    def end_sessions(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        """End an account's sessions, the named sessions or all; returns the number of ended sessions."""

    def remember_browser(self, name: str, hashed: str, at: datetime, *, because: int) -> None: ...

    def forget_browsers(self, name: str, *, because: int) -> None: ...

    def add_token(self, token: Token, hashed: str, *, because: int) -> None: ...

    def revoke_tokens(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        """Revoke an account's tokens, the named tokens or all; returns the number of revoked tokens."""

    def hand_over(self, name: str, to: str, *, because: int) -> None:
        """Transfer a person's questions and service accounts to another person."""

    def rename(self, name: str, to: str, *, because: int) -> None:
        """Replace a name in all tables."""

    def erase_secrets(self, name: str, *, because: int) -> None:
        """Erase credentials, identity, passkeys, sessions, browsers, tokens, invitations, renewal requests.

        What is `kept_about` goes too.
        """

    def kept_about(self, name: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """What else is kept about a person and goes with the identity, by its kind, as plain values."""

    def erase_openings(self, name: str, *, because: int) -> dict[str, int]:
        """Erase the openings of commitments to this name; returns the number in each field."""


class PeopleNotes(Protocol):
    """Bookkeeping that an auditor does not need."""

    def tally(self, key: str) -> Tally | None: ...

    def set_tally(self, key: str, tally: Tally | None) -> None: ...

    def forget_tallies(self, before: datetime) -> None: ...

    def session_seen(self, session: str, at: datetime) -> None: ...

    def keep_tour(self, name: str, tour: str, at: datetime) -> None:
        """Keep that a person has begun or declined the tour of a desk."""

    def token_used(self, token: str, at: datetime) -> None: ...


class View(Protocol):
    @property
    def log(self) -> Storage: ...

    @property
    def people(self) -> People: ...


class UnitOfWork(Protocol):
    @property
    def log(self) -> Storage: ...

    @property
    def people(self) -> PeopleWriter: ...

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None: ...


class Notes(Protocol):
    @property
    def people(self) -> PeopleNotes: ...


class Store(Protocol):
    def reading(self) -> AbstractContextManager[View]: ...

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...

    def notes(self) -> AbstractContextManager[Notes]: ...
