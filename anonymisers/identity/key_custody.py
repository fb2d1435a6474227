"""Custody of a vault: one custodian can read redacted narratives, only two together can read identities.

A vault is written with public keys, so that a load needs no secret and cannot read the vault. The private key
of identities follows from 16 random bytes, shared among the custodians (A. Shamir, How to share a secret,
1979; two shares are needed, one share reveals nothing) and stored nowhere. Each share is wrapped with AES-KW
(RFC 3394) under a key from the custodian's own passphrase (scrypt, RFC 7914) or key file.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from Crypto.Cipher import AES
from Crypto.Protocol.SecretSharing import Shamir

from anonymisers.errors import KeyStoreError
from anonymisers.identity.key_epochs import SALT_BYTES, check_passphrase, passphrase_key
from anonymisers.identity.pseudonym_domain import KEY_BYTES, hkdf, length_prefixed
from anonymisers.identity.sealed_messages import new_private, open_sealed, public_of, seal
from anonymisers.identity.vault_records import Compartment

FORMAT = "safelane-vault/v1"
TOGETHER = 2
"""Number of custodians needed to read identities."""
MOST_CUSTODIANS = 20
SECRET_BYTES = 16
WRAPPING = 8
"""Bytes added by AES-KW."""

_MEMBER = re.compile(r"[A-Z]{2}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,59}")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True)
class Lock:
    """The lock of one custodian's part: the key, and the scrypt salt of the key (empty for a key file)."""

    salt: bytes
    key: bytes


@dataclass(frozen=True)
class Custodian:
    """A custodian's wrapped parts: the share number `place`, and the private key of redacted narratives."""

    name: str
    salt: bytes
    place: int
    share: bytes
    redacted: bytes


@dataclass(frozen=True)
class FormerKeys:
    """The private keys from before custodians were exchanged, newest first, sealed to today's public keys."""

    identity: bytes
    redacted: bytes


@dataclass(frozen=True)
class Custody:
    """A vault's public keys and its custodians, as stored in the vault's key file."""

    member: str
    identity_key: bytes
    redacted_key: bytes
    custodians: tuple[Custodian, ...]
    former: FormerKeys | None = None

    def custodian(self, name: str) -> Custodian:
        """Return a custodian by name. Raises KeyStoreError, naming the existing custodians."""
        for custodian in self.custodians:
            if custodian.name == name:
                return custodian
        names = ", ".join(h.name for h in self.custodians)
        raise KeyStoreError(
            f"the vault of {self.member} has no such custodian", remedy=f"Name one of: {names}."
        )


def lock_from_passphrase(passphrase: str, salt: bytes | None = None) -> Lock:
    """Return the lock of a passphrase; a new lock without `salt`. Raises KeyStoreError for a short
    passphrase."""
    check_passphrase(passphrase)
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return Lock(salt, passphrase_key(passphrase, salt))


def lock_from_file(content: bytes) -> Lock:
    """Return the lock of a key file's bytes. Raises KeyStoreError for any length but 32 bytes."""
    if len(content) != KEY_BYTES:
        raise KeyStoreError(
            f"a key file holds exactly {KEY_BYTES} random bytes, this one has another length",
            remedy="Give the key file that was made with the vault; a new one does not open it.",
        )
    return Lock(b"", content)


