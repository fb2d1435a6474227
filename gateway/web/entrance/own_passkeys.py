"""Passkeys on the page of the own account: which there are, and whether this page can make others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.accounts.model import Passkey
from gateway.web.shared.passkey_place import page_with_passkeys, relying_party


@dataclass(frozen=True)
class PasskeyRow:
    """A passkey by its name, without anything that an authenticator knows it by."""

    id: str
    label: str
    since: datetime
    used: datetime | None


@dataclass(frozen=True)
class OwnPasskeys:
    """`possible`: whether the address of the page has a name; if not, `address` is one that has, or empty."""

    own: tuple[PasskeyRow, ...]
    possible: bool
    address: str


def own_passkeys(passkeys: Sequence[Passkey]) -> OwnPasskeys:
    """The person's passkeys, newest first."""
    rows = tuple(PasskeyRow(each.id, each.label, each.since, each.used) for each in passkeys)
    return OwnPasskeys(rows, relying_party() is not None, page_with_passkeys())
