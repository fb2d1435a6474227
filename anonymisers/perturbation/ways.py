"""The ways to change numbers, by the words that name each with its parameters."""

import json

from anonymisers.errors import RulesError
from anonymisers.perturbation import by_cell_key, by_rounding
from anonymisers.perturbation.by_cell_key import ByCellKey
from anonymisers.perturbation.by_rounding import ByRounding
from anonymisers.perturbation.change import Change
from anonymisers.perturbation.ptable import Noise


def change_of(words: str) -> Change:
    """The change that `Change.words` wrote. Raises RulesError for anything else."""
    found: Change | None = None
    try:
        ((name, parameters),) = json.loads(words).items()
        if name == by_cell_key.NAME:
            found = ByCellKey(Noise(*parameters))
        elif name == by_rounding.NAME:
            found = ByRounding(parameters)
    except (ValueError, AttributeError, TypeError):
        found = None
    if found is None or found.words != words:
        raise RulesError("these words name no way to change numbers")
    return found
