"""Wrong tokens are slowed down, by the address that shows them, in the memory of this process.

A token cannot be guessed; but each attempt costs a look at the database. Whoever shares an address with a
guesser is not slowed: a token that was right in the last hour is looked up in any case.
"""

import time
from collections import OrderedDict
from threading import Lock

from flask_limiter import Limiter
from limits import parse

from gateway.accounts.lockout import place_of
from gateway.accounts.secrets import Kind, secret_hash

WRONG = parse("30 per minute")
REMEMBERED_SECONDS = 3600.0
MOST_REMEMBERED = 10_000


class WrongTokens:
    """Counts wrong tokens by address, and remembers right ones by their hashes."""

    def __init__(self, limiter: Limiter) -> None:
        self._counts = limiter.limiter
        self._right: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def are_too_many(self, address: str, token: str) -> bool:
        """Return whether this token is not to be looked up now."""
        if self._counts.test(WRONG, "wrong-token", place_of(address)):
            return False
        with self._lock:
            seen = self._right.get(secret_hash(Kind.TOKEN, token))
        return seen is None or time.monotonic() - seen > REMEMBERED_SECONDS

    def wrong(self, address: str) -> None:
        self._counts.hit(WRONG, "wrong-token", place_of(address))

    def right(self, token: str) -> None:
        with self._lock:
            digest = secret_hash(Kind.TOKEN, token)
            self._right[digest] = time.monotonic()
            self._right.move_to_end(digest)
            if len(self._right) > MOST_REMEMBERED:
                self._right.popitem(last=False)
