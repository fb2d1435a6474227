"""Concatenate many short ranges of indices, without a loop."""

import numpy as np

from anonymisers.tables.arrays import Ints


def index_ranges(starts: Ints, stops: Ints) -> tuple[Ints, Ints]:
    """Return the indices from each start to its stop, concatenated, and the length of each range."""
    lengths = stops - starts
    return np.arange(int(lengths.sum())) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths), lengths
