"""What the use cases about accounts need from outside; `because` is the log entry that explains a write."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from audit.formats.commitment import Opening
from audit.log.log import Storage
from gateway.accounts.lockout import Tally
from gateway.accounts.model import Account, Credentials, Identity, Invitation, Session, Token


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class Sealer(Protocol):
    """Encrypts what must be read again: secrets of code generators, the state of a sign-in under way."""

    def seal(self, text: str, use: str) -> bytes: ...

    def unseal(self, sealed: bytes, use: str) -> str:
        """Raises ValueError for anything that was not sealed here for this use."""

    def blind(self, text: str) -> str:
        """A keyed hash: equal for equal texts, and nobody without the key can try texts against it."""


class Directory(Protocol):
    """An OpenID provider, such as a ministry's own directory."""

    @property
    def name(self) -> str:
        """What the button says."""

    def address(self, state: str, nonce: str, verifier: str, redirect: str) -> str:
        """Where the browser is sent. Raises IdentityRefusedError when the provider cannot be reached."""

    def identity(self, query: dict[str, str], nonce: str, verifier: str, redirect: str) -> Identity:
        """Who came back, from the query of the redirect. Raises IdentityRefusedError."""


class People(Protocol):
    """Reading."""

    def account(self, name: str) -> Account | None: ...

    def accounts(self) -> Sequence[Account]:
        """All of them, by name; closed ones too."""

    def account_of(self, identity: Identity) -> Account | None: ...

    def credentials(self, name: str) -> Credentials | None: ...

    def session(self, hashed: str) -> tuple[Session, Account] | None: ...

    def sessions_of(self, name: str) -> Sequence[Session]:
        """Newest first."""

    def token(self, hashed: str) -> tuple[Token, Account] | None: ...

    def tokens_of(self, name: str) -> Sequence[Token]:
        """Newest first."""

    def invitation(self, hashed: str) -> Invitation | None: ...

    def invitations(self) -> Sequence[Invitation]: ...

    def knows_browser(self, hashed: str, name: str) -> bool:
        """Whether the account has signed in from the browser that holds this secret."""

    def entries_of(self, name: str) -> Sequence[tuple[int, str]]:
        """Log entries that commit to this name, as far as they can be opened, and in which field."""


class PeopleWriter(People, Protocol):
    """Writing, in one transaction with the log entries that explain it."""

    def add_account(self, account: Account, *, because: int) -> None: ...

    def change_account(self, account: Account, *, because: int) -> None:
        """Organisation, role, purposes, owner and whether it is closed."""

    def set_credentials(self, name: str, credentials: Credentials, *, because: int) -> None: ...

    def set_identity(self, name: str, identity: Identity, *, because: int) -> None: ...

    def take_step(self, name: str, step: int, *, because: int) -> bool:
        """True once for each time step, and never for one before the last."""

    def take_recovery(self, name: str, hashed: str, *, because: int) -> bool:
        """True once for each recovery code."""

    def add_invitation(self, invitation: Invitation, hashed: str, *, because: int) -> None:
        """In place of one for the same name, if there is one."""

    def take_invitation(self, invitation: Invitation, *, because: int) -> bool:
        """True once for each invitation."""

    def add_session(self, session: Session, hashed: str, *, because: int) -> None: ...

    def end_sessions(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        """Of this account: those named, or all; returns how many that were."""

    def remember_browser(self, name: str, hashed: str, at: datetime, *, because: int) -> None: ...

    def forget_browsers(self, name: str, *, because: int) -> None: ...

    def add_token(self, token: Token, hashed: str, *, because: int) -> None: ...

    def revoke_tokens(self, name: str, ids: Iterable[str] | None = None, *, because: int) -> int:
        """Of this account: those named, or all; returns how many that were."""

    def hand_over(self, name: str, to: str, *, because: int) -> None:
        """What belongs to somebody, questions and service accounts, belongs to another from now on."""

    def rename(self, name: str, to: str, *, because: int) -> None:
        """Everywhere in the tables."""

    def erase_secrets(self, name: str, *, because: int) -> None:
        """Credentials, identity, sessions, browsers, tokens and invitations."""

    def erase_openings(self, name: str, *, because: int) -> dict[str, int]:
        """What opens commitments to this name; returns how many in which field."""


class PeopleNotes(Protocol):
    """Bookkeeping that explains nothing to an auditor."""

    def tally(self, key: str) -> Tally | None: ...

    def set_tally(self, key: str, tally: Tally | None) -> None: ...

    def forget_tallies(self, before: datetime) -> None: ...

    def session_seen(self, session: str, at: datetime) -> None: ...

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
