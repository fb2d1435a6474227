"""Oracles that list every world stand beside the tests of the search; attacks use them too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "anonymisers"))
