"""Random audit samples of a log's entries that nobody can choose: the sample follows from the root of the
tree.

Possible influence on the sample:

- The choice of the number: no influence. A larger sample contains every smaller one.
- The choice of the moment: a newer checkpoint gives another sample. So draw from a checkpoint that others
  had before anybody knew of the audit (`python -m audit sample --at CHECKPOINT`): the log cannot change such
  a checkpoint any more, and an auditor who has named the checkpoint cannot choose another unseen.
- The author of the log, by trying entries until the root suits: only before others know the checkpoint.
  A `seed` rules this out: both sides agree on words, for instance by dice, once the checkpoint is fixed.
"""

from hashlib import sha256
from typing import Final

from audit.errors import MalformedError

_DOMAIN: Final = b"safelane/sample/v1"
MAX_SEED: Final = 1000


def draw_sample(root: bytes, size: int, count: int, seed: str = "") -> list[int]:
    """Return the numbers of `count` entries of the log with this root and size (all, if there are fewer),
    ascending.

    SHA-256 over a label, the root, the seed and a counter; the first 64 bits, without the bias of a plain
    remainder, are an entry's number; repetitions are skipped. Raises MalformedError for a count below one or
    too long a seed.
    """
    if count < 1:
        raise MalformedError("sample", "it has at least one entry")
    words = seed.encode()
    if len(words) > MAX_SEED:
        raise MalformedError("seed of a sample", f"longer than {MAX_SEED} bytes")
    if count >= size:
        return list(range(size))
    limit = 2**64 - 2**64 % size
    start = sha256(_DOMAIN + root + words)
    drawn: set[int] = set()
    counter = 0
    while len(drawn) < count:
        state = start.copy()
        state.update(counter.to_bytes(8, "big"))
        value = int.from_bytes(state.digest()[:8], "big")
        if value < limit:
            drawn.add(value % size)
        counter += 1
    return sorted(drawn)
