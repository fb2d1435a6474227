"""A stored cube as what it is, by the form in which it was kept: numbers withheld, changed, or drawn."""

from typing import TypeAlias

from anonymisers.chronicle import Chronicle
from anonymisers.perturbation import private_cube
from anonymisers.perturbation.changed_cube import FORMAT, ChangedCube
from anonymisers.perturbation.private_cube import PrivateCube

Released: TypeAlias = Chronicle | ChangedCube | PrivateCube
"""All answer cells in the same way (`anonymisers.shown`); how a data set grows is a matter of each."""


def stored_cube(data: bytes) -> Released:
    """Raises CertificateError for a damaged one."""
    if is_drawn(data):
        return PrivateCube.from_bytes(data)
    return ChangedCube.from_bytes(data) if is_changed(data) else Chronicle.from_bytes(data)


def is_changed(data: bytes) -> bool:
    """Whether the numbers of a stored cube are changed; without reading it."""
    return data.startswith(FORMAT)


def is_drawn(data: bytes) -> bool:
    """Whether the numbers of a stored cube were drawn with noise of differential privacy."""
    return data.startswith(private_cube.FORMAT)