def new_custody(member: str, locks: Mapping[str, Lock]) -> Custody:
    """Return a new vault's custody. Raises KeyStoreError for fewer than two custodians or a repeated lock."""
    if not _MEMBER.fullmatch(member):
        raise KeyStoreError("a member is named by two capital letters, such as KH")
    if not TOGETHER <= len(locks) <= MOST_CUSTODIANS:
        raise KeyStoreError(
            f"a vault has from {TOGETHER} to {MOST_CUSTODIANS} custodians",
            remedy="Name two people at least: each with a passphrase of their own.",
        )
    if len({lock.key for lock in locks.values()}) < len(locks):
        raise KeyStoreError(
            "two custodians have the same key file", remedy="Give each a key that the other one has not."
        )
    for name in locks:
        if not _NAME.fullmatch(name):
            raise KeyStoreError(
                "a custodian's name has 1 to 60 letters, digits, dots, hyphens or underscores",
                remedy="Use a short name, such as a.sok.",
            )
    secret, narrative = secrets.token_bytes(SECRET_BYTES), new_private()
    shares = Shamir.split(TOGETHER, len(locks), secret)
    custodians = tuple(
        Custodian(
            name,
            lock.salt,
            place,
            bytes(_wrapper(member, name, f"share {place}", lock.key).seal(share)),
            bytes(_wrapper(member, name, "redacted", lock.key).seal(narrative)),
        )
        for (name, lock), (place, share) in zip(locks.items(), shares, strict=True)
    )
    return Custody(member, public_of(_identity_private(member, secret)), public_of(narrative), custodians)


@dataclass(frozen=True)
class Share:
    """One custodian's part of the secret: worthless without another part."""

    custodian: str
    place: int
    part: bytes


def open_share(custody: Custody, name: str, lock: Lock) -> Share:
    """A custodian's share. Raises KeyStoreError: a wrong passphrase or key file, a damaged vault file."""
    custodian = custody.custodian(name)
    return Share(
        name, custodian.place, _unwrap(custody, custodian, f"share {custodian.place}", lock, custodian.share)
    )


def open_redacted(custody: Custody, name: str, lock: Lock) -> bytes:
    """Return the private key of redacted narratives, available to every custodian. Raises KeyStoreError."""
    custodian = custody.custodian(name)
    private = _unwrap(custody, custodian, "redacted", lock, custodian.redacted)
    if public_of(private) != custody.redacted_key:
        raise _damaged(custody.member)
    return private


def open_identity(custody: Custody, one: Share, other: Share) -> bytes:
    """The private key of identities, from two custodians' shares. Raises KeyStoreError."""
    if one.place == other.place:
        raise KeyStoreError(
            "one custodian alone does not open the identities of a vault",
            remedy="Ask another custodian to confirm.",
        )
    secret = Shamir.combine([(share.place, share.part) for share in (one, other)])
    private = _identity_private(custody.member, bytes(secret))
    if public_of(private) != custody.identity_key:
        raise _damaged(custody.member)
    return private


def private_keys(custody: Custody, compartment: Compartment, private: bytes) -> tuple[bytes, ...]:
    """Return every key to which content of a compartment may be sealed: the present key, then the former
    keys.

    Raises KeyStoreError when the former keys do not open with the present key.
    """
    if custody.former is None:
        return (private,)
    parts = {Compartment.IDENTITY: custody.former.identity, Compartment.REDACTED: custody.former.redacted}
    keys = open_sealed(private, parts[compartment], info=_former_info(custody.member, compartment))
    return (private, *(keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)))


def with_former_keys(custody: Custody, identity: tuple[bytes, ...], redacted: tuple[bytes, ...]) -> Custody:
    """Return a new custody that also opens content sealed to the former private keys."""
    sealed = (
        seal(public, b"".join(keys), info=_former_info(custody.member, compartment))
        for public, keys, compartment in (
            (custody.identity_key, identity, Compartment.IDENTITY),
            (custody.redacted_key, redacted, Compartment.REDACTED),
        )
    )
    return replace(custody, former=FormerKeys(*sealed))


def _former_info(member: str, compartment: Compartment) -> bytes:
    return length_prefixed("vault-former/v1", member, compartment)


def lend_share(custody: Custody, share: Share, reply_key: bytes, request: str) -> bytes:
    """Seal a share to another custodian for one request: no other request can use the share."""
    return seal(reply_key, bytes([share.place]) + share.part, info=_loan(custody, share.custodian, request))


def borrowed_share(custody: Custody, name: str, lent: bytes, reply_private: bytes, request: str) -> Share:
    """Return the share lent by the custodian `name` for a request. Raises KeyStoreError."""
    part = open_sealed(reply_private, lent, info=_loan(custody, name, request))
    return Share(name, part[0], part[1:])


