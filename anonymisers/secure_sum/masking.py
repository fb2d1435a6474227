"""Masks that cancel in the sum, and the sum: integers modulo 2^64.

Every two contributors of a cell share a number that nobody else knows; the one whose name comes first adds
it, the other subtracts it (Bonawitz and others, Practical Secure Aggregation, CCS 2017, without the recovery
of those who drop out: a cell that lacks one contribution stays withheld). The number is HKDF-SHA256
(RFC 5869) of their X25519 secret, salted with the digest of the list of participants, for this cell.

Why the sum tells nothing else: between every two honest contributors stands a number, as good as uniform,
that neither the hub nor any other contributor knows. So of h honest contributions any h-1 are uniform and
independent, whatever the values are, and the last one follows from their sum. The hub's whole transcript can
therefore be written down by somebody who knows that sum only; `tests/anonymisers/secure_sum/test_masking.py`
does it.
"""

import hmac
from collections.abc import Mapping

from anonymisers.errors import MaskError
from anonymisers.secure_sum.mask_roster import Roster, Sum, encoded
from anonymisers.secure_sum.pairwise_keys import MaskKey

MODULUS = 2**64
LARGEST = 2**40
"""Of one contribution: a thousandfold of any count there is, and far from where a sum could overflow."""

_LABEL = b"safelane total mask 1\n"
_HASH = "sha256"


class PairwiseMasks:
    """One participant's masks of one list. Keeps what two members share, for as long as it lives."""

    def __init__(self, roster: Roster, member: str, key: MaskKey) -> None:
        """Raises MaskError when the list has another key for this member, or one that nobody agrees with."""
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
        """The member's contribution to a sum: its value under its masks, 0..2^64-1.

        Raises MaskError when the list does not have the member contribute to it, or the value is no count.
        """
        if to not in self._sums:
            message = f"the list does not have {self._member} contribute to this sum"
            raise MaskError(message)
        if not 0 <= value <= LARGEST:
            raise MaskError("a contribution is below zero or larger than any count")
        info = _LABEL + encoded(to.cell)
        masks = sum(
            _mask(self._shared[other], info) * (1 if self._member < other else -1)
            for other in to.members
            if other != self._member
        )
        return (value + masks) % MODULUS


def _mask(shared: bytes, info: bytes) -> int:
    # RFC 5869, step 2 for up to 32 bytes: T(1) = HMAC(PRK, info | 0x01).
    return int.from_bytes(hmac.digest(shared, info + b"\x01", _HASH)[:8], "big")


def unmasked(to: Sum, contributions: Mapping[str, int], least: int, most: int) -> int:
    """The sum of the values, once every contribution is there.

    `least` and `most` are what the sum can be, from what is known of its parts. Raises MaskError when a
    contribution is missing, foreign or no number of the right size, and when the sum is none that can be:
    somebody used other masks or another list, or sent what is no count.
    """
    if set(contributions) != set(to.members):
        raise MaskError("a contribution is missing, or there is one of a member that is not in the list")
    if any(not 0 <= c < MODULUS for c in contributions.values()):
        raise MaskError("a contribution is not a number below 2^64")
    total = sum(contributions.values()) % MODULUS
    if not least <= total <= most:
        raise MaskError("the contributions do not add up to a number that this sum can be")
    return total
