"""Reads a stored cube by its format: with withheld numbers, perturbed counts, or noisy counts."""

from typing import TypeAlias

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.perturbation import noisy_cube
from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.perturbation.perturbed_cube import FORMAT, PerturbedCube
from gateway.member.cube.clients_history import ClientsHistory, casualties_of, clients_of

Released: TypeAlias = ReleaseHistory | PerturbedCube | NoisyCube
"""Any kind of cube. All answer cells in the same way (`anonymisers.cube.released_cells`); the growth of a
data set depends on the kind.
"""


def parse_cube(data: bytes) -> Released:
    """Read a stored cube of casualties. Raises CertificateError for a damaged cube."""
    data = casualties_of(data)
    if is_noisy(data):
        return NoisyCube.from_bytes(data)
    return PerturbedCube.from_bytes(data) if is_perturbed(data) else ReleaseHistory.from_bytes(data)


def is_perturbed(data: bytes) -> bool:
    """Whether a stored cube has perturbed counts, without reading the cube."""
    return casualties_of(data).startswith(FORMAT)


def is_noisy(data: bytes) -> bool:
    """Whether a stored cube has noisy counts (differential privacy), without reading the cube."""
    return casualties_of(data).startswith(noisy_cube.FORMAT)


def parse_clients(data: bytes) -> ClientsHistory | None:
    """Read the clients beside a stored cube; None where none stand beside it. Raises CertificateError."""
    found = clients_of(data)
    return None if found is None else ClientsHistory.from_bytes(found)
