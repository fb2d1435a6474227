"""A stored cube as what it is, by the form in which it was kept: numbers withheld, changed, or drawn."""

from typing import TypeAlias

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.perturbation import noisy_cube
from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.perturbation.perturbed_cube import FORMAT, PerturbedCube

Released: TypeAlias = ReleaseHistory | PerturbedCube | NoisyCube
"""All answer cells in the same way (`anonymisers.cube.released_cells`); how a data set grows is a matter of
each.
"""


def parse_cube(data: bytes) -> Released:
    """Raises CertificateError for a damaged one."""
    if is_drawn(data):
        return NoisyCube.from_bytes(data)
    return PerturbedCube.from_bytes(data) if is_changed(data) else ReleaseHistory.from_bytes(data)


def is_perturbed(data: bytes) -> bool:
    """Whether the numbers of a stored cube are changed; without reading it."""
    return data.startswith(FORMAT)


def is_noisy(data: bytes) -> bool:
    """Whether the numbers of a stored cube were drawn with noise of differential privacy."""
    return data.startswith(noisy_cube.FORMAT)
