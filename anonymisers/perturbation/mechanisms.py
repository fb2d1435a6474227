"""The ways to change numbers, by the words that name each with its parameters."""

import json

from anonymisers.errors import RulesError
from anonymisers.perturbation import cell_key_cube, rounding_cube
from anonymisers.perturbation.cell_key_cube import ByCellKey
from anonymisers.perturbation.perturbed_counts import Change
from anonymisers.perturbation.ptable import Noise
from anonymisers.perturbation.rounding_cube import ByRounding


def change_of(words: str) -> Change:
    """The change that `Change.words` wrote. Raises RulesError for anything else."""
    found: Change | None = None
    try:
        ((name, parameters),) = json.loads(words).items()
        if name == cell_key_cube.NAME:
            found = ByCellKey(Noise(*parameters))
        elif name == rounding_cube.NAME:
            found = ByRounding(parameters)
    except (ValueError, AttributeError, TypeError):
        found = None
    if found is None or found.words != words:
        raise RulesError("these words name no way to change numbers")
    return found
