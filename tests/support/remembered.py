"""What is slow is worked out once in a process: keys and hashes of a passphrase, trusted authorities.

They are no cheaper than for users. What was made from the very same bytes before is not made again, so that
hundreds of tests in which the same people sign in do not wait hundreds of times for the same result.

Fingerprints alone are cheaper: each is of new keys, and what they cost is for those who try millions of them.
Processes that tests start work them out in full (`tests/federation/test_found_a_region.py`).

Every HTTP client reads which authorities its machine trusts, though tests speak plain HTTP to this machine.
"""

import hashlib
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from httpx._transports import default as transports

from gateway.accounts import passphrases
from gateway.wire import enrolment


class RememberingHasher(PasswordHasher):
    """Gives a passphrase one hash, and knows which passphrases it has tried on which hash."""

    def __init__(self, hasher: PasswordHasher) -> None:
        super().__init__(hasher.time_cost, hasher.memory_cost, hasher.parallelism)
        self.usual = hasher
        self._hashes: dict[str | bytes, str] = {}
        self._fits: dict[tuple[str | bytes, str | bytes], bool] = {}

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        if password not in self._hashes:
            self._hashes[password] = super().hash(password, salt=salt)
            self._fits[self._hashes[password], password] = True
        return self._hashes[password]

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the name it has there
        if (hash, password) not in self._fits:
            try:
                self._fits[hash, password] = super().verify(hash, password)
            except VerifyMismatchError:
                self._fits[hash, password] = False
        if not self._fits[hash, password]:
            raise VerifyMismatchError
        return True


def remember() -> None:
    """From now on, in this process."""
    hashlib.scrypt = lru_cache(maxsize=None)(hashlib.scrypt)
    passphrases._hasher = RememberingHasher(passphrases._hasher)
    enrolment._SCRYPT["n"] = 2
    transports.create_ssl_context = lru_cache(maxsize=None)(transports.create_ssl_context)
