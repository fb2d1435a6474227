"""Custodian rotation: one custodian of a vault is replaced, with new keys split anew among all custodians.

Wrapping the same secret again would keep every old share usable together with another old share, and would
leave the departing custodian with the key of redacted narratives. Both private keys are therefore new. The
former private keys are sealed to the new keys: content of the vault still opens, for the new custodians
alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anonymisers.errors import KeyStoreError
from anonymisers.identity.key_custody import (
    TOGETHER,
    Custody,
    Lock,
    new_custody,
    open_identity,
    open_redacted,
    open_share,
    private_keys,
    with_former_keys,
)
from anonymisers.identity.vault_records import Compartment, ContentKey


@dataclass(frozen=True)
class OpenedCustody:
    """A vault opened for a rotation by the custodians present: all its private keys. Never stored."""

    custody: Custody
    leaves: str
    locks: Mapping[str, Lock] = field(repr=False)
    """Locks of all custodians present; may include the departing custodian."""
    identity: tuple[bytes, ...] = field(repr=False)
    redacted: tuple[bytes, ...] = field(repr=False)


def open_for_rotation(custody: Custody, leaves: str, locks: Mapping[str, Lock]) -> OpenedCustody:
    """Open a vault to replace the custodian `leaves`, with the locks of the custodians present.

    Every remaining custodian must be present, since only a custodian can wrap the own share; the departing
    custodian must be present when there would otherwise be fewer than two. Raises KeyStoreError for a missing
    custodian or a wrong lock.
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
    """Return the custody with `joins` in place of the departing custodian. Raises KeyStoreError: a bad name,
    an old key.

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
    return with_former_keys(new_custody(opened.custody.member, locks), opened.identity, opened.redacted)


def resealed(
    opened: OpenedCustody, custody: Custody, load: str, sealed: Mapping[Compartment, bytes]
) -> dict[Compartment, bytes]:
    """Return the content keys of a load, sealed to the new keys. Raises KeyStoreError when a key does not
    open."""
    privates = {Compartment.IDENTITY: opened.identity, Compartment.REDACTED: opened.redacted}
    publics = {Compartment.IDENTITY: custody.identity_key, Compartment.REDACTED: custody.redacted_key}
    return {
        part: ContentKey.opened(custody.member, load, part, key, *privates[part]).sealed_to(publics[part])
        for part, key in sealed.items()
    }
