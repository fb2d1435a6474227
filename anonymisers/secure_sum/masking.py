"""Pairwise masking: masks that cancel in the sum, and the unmasked sum; integers modulo 2^64.

Every two contributors of a cell share a secret number; the contributor whose name comes first adds the
number, the second subtracts the number (Bonawitz and others, Practical Secure Aggregation, CCS 2017, without
recovery of dropouts: a cell lacking a contribution stays withheld). The number is HKDF-SHA256 (RFC 5869) of
the pair's X25519 secret, salted with the digest of the roster, for this cell and the names of both: two pairs
have different numbers even where somebody gave another's key for its own.

Privacy: between every two honest contributors there is a number, computationally uniform, unknown to the hub
and to any other contributor. Of h honest contributions any h-1 are therefore uniform and independent,
whatever the values, and the remaining contribution follows from the sum. The hub's whole transcript can thus
be simulated from the sum alone; `tests/anonymisers/secure_sum/test_masking.py` does so.
"""

import hmac
from collections.abc import Mapping

from anonymisers.errors import MaskError
from anonymisers.secure_sum.mask_roster import Roster, Sum, encoded
from anonymisers.secure_sum.pairwise_keys import MaskKey

MODULUS = 2**64
LARGEST = 2**40
"""Limit of one contribution: a thousand times any real count, and far from overflow of a sum."""

_LABEL = b"safelane total mask 2\n"
_HASH = "sha256"


class PairwiseMasks:
    """One participant's masks for one roster. Holds the pairwise secrets for the life of the object."""

    def __init__(self, roster: Roster, member: str, key: MaskKey) -> None:
        """Raises MaskError when the roster has a wrong key for this member, or an invalid key."""
        if roster.participant(member).key != key.public:
            raise MaskError("the list of participants has another mask key for this member than its own")
        self._member = member
        self._sums = frozenset(roster.of(member))
        salt = roster.digest()
        # RFC 5869, step 1: once for each pair. Step 2 is one HMAC for each cell.
        self._shared = {
            other.member: hmac.digest(salt, key.agree(other.key), _HASH)
            for other in roster.participants
            if other.member != member
        }

    def masked(self, to: Sum, value: int) -> int:
        """Return the member's contribution to a sum: the masked value, 0..2^64-1.

        Raises MaskError when the roster has no such contribution of the member, or the value is no count.
        """
        if to not in self._sums:
            message = f"the list does not have {self._member} contribute to this sum"
            raise MaskError(message)
        if not 0 <= value <= LARGEST:
            raise MaskError("a contribution is below zero or larger than any count")
        cell = encoded(to.cell)
        masks = sum(
            _mask(self._shared[other], _between(self._member, other) + cell)
            * (1 if self._member < other else -1)
            for other in to.members
            if other != self._member
        )
        return (value + masks) % MODULUS


def _between(one: str, other: str) -> bytes:
    """What binds a mask to its two members, whoever of them asks."""
    return encoded((min(one, other), max(one, other)))


def _mask(shared: bytes, about: bytes) -> int:
    # RFC 5869, step 2 for up to 32 bytes: T(1) = HMAC(PRK, info | 0x01).
    return int.from_bytes(hmac.digest(shared, _LABEL + about + b"\x01", _HASH)[:8], "big")


def unmasked(to: Sum, contributions: Mapping[str, int], least: int, most: int) -> int:
    """Return the sum of the values, once every contribution is present.

    `least` and `most` are the public bounds of the sum. Raises MaskError when a contribution is missing,
    foreign or out of range, and when the sum lies outside its bounds: a participant used other masks or
    another roster, or sent no count.
    """
    if set(contributions) != set(to.members):
        raise MaskError("a contribution is missing, or there is one of a member that is not in the list")
    if any(not 0 <= c < MODULUS for c in contributions.values()):
        raise MaskError("a contribution is not a number below 2^64")
    total = sum(contributions.values()) % MODULUS
    if not least <= total <= most:
        raise MaskError("the contributions do not add up to a number that this sum can be")
    return total
