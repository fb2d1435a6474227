"""The exact attacker: what can be computed from releases that should not be."""

from anonymisers.attack.findings import Findings, Found, Insight, Key
from anonymisers.attack.run import attack

__all__ = ["Findings", "Found", "Insight", "Key", "attack"]
