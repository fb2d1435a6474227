"""One custodian of a vault leaves and another joins: new keys, split anew among all who are there then.

Only wrapping the same secret again would leave every old share good together with another old one, and would
leave whoever goes with the key of redacted narratives. So both private keys are new. The former ones are
sealed to them: what was in the vault still opens, by the new custodians alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anonymisers.errors import KeyStoreError
from anonymisers.identity.key_custody import (
    TOGETHER,
    Custody,
    Lock,
    former_keys,
    new_custody,
    open_identity,
    open_redacted,
    open_share,
    private_keys,
)
from anonymisers.identity.vault_records import Compartment, ContentKey


@dataclass(frozen=True)
class OpenedCustody:
    """A vault that those who are present opened for an exchange: all its private keys. Never stored."""

    custody: Custody
    leaves: str
    locks: Mapping[str, Lock] = field(repr=False)
    """Of everybody who is present; may include the one who leaves."""
    identity: tuple[bytes, ...] = field(repr=False)
    redacted: tuple[bytes, ...] = field(repr=False)


def open_for_rotation(custody: Custody, leaves: str, locks: Mapping[str, Lock]) -> OpenedCustody:
    """Open a vault for an exchange of the custodian `leaves`, by the locks of those who are present.

    Everybody who stays is, for a share is wrapped under a key that its custodian alone has; the one who
    leaves too when that makes the second. Raises KeyStoreError: somebody is missing, or a lock is wrong.
    """
    custody.custodian(leaves)
    missing = {c.name for c in custody.custodians} - {leaves} - set(locks)
    if not missing and len(locks) < TOGETHER:
        missing = {leaves}
    if missing:
        raise KeyStoreError(
            f"the exchange also needs {', '.join(sorted(missing))}",
            remedy=f"Everybody who stays takes part, {TOGETHER} custodians at least; each gets a new share.",
        )
    shares = [open_share(custody, name, lock) for name, lock in locks.items()]
    identity = open_identity(custody, shares[0], shares[1])
    *_, redacted = (open_redacted(custody, name, lock) for name, lock in locks.items())
    return OpenedCustody(
        custody,
        leaves,
        dict(locks),
        private_keys(custody, Compartment.IDENTITY, identity),
        private_keys(custody, Compartment.REDACTED, redacted),
    )


def rotated(opened: OpenedCustody, joins: str, lock: Lock) -> Custody:
    """The custody with `joins` in the place of who leaves. Raises KeyStoreError: a bad name, an old key.

    The same name may join again, with another passphrase or key file.
    """
    names = [custodian.name for custodian in opened.custody.custodians]
    if joins != opened.leaves and joins in names:
        raise KeyStoreError(f"{joins} is a custodian already", remedy="Name somebody else with --joins.")
    if lock.key in {other.key for other in opened.locks.values()}:
        raise KeyStoreError(
            "the new custodian has a key of the former ones",
            remedy="Make a new key file for a new custodian.",
        )
    locks = {
        joins if name == opened.leaves else name: lock if name == opened.leaves else opened.locks[name]
        for name in names
    }
    return former_keys(new_custody(opened.custody.member, locks), opened.identity, opened.redacted)


def resealed(
    opened: OpenedCustody, custody: Custody, load: str, sealed: Mapping[Compartment, bytes]
) -> dict[Compartment, bytes]:
    """The content keys of a load, sealed to the new keys. Raises KeyStoreError when one does not open."""
    privates = {Compartment.IDENTITY: opened.identity, Compartment.REDACTED: opened.redacted}
    publics = {Compartment.IDENTITY: custody.identity_key, Compartment.REDACTED: custody.redacted_key}
    return {
        part: ContentKey.opened(custody.member, load, part, key, *privates[part]).sealed_to(publics[part])
        for part, key in sealed.items()
    }
