"""A column of many texts in one piece, as Apache Arrow lays them out: no object for each text."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import IdentifierError


@dataclass(frozen=True, eq=False)
class TextColumn:
    """Texts in UTF-8: text i is `content[bounds[i] : bounds[i + 1]]`.

    `content`: bytes (uint8). `bounds`: ascending whole numbers, one more than there are texts, from 0 to the
    number of bytes.
    """

    content: NDArray[np.uint8]
    bounds: NDArray[Any]

    @classmethod
    def of(cls, values: Sequence[str]) -> "TextColumn":
        """The column of these texts. Raises IdentifierError for half of a surrogate pair."""
        try:
            encoded = [value.encode("utf-8") for value in values]
        except UnicodeEncodeError:
            # Not chained: the original error quotes the value.
            raise IdentifierError(
                "a value holds half of a surrogate pair, which is not text",
                remedy="Read the source with its right encoding.",
            ) from None
        bounds = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum(list(map(len, encoded)), out=bounds[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), bounds)

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def lengths(self) -> NDArray[Any]:
        """The bytes of each text."""
        return np.asarray(self.bounds[1:] - self.bounds[:-1])

    def values(self) -> list[str]:
        """The texts."""
        whole, bounds = self.content.tobytes(), self.bounds.tolist()
        return [whole[first:last].decode("utf-8") for first, last in pairwise(bounds)]

    def some(self, rows: NDArray[np.intp]) -> list[str]:
        """The texts of some rows."""
        return [self.content[self.bounds[n] : self.bounds[n + 1]].tobytes().decode("utf-8") for n in rows]

    def only(self, rows: NDArray[np.bool_]) -> "TextColumn":
        """The column with empty texts where the mask says no."""
        lengths = self.lengths
        bounds = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths * rows, out=bounds[1:])
        return TextColumn(self.content[np.repeat(rows, lengths)], bounds)

    def filled(self) -> "TextColumn":
        """The texts that are not empty."""
        kept = np.append(True, self.lengths > 0)
        return self if kept.all() else TextColumn(self.content, self.bounds[kept])
