"""The members' sets, merged, pass through every member: blinded, encrypted anew and shuffled by each.

An entry is an ElGamal pair (r G, P + r H) for the sum H of the keys of those who have not had it. Member j
with the secrets d (its share of H) and a (its blinding) makes of (c, e) the pair

    (a c + s G, a (e - d c) + s H'),   s fresh for each entry, H' the sum of keys after j,

which encrypts a P for those after j. The last one leaves only a P. In the end P has been multiplied by the a
of everybody: equal people are equal points, and no one can tell which person a point is as long as one member
keeps its secrets. Entries of different members can never be compared on the way, only the merged list at its
end; who is behind an entry is lost at the first honest shuffle (Chaum, 1981; ElGamal, 1985; the private set
union by blinding of Diffie-Hellman is Meadows, 1986).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from random import SystemRandom

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from anonymisers.blinded.points import BASE, CURVE, POINT_BYTES, EccPoint, from_bytes, new_scalar, to_bytes
from anonymisers.errors import BlindedSetError

ENTRY_BYTES = 2 * POINT_BYTES
BATCH = 250
"""Entries that are worked on between two reports of progress, or by one process."""

_PROOF = b"safelane counted once key 1\n"
_SHUFFLE = SystemRandom()


@dataclass(frozen=True)
class MixKey:
    """One member's secrets for one run: `share` opens its layer, `blinding` makes points incomparable."""

    share: int
    blinding: int

    @classmethod
    def new(cls) -> "MixKey":
        return cls(new_scalar(), new_scalar())

    @property
    def public(self) -> bytes:
        """The member's part of the key that entries are encrypted for."""
        return to_bytes(BASE * self.share)

    def proof(self, run: bytes) -> bytes:
        """Shows, for one run, that whoever gave `public` knows `share`: an ECDSA signature (FIPS 186-5).

        Without it a member could choose its part so that the sum of all parts is a key of its own.
        """
        key = ECC.construct(curve=CURVE, d=self.share)
        signed: bytes = DSS.new(key, "deterministic-rfc6979").sign(SHA256.new(_PROOF + run))
        return signed


def check_proof(public: bytes, run: bytes, proof: bytes) -> None:
    """Raises BlindedSetError unless the proof is that of the owner of `public`, for this run."""
    x, y = from_bytes(public).xy
    key = ECC.construct(curve=CURVE, point_x=int(x), point_y=int(y))
    try:
        DSS.new(key, "deterministic-rfc6979").verify(SHA256.new(_PROOF + run), proof)
    except ValueError:
        raise BlindedSetError("a member does not prove that the key it gave is its own") from None


def joint_key(publics: Sequence[bytes]) -> EccPoint:
    """The sum of some members' public parts. Raises BlindedSetError for none, or one that is no point."""
    if not publics:
        raise BlindedSetError("there is no key to encrypt for")
    total = from_bytes(publics[0])
    for public in publics[1:]:
        total = total + from_bytes(public)
    return total


def sealed_set(people: Sequence[EccPoint], size: int, publics: Sequence[bytes]) -> list[bytes]:
    """A member's set as it enters the run: distinct people, filled up with points of nobody, shuffled.

    `size` is public and the same for everybody. Raises BlindedSetError when there are more people than that.
    """
    distinct = {to_bytes(p): p for p in people}
    if len(distinct) > size:
        raise BlindedSetError(
            "there are more people than the size of the sets allows", remedy="Agree on a larger size."
        )
    nobody = [BASE * new_scalar() for _ in range(size - len(distinct))]
    joint = joint_key(publics)
    entries = [_encrypted(point, joint) for point in (*distinct.values(), *nobody)]
    _SHUFFLE.shuffle(entries)
    return entries


def mixed(entries: Sequence[bytes], key: MixKey, after: Sequence[bytes]) -> list[bytes]:
    """One batch of the merged list after this member. `after`: public parts of the members still to come.

    Raises BlindedSetError for an entry that is not two points of the curve. Entries keep their order:
    `shuffled` comes before.
    """
    joint = joint_key(after) if after else None
    return [_step(entry, key, joint) for entry in entries]


def shuffled(entries: Sequence[bytes]) -> list[bytes]:
    """The list in an order that nobody else knows."""
    order = list(entries)
    _SHUFFLE.shuffle(order)
    return order


def batches(entries: Sequence[bytes], size: int = BATCH) -> Iterator[list[bytes]]:
    for start in range(0, len(entries), size):
        yield list(entries[start : start + size])


def list_digest(entries: Sequence[bytes]) -> bytes:
    """SHA-256 of a list of entries, which are random: nothing about a person can be guessed from it."""
    digest = sha256(len(entries).to_bytes(8, "big"))
    for entry in entries:
        digest.update(len(entry).to_bytes(2, "big") + entry)
    return digest.digest()


def check_entries(entries: Sequence[bytes], expected: int, *, last: bool = False) -> None:
    """Raises BlindedSetError unless a list has this many entries of the right length, none of them twice.

    A final list (`last`) holds single points, and equal ones are what is looked for.
    """
    if len(entries) != expected:
        raise BlindedSetError("a list has fewer or more entries than the members put in")
    if any(len(entry) != (POINT_BYTES if last else ENTRY_BYTES) for entry in entries):
        raise BlindedSetError("an entry has the wrong length")
    if not last and len(set(entries)) < len(entries):
        raise BlindedSetError("an entry stands twice in a list: nobody encrypts twice to the same")


def _encrypted(point: EccPoint, joint: EccPoint) -> bytes:
    fresh = new_scalar()
    return to_bytes(BASE * fresh) + to_bytes(point + joint * fresh)


def _step(entry: bytes, key: MixKey, joint: EccPoint | None) -> bytes:
    if len(entry) != ENTRY_BYTES:
        raise BlindedSetError("an entry has the wrong length")
    first, second = from_bytes(entry[:POINT_BYTES]), from_bytes(entry[POINT_BYTES:])
    opened = (second + -(first * key.share)) * key.blinding
    if joint is None:
        return to_bytes(opened)
    fresh = new_scalar()
    return to_bytes(first * key.blinding + BASE * fresh) + to_bytes(opened + joint * fresh)
