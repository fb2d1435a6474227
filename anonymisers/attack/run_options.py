"""Many short stretches of one long list, without a loop."""

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]


def runs(starts: Index, stops: Index) -> tuple[Index, Index]:
    """The places from each start to its stop, one stretch after the other, and the length of each."""
    lengths = stops - starts
    return np.arange(int(lengths.sum())) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths), lengths
