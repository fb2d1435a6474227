"""Points of P-256 as bytes (SEC 1, section 2.3, compressed), read strictly; scalars; sums of points."""

from secrets import randbelow

from Crypto.PublicKey.ECC import EccPoint  # type: ignore[attr-defined]  # its stubs have it elsewhere

from anonymisers.errors import BlindedSetError

__all__ = [
    "BASE",
    "CURVE",
    "ORDER",
    "POINT_BYTES",
    "PRIME",
    "EccPoint",
    "from_bytes",
    "new_scalar",
    "to_bytes",
]

CURVE = "p256"
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POINT_BYTES = 33
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
BASE = EccPoint(
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    CURVE,
)


def new_scalar() -> int:
    """1..order-1, uniform."""
    return 1 + randbelow(ORDER - 1)


def to_bytes(point: EccPoint) -> bytes:
    """Raises BlindedSetError for the point at infinity, which stands for nobody."""
    if point.is_point_at_infinity():
        raise BlindedSetError("the point at infinity is no blinded identifier")
    x, y = point.xy
    return bytes([2 + int(y) % 2]) + int(x).to_bytes(32, "big")


def from_bytes(data: bytes) -> EccPoint:
    """Raises BlindedSetError for anything but the one spelling of a point other than infinity."""
    x = int.from_bytes(data[1:], "big")
    if len(data) != POINT_BYTES or data[0] not in (2, 3) or x >= PRIME:
        raise BlindedSetError("this is no point in compressed form")
    right = (x * x * x - 3 * x + _B) % PRIME
    y = pow(right, (PRIME + 1) // 4, PRIME)
    if y * y % PRIME != right:
        raise BlindedSetError("this is no point of the curve P-256")
    return EccPoint(x, y if y % 2 == data[0] - 2 else PRIME - y, CURVE)
