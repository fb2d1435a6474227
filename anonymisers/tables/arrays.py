"""Types of the arrays that this package works with: their elements, not their shapes."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
"""Counts, and positions of cells where speed is worth more than memory."""
Positions = NDArray[np.int32]
"""Positions of cells in large tables."""
Counts = NDArray[np.int32]
"""How often each of many cells is met; less memory than `Ints`."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
