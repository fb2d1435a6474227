"""Keys from passphrases: scrypt (RFC 7914), and the least length of a passphrase."""

import hashlib

LEAST_PASSPHRASE = 12
CHOOSE_WORDS = "Take four or five words that do not belong together; nothing was made."


def too_short(passphrase: str) -> str | None:
    """The message about a passphrase that is too short; None for a passphrase of sufficient length."""
    if len(passphrase) >= LEAST_PASSPHRASE:
        return None
    return f"The passphrase is shorter than {LEAST_PASSPHRASE} characters."


def key_of(passphrase: str, salt: bytes, cost: tuple[int, int, int], length: int) -> bytes:
    """Return a key of `length` bytes; `cost` is scrypt's N, r and p."""
    n, r, p = cost
    return hashlib.scrypt(
        passphrase.encode("utf-8"), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=length
    )
