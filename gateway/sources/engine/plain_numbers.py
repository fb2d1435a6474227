"""Which cells are numbers that the converter of identifiers would leave as they are, but for capitals.

These need not pass the converter one by one (a test compares the two on random cells).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.text_column import TextColumn

_DIGITS = np.frombuffer(b"0123456789", dtype=np.uint8)
_SMALL = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_CAPITAL = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype=np.uint8)

_PLAIN, _DIGIT = np.zeros(256, dtype=np.bool_), np.zeros(256, dtype=np.bool_)
_PLAIN[np.concatenate((_DIGITS, _SMALL, _CAPITAL))] = True
_DIGIT[_DIGITS] = True
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[_CAPITAL] = _SMALL


def small_letters(cells: TextColumn) -> TextColumn:
    """The cells with ASCII letters as small ones."""
    return TextColumn(_LOWER[cells.content], cells.bounds)


def plain_numbers(cells: TextColumn, unknown: Sequence[str], *, personal: bool) -> NDArray[np.bool_]:
    """Whether each of some cells in small letters is such a number.

    ASCII letters and digits alone, and none of the `unknown` words of the mapping; a person's number has a
    digit, and not the same sign throughout.
    """
    lengths = cells.lengths
    plain = (lengths > 0) & ~_any(~_PLAIN[cells.content], cells)
    if personal and plain.any():
        signs = np.append(cells.content, np.uint8(0))[cells.bounds[:-1]]
        plain &= _any(_DIGIT[cells.content], cells) & _any(cells.content != np.repeat(signs, lengths), cells)
    for word in unknown:
        letters = np.frombuffer(word.encode("utf-8", "surrogatepass"), dtype=np.uint8)
        rows = np.flatnonzero(plain & (lengths == len(letters)))
        if len(letters) and len(rows):
            texts = cells.content[cells.bounds[rows][:, np.newaxis] + np.arange(len(letters))]
            plain[rows] = (texts != letters).any(axis=1)
    return plain


def _any(marks: NDArray[np.bool_], cells: TextColumn) -> NDArray[np.bool_]:
    """Whether a byte of each cell is marked."""
    if not marks.any():
        return np.zeros(len(cells), dtype=np.bool_)
    # One mark more, as an empty cell at the end begins behind the last byte.
    return np.logical_or.reduceat(np.append(marks, False), cells.bounds[:-1]) & (cells.lengths > 0)
