"""An identifier as a point of P-256: RFC 9380, suite P256_XMD:SHA-256_SSWU_RO_.

The encoding is arithmetic on numbers, not a cipher; the group itself is pycryptodome's. Nobody knows the
logarithm of such a point to any base, without which a blinded one tells nothing of the identifier.
"""

from hashlib import sha256

from anonymisers.blinded.points import CURVE, PRIME, EccPoint
from anonymisers.canonical import canonical_identifier
from anonymisers.errors import IdentifierError

A = -3 % PRIME
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
Z = -10 % PRIME
_LENGTH, _BLOCK, _DIGEST = 48, 64, 32


def person_point(kind: str, identifier: str, epoch: str) -> EccPoint:
    """The point of a person for one epoch. `kind` says what number it is ("national-id").

    Spellings with other digits, spaces or hyphens are one (`anonymisers.canonical`). Raises IdentifierError
    for one that is empty.
    """
    spelt = canonical_identifier(identifier)
    if not spelt:
        raise IdentifierError("an identifier has no letter and no digit", remedy="Leave the person out.")
    tag = f"safelane counted once 1|{kind}|{epoch}|P256_XMD:SHA-256_SSWU_RO_".encode()
    return hash_to_curve(spelt.encode(), tag)


def hash_to_curve(message: bytes, tag: bytes) -> EccPoint:
    """Section 3: two elements of the field, a point for each, their sum. `tag`: 1 to 255 bytes."""
    uniform = _expand(message, tag, 2 * _LENGTH)
    first, second = (int.from_bytes(uniform[at : at + _LENGTH], "big") % PRIME for at in (0, _LENGTH))
    point: EccPoint = _mapped(first) + _mapped(second)
    return point


def _expand(message: bytes, tag: bytes, length: int) -> bytes:
    """Section 5.3.1: expand_message_xmd with SHA-256."""
    prime = tag + bytes([len(tag)])
    start = sha256(bytes(_BLOCK) + message + length.to_bytes(2, "big") + b"\x00" + prime).digest()
    block = sha256(start + b"\x01" + prime).digest()
    blocks = [block]
    for number in range(2, -(-length // _DIGEST) + 1):
        mixed = bytes(a ^ b for a, b in zip(start, block, strict=True))
        block = sha256(mixed + bytes([number]) + prime).digest()
        blocks.append(block)
    return b"".join(blocks)[:length]


def _mapped(u: int) -> EccPoint:
    """Section 6.6.2: the simplified Shallue, van de Woestijne and Ulas method for A and B other than zero."""
    p = PRIME
    square = Z * u * u % p
    low = (square * square + square) % p
    x1 = (-B * pow(A, -1, p) * (1 + pow(low, -1, p))) % p if low else B * pow(Z * A, -1, p) % p
    for x in (x1, square * x1 % p):
        right = (x * x * x + A * x + B) % p
        y = pow(right, (p + 1) // 4, p)
        if y * y % p == right:
            return EccPoint(x, y if y % 2 == u % 2 else p - y, CURVE)
    raise AssertionError("one of the two is a square")  # pragma: no cover - RFC 9380, section 6.6.2
