"""Stored bytes: a format line, SHA-256 over the compressed body, and the compressed body (zlib)."""

import hashlib
import zlib

from anonymisers.errors import CertificateError

DIGEST_BYTES = 32


def packed(form: bytes, body: bytes) -> bytes:
    """Return a body in its stored form; `form` is the format line."""
    compressed = zlib.compress(body, 6)
    return form + hashlib.sha256(compressed).digest() + compressed


def unpacked(form: bytes, data: bytes, what: str) -> bytes:
    """Return the body of stored bytes. Raises CertificateError about `what` for changed or other bytes."""
    start = len(form) + DIGEST_BYTES
    digest, compressed = data[len(form) : start], memoryview(data)[start:]
    if not data.startswith(form) or hashlib.sha256(compressed).digest() != digest:
        raise CertificateError(f"this is not a whole {what}")
    try:
        return zlib.decompress(compressed)
    except zlib.error:
        raise CertificateError(f"the stored {what} is damaged") from None
