"""The exact attacker: computes everything that follows from releases."""

from anonymisers.attack.findings import Findings, Found, Key, SingletonDisclosure
from anonymisers.attack.run import attack, determined_cells

__all__ = ["Findings", "Found", "Key", "SingletonDisclosure", "attack", "determined_cells"]