def wrap_reply(custody: Custody, name: str, lock: Lock, request: str, private: bytes) -> bytes:
    """Wrap a request's reply key under the requester's own lock. Raises KeyStoreError for a wrong lock."""
    open_share(custody, name, lock)
    return bytes(_wrapper(custody.member, name, f"reply {request}", lock.key).seal(private))


def unwrap_reply(custody: Custody, name: str, lock: Lock, request: str, wrapped: bytes) -> bytes:
    """Return the reply key of a request. Raises KeyStoreError for any lock but the requester's."""
    return _unwrap(custody, custody.custodian(name), f"reply {request}", lock, wrapped)


def _loan(custody: Custody, name: str, request: str) -> bytes:
    return length_prefixed("reidentification/v1", custody.member, name, request)


def dump_custody(custody: Custody) -> str:
    """Return the text of a vault's key file, in the only spelling accepted by `parse_custody`."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "member": custody.member,
        "identity_key": custody.identity_key.hex(),
        "redacted_key": custody.redacted_key.hex(),
        "custodians": {
            h.name: {
                "salt": h.salt.hex(),
                "place": h.place,
                "share": h.share.hex(),
                "redacted": h.redacted.hex(),
            }
            for h in custody.custodians
        },
    }
    if custody.former is not None:
        document["former"] = {
            "identity": custody.former.identity.hex(),
            "redacted": custody.former.redacted.hex(),
        }
    return json.dumps(document, indent=1) + "\n"


def parse_custody(text: str) -> Custody:
    """Read a vault's key file. Raises KeyStoreError for anything `dump_custody` would not write."""
    try:
        document = json.loads(text)
        custody = Custody(
            document["member"],
            _unhex(document["identity_key"], KEY_BYTES),
            _unhex(document["redacted_key"], KEY_BYTES),
            tuple(_custodian(name, entry) for name, entry in document["custodians"].items()),
            _former(document["former"]) if "former" in document else None,
        )
        intact = dump_custody(custody) == text and bool(_MEMBER.fullmatch(custody.member))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        intact = False
    if not intact:
        raise KeyStoreError(
            "this is not a vault's key file, or it is damaged", remedy="Restore it from its backup."
        )
    return custody


def _custodian(name: str, entry: Mapping[str, Any]) -> Custodian:
    salt = _unhex(entry["salt"], SALT_BYTES) if entry["salt"] else b""
    share = _unhex(entry["share"], SECRET_BYTES + WRAPPING)
    if type(entry["place"]) is not int or not _NAME.fullmatch(name):
        raise ValueError
    return Custodian(name, salt, entry["place"], share, _unhex(entry["redacted"], KEY_BYTES + WRAPPING))


def _former(entry: Mapping[str, Any]) -> FormerKeys:
    return FormerKeys(*(_unhex(entry[part], len(entry[part]) // 2) for part in ("identity", "redacted")))


def _unhex(text: str, length: int) -> bytes:
    if not _HEX.fullmatch(text) or len(text) != 2 * length:
        raise ValueError
    return bytes.fromhex(text)


def _identity_private(member: str, secret: bytes) -> bytes:
    return hkdf(secret, salt=member.encode("utf-8"), info=length_prefixed("vault-identity/v1", member))


def _wrapper(member: str, name: str, part: str, key: bytes) -> Any:
    info = length_prefixed("vault-custodian/v1", member, name, part)
    return AES.new(hkdf(key, salt=member.encode("utf-8"), info=info), AES.MODE_KW)


def _unwrap(custody: Custody, custodian: Custodian, part: str, lock: Lock, wrapped: bytes) -> bytes:
    try:
        return bytes(_wrapper(custody.member, custodian.name, part, lock.key).unseal(wrapped))
    except ValueError:
        raise KeyStoreError(
            f"the vault of {custody.member} does not open for {custodian.name}",
            remedy="The passphrase or key file is another custodian's or mistyped, or the file was changed.",
        ) from None


def _damaged(member: str) -> KeyStoreError:
    return KeyStoreError(
        f"the key file of the vault of {member} is damaged", remedy="Restore it from its backup."
    )
