"""Strict text encodings: exactly one spelling of every value is accepted.

Python's own `int()` and `b64decode` accept signs, spaces, underscores, other scripts' digits, stray
characters and unused bits; the formats of C2SP do not.
"""

import base64
import binascii
import re
from typing import Final

from audit.errors import MalformedError

MAX_SIZE: Final = 2**63 - 1
"""Largest tree size and index: other implementations use signed 64-bit integers."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def parse_decimal(text: str, what: str) -> int:
    """Read an ASCII decimal without sign, spaces or leading zeros, at most `MAX_SIZE`.

    Raises MalformedError.
    """
    if _DECIMAL.fullmatch(text) is None:
        raise MalformedError(what, "not a plain decimal number")
    value = int(text)
    if value > MAX_SIZE:
        raise MalformedError(what, "number above 2^63 - 1")
    return value


def to_base64(data: bytes) -> str:
    """Encode as standard, padded base64 (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def parse_base64(text: str, what: str, length: int | None = None) -> bytes:
    """Read standard, padded base64 with unused bits zero; of exactly `length` bytes, if given.

    Raises MalformedError.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise MalformedError(what, "not standard base64") from None
    if to_base64(data) != text:
        raise MalformedError(what, "base64 with unused bits set")
    if length is not None and len(data) != length:
        raise MalformedError(what, f"{len(data)} bytes instead of {length}")
    return data


def utf8(text: str, what: str) -> bytes:
    """Encode as UTF-8; raises MalformedError for lone surrogates, which UTF-8 cannot encode."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedError(what, "text that UTF-8 cannot hold") from None


def decode_utf8(data: bytes, what: str) -> str:
    """Read UTF-8. Raises MalformedError."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError(what, "not UTF-8") from None
