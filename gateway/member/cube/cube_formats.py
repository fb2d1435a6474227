"""Reads a stored cube by its format: with withheld numbers, perturbed counts, or noisy counts."""

from typing import TypeAlias

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.perturbation import noisy_cube
from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.perturbation.perturbed_cube import FORMAT, PerturbedCube

Released: TypeAlias = ReleaseHistory | PerturbedCube | NoisyCube
"""Any kind of cube. All answer cells in the same way (`anonymisers.cube.released_cells`); the growth of a
data set depends on the kind.
"""


def parse_cube(data: bytes) -> Released:
    """Read a stored cube. Raises CertificateError for a damaged cube."""
    if is_noisy(data):
        return NoisyCube.from_bytes(data)
    return PerturbedCube.from_bytes(data) if is_perturbed(data) else ReleaseHistory.from_bytes(data)


def is_perturbed(data: bytes) -> bool:
    """Whether a stored cube has perturbed counts, without reading the cube."""
    return data.startswith(FORMAT)


def is_noisy(data: bytes) -> bool:
    """Whether a stored cube has noisy counts (differential privacy), without reading the cube."""
    return data.startswith(noisy_cube.FORMAT)
