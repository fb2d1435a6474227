"""The exact attacker: what can be computed from releases that should not be."""

from anonymisers.attack.findings import Findings, Found, Insight, Key
from anonymisers.attack.run import attack, certain_cells

__all__ = ["Findings", "Found", "Insight", "Key", "attack", "certain_cells"]
