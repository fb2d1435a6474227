"""A participant's key for one question: X25519 (RFC 7748), made for the question and destroyed afterwards."""

from Crypto.Protocol.DH import import_x25519_private_key, import_x25519_public_key, key_agreement
from Crypto.PublicKey import ECC

from anonymisers.errors import MaskError

KEY_BYTES = 32
PRIME = 2**255 - 19
"""Of the field: X25519 reads other bytes as the same key, all of which are no numbers below the prime."""


class MaskKey:
    """The secret half never leaves its node; `public` is given to the other participants."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: 32 bytes from `new_secret`. Raises MaskError for anything else."""
        if len(secret) != KEY_BYTES:
            raise MaskError("a mask key has 32 bytes")
        self._key = import_x25519_private_key(secret)
        self.public: bytes = self._key.public_key().export_key(format="raw")

    def agree(self, other: bytes) -> bytes:
        """Return the 32 bytes computable only for the owners of the two keys.

        Raises MaskError for a public key of wrong length or low order, or not in its one form.
        """
        check_public(other)
        try:
            theirs = import_x25519_public_key(other)
            shared: bytes = key_agreement(static_priv=self._key, static_pub=theirs, kdf=lambda z: z)
        except ValueError:
            raise MaskError("a participant's mask key is no key that a secret can be agreed with") from None
        return shared


def check_public(key: bytes) -> None:
    """Raise MaskError for a public key that is not in its one form.

    Else a participant could take another's key for its own, and no list would show the same key twice.
    """
    if len(key) != KEY_BYTES or int.from_bytes(key, "little") >= PRIME:
        raise MaskError("a participant's mask key is no key in the one form that a key has")


def new_secret() -> bytes:
    """The secret half of a new key."""
    seed: bytes = ECC.generate(curve="curve25519").seed
    return seed
