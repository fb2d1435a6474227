"""Types of arrays by their elements; docstrings give the shapes."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
"""Counts, and numbers of cells where speed matters more than memory."""
Positions = NDArray[np.int32]
"""Positions of codes in a hierarchy, and numbers of cells in large tables."""
Counts = NDArray[np.int32]
"""Occurrences of each of many cells, in less memory than `Ints`."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
