"""Discrete Laplace noise as a function of a key: with the same key and counts, the same numbers come again.

Noise drawn anew for the same counts, by a machine that was put back to before the draw, would be a second
release of the same people, and its mean with the first one nearer to the truth. Here a repetition is the same
number. Where any count of the table differs, all noise is independent of the noise before: noise that stayed
in the other cells would tell where the difference lies.

Exact: no floating-point number enters a draw. Source: Canonne, Kamath and Steinke, The Discrete Gaussian for
Differential Privacy, 2020, algorithms 1 and 2; OpenDP draws by the same, from the system's random numbers.
"""

import json
from collections.abc import Sequence
from fractions import Fraction

from Crypto.Hash import SHAKE256

from anonymisers.tables.arrays import Ints
from anonymisers.tables.keyed_random import derive_key

PURPOSE = "noise of differential privacy 1\n"


def keyed_noisy(counts: Ints, epsilon: Fraction, key: bytes, about: Sequence[object]) -> tuple[int, ...]:
    """Return counts with noise that is determined by the key, by `about` (in JSON), epsilon and all counts.

    `about` must name everything that makes two draws different ones: the people, and the table's cells. Each
    draw for other counts costs epsilon: the charge must be stored before.
    """
    numbers = [int(count) for count in counts]
    name = PURPOSE + json.dumps([list(about), str(epsilon), numbers], ensure_ascii=True)
    bits = _Bits(derive_key(key, name))
    return tuple(count + _laplace(bits, epsilon) for count in numbers)


class _Bits:
    """Uniform whole numbers out of a keyed stream (SHAKE256, FIPS 202)."""

    def __init__(self, seed: bytes) -> None:
        self._stream = SHAKE256.new(seed)

    def below(self, limit: int) -> int:
        """A number of 0..limit-1, each equally likely."""
        size = (limit - 1).bit_length()
        while True:
            found = int.from_bytes(self._stream.read(-(-size // 8)), "big") >> (-size % 8)
            if found < limit:
                return found

    def happens(self, chance: int, of: int) -> bool:
        """True with probability `chance` / `of`."""
        return self.below(of) < chance


def _laplace(bits: _Bits, epsilon: Fraction) -> int:
    """A whole number n with probability in proportion to exp(-epsilon * |n|)."""
    step, scale = epsilon.numerator, epsilon.denominator
    while True:
        rest = bits.below(scale)
        if not _by_exponential(bits, rest, scale):
            continue
        whole = 0
        while _by_exponential(bits, 1, 1):
            whole += 1
        size = (rest + scale * whole) // step
        negative = bits.happens(1, 2)
        if size or not negative:  # else 0 would be twice as likely
            return -size if negative else size


def _by_exponential(bits: _Bits, part: int, of: int) -> bool:
    """True with probability exp(-part / of), for a part of at most the whole."""
    tries = 1
    while bits.happens(part, of * tries):
        tries += 1
    return tries % 2 == 1
