"""The cubes of clients of one member, a cube for each year of service, in one stored form.

A year of service is closed and then fixed: contacts that are reported later change nothing in it. Years share
people, and nothing shown ties the people of one year to those of another, so that no number is ever a sum
over years.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from anonymisers.errors import CertificateError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.tables.packed_bytes import packed, unpacked
from gateway.member.cube.client_services import Numbers, numbers_from

FORMAT = b"safelane clients 1\n"
BESIDE = b"safelane cube with clients 1\n"


@dataclass(frozen=True, eq=False)
class ClientsHistory:
    """Every year of service that was ever released, with its people sealed in its one part.

    `services`: of each year, the numbers of services that were shown when it was released, and those of them
    that the rules in force show.
    """

    years: Mapping[int, ReleaseHistory] = field(default_factory=lambda: MappingProxyType({}))
    services: Mapping[int, tuple[Numbers, Numbers]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def released(self) -> Mapping[int, ReleasePart]:
        """The part of each year of which anything is shown."""
        return {year: cube.parts[0] for year, cube in self.years.items() if cube.parts[0].cubes}

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 over the certificates. The digest can be guessed: log a salted commitment."""
        parts = [f"{year}\n".encode() + cube.certificate_digest for year, cube in sorted(self.years.items())]
        services = self._services_listed
        written = json.dumps(services, sort_keys=True).encode() if services else b""
        return sha256(b"".join([*parts, written])).digest()

    def to_bytes(self) -> bytes:
        """The stored form, for use inside the state only."""
        blobs = {year: cube.to_bytes() for year, cube in sorted(self.years.items())}
        listed = [[year, len(blob)] for year, blob in blobs.items()]
        services = self._services_listed
        head = json.dumps({"services": services, "years": listed} if services else listed, sort_keys=True)
        return packed(FORMAT, head.encode() + b"\n" + b"".join(blobs.values()))

    @property
    def _services_listed(self) -> list[list[Any]]:
        return [[year, *numbers] for year, numbers in sorted(self.services.items())]

    @classmethod
    def from_bytes(cls, data: bytes) -> "ClientsHistory":
        """Read what `to_bytes` wrote. Raises CertificateError if a byte was changed or is missing."""
        whole = unpacked(FORMAT, data, "cube of clients")
        try:
            head, _, body = whole.partition(b"\n")
            said = json.loads(head)
            if not isinstance(said, dict):
                said = {"services": [], "years": said}
            listed = [(int(year), int(length)) for year, length in said["years"]]
            services = {
                int(year): (numbers_from(released), numbers_from(now))
                for year, released, now in said["services"]
            }
            ends = np.cumsum([0, *(length for _, length in listed)]).tolist()
            if ends[-1] != len(body):
                raise ValueError
            pieces = zip(listed, pairwise(ends), strict=True)
            years = {year: ReleaseHistory.from_bytes(body[start:end]) for (year, _), (start, end) in pieces}
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CertificateError("the stored cube of clients is damaged") from None
        return cls(MappingProxyType(years), MappingProxyType(services))


def beside(casualties: bytes, clients: bytes | None) -> bytes:
    """A stored cube of casualties, with the cube of clients beside it where there is one.

    Without clients it is the cube of casualties, byte for byte.
    """
    if clients is None:
        return casualties
    return BESIDE + f"{len(casualties)}\n".encode() + casualties + clients


def casualties_of(stored: bytes) -> bytes:
    """The stored cube of casualties alone."""
    return _split(stored)[0]


def clients_of(stored: bytes) -> bytes | None:
    """The stored cube of clients alone; None where there is none."""
    return _split(stored)[1]


def _split(stored: bytes) -> tuple[bytes, bytes | None]:
    if not stored.startswith(BESIDE):
        return stored, None
    try:
        start = stored.index(b"\n", len(BESIDE)) + 1
        length = int(stored[len(BESIDE) : start])
    except ValueError:
        raise CertificateError("the stored cube is damaged") from None
    if length < 0 or start + length >= len(stored):
        raise CertificateError("the stored cube is damaged")
    return stored[start : start + length], stored[start + length :]
