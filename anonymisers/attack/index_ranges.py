"""Many short stretches of one long list, without a loop."""

import numpy as np

from anonymisers.tables.arrays import Ints


def index_ranges(starts: Ints, stops: Ints) -> tuple[Ints, Ints]:
    """The places from each start to its stop, one stretch after the other, and the length of each."""
    lengths = stops - starts
    return np.arange(int(lengths.sum())) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths), lengths
