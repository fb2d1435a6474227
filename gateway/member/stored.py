"""A stored cube as what it is, by the form in which it was kept: withheld numbers, or changed ones."""

from typing import TypeAlias

from anonymisers.chronicle import Chronicle
from anonymisers.perturbation.changed_cube import FORMAT, ChangedCube

Released: TypeAlias = Chronicle | ChangedCube
"""Both answer cells in the same way (`anonymisers.shown`); how a data set grows is a matter of each."""


def stored_cube(data: bytes) -> Released:
    """Raises CertificateError for a damaged one."""
    return ChangedCube.from_bytes(data) if is_changed(data) else Chronicle.from_bytes(data)


def is_changed(data: bytes) -> bool:
    """Whether the numbers of a stored cube are changed; without reading it."""
    return data.startswith(FORMAT)
