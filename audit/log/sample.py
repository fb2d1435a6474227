"""Random samples of a log's entries that nobody can pick: they follow from the root of the tree.

Who could try to steer, and what it gains:

- Whoever chooses how many: nothing. A larger sample holds every smaller one.
- Whoever chooses the moment: a newer head is another sample. So draw from a head that others had before
  anybody knew of the audit (`python -m audit sample --at CHECKPOINT`): the log cannot change it any more, and
  an auditor who names it cannot choose another one unseen.
- Whoever writes the log, by trying entries out until the root suits: only before the head is known to others.
  A `seed` ends that: words that both sides make together, by dice for instance, once the head is fixed.
"""

from hashlib import sha256
from typing import Final

from audit.errors import MalformedError

_DOMAIN: Final = b"safelane/sample/v1"
MAX_SEED: Final = 1000


def draw_sample(root: bytes, size: int, count: int, seed: str = "") -> list[int]:
    """Numbers of `count` entries of the log with this root and size (all, if there are fewer), ascending.

    SHA-256 over a label, the root, the seed and a counter; its first 64 bits, without the bias of a plain
    remainder, are an entry's number; repeated ones are passed over. Raises MalformedError for a count below
    one or a seed that is too long.
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
