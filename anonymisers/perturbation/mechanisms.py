"""The perturbative mechanisms, by the words naming each mechanism with its parameters."""

import json

from anonymisers.errors import RulesError
from anonymisers.perturbation import cell_key_cube, rounding_cube
from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.perturbed_counts import PerturbativeMechanism
from anonymisers.perturbation.ptable import Noise
from anonymisers.perturbation.rounding_cube import RoundingMechanism


def mechanism_of(words: str) -> PerturbativeMechanism:
    """Return the mechanism written by `PerturbativeMechanism.words`. Raises RulesError for anything else."""
    found: PerturbativeMechanism | None = None
    try:
        ((name, parameters),) = json.loads(words).items()
        if name == cell_key_cube.NAME:
            found = CellKeyMechanism(Noise(*parameters))
        elif name == rounding_cube.NAME:
            found = RoundingMechanism(parameters)
    except (ValueError, AttributeError, TypeError):
        found = None
    if found is None or found.words != words:
        raise RulesError("these words name no way to change numbers")
    return found
