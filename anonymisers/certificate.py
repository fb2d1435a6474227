"""The certificate of a release: possible worlds that agree with it, and what they are to show.

It stays inside the state: beside the cube, a difference of worlds gives away the truth.
"""

import hashlib
import io
import json
import zlib
from dataclasses import dataclass

import numpy as np

from anonymisers.errors import CertificateError
from anonymisers.hierarchy import Hierarchy
from anonymisers.rules import Rules, Zeros
from anonymisers.table import Release, parse_json, write_release
from anonymisers.worlds import World

FORMAT = "safelane certificate 1"
MAX_BYTES = 2**31
Level = tuple[tuple[str, int], ...]
"""The cells of one table at one level: pairs of a dimension and the depth of its codes there."""


@dataclass(frozen=True, eq=False)
class Certificate:
    """`worlds` over the full cross of the dimensions `dims`, as differences from the true one.

    `release`: SHA-256 of the release in its written form. `refused`: levels of tables that were not
    protected, so that all of their cells are withheld.
    """

    threshold: int
    zeros: Zeros
    least: int
    sensitive: frozenset[str]
    dims: tuple[str, ...]
    release: str
    refused: frozenset[Level]
    worlds: tuple[World, ...]

    def to_json(self, hierarchies: dict[str, Hierarchy]) -> str:
        """The written form, one world a line; equal certificates have equal forms."""
        codes = [hierarchies[name].codes for name in self.dims]
        head = {
            "format": FORMAT,
            "threshold": self.threshold,
            "zeros": self.zeros,
            "least": self.least,
            "sensitive": sorted(self.sensitive),
            "dims": list(self.dims),
            "release": self.release,
            "refused": [dict(level) for level in sorted(self.refused)],
        }
        lines = [
            json.dumps(
                [
                    [*(c[i] for c, i in zip(codes, row, strict=True)), change]
                    for row, change in zip(world.coords.tolist(), world.change.tolist(), strict=True)
                ],
                ensure_ascii=False,
            )
            for world in self.worlds
        ]
        return json.dumps(head, ensure_ascii=False)[:-1] + ', "worlds": [\n' + ",\n".join(lines) + "\n]}\n"

    @classmethod
    def from_json(cls, text: str, hierarchies: dict[str, Hierarchy]) -> "Certificate":
        """Read the written form. Raises CertificateError for anything that is not exactly one."""
        body = parse_json(text)
        names = {"format", "threshold", "zeros", "least", "sensitive", "dims", "release", "refused", "worlds"}
        if not isinstance(body, dict) or set(body) != names or body["format"] != FORMAT:
            raise CertificateError(f"this is not a {FORMAT!r}")
        try:
            dims = tuple(hierarchies[name] for name in body["dims"])
            certificate = cls(
                threshold=_whole(body["threshold"]),
                zeros=Rules(zeros=body["zeros"]).zeros,
                least=_whole(body["least"]),
                sensitive=frozenset(body["sensitive"]),
                dims=tuple(body["dims"]),
                release=str(body["release"]),
                refused=frozenset(tuple(sorted(level.items())) for level in body["refused"]),
                worlds=tuple(_world(dims, world) for world in body["worlds"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            message = f"the certificate cannot be read: {type(error).__name__} at {error}"
            raise CertificateError(message) from None
        if certificate.to_json(hierarchies) != text:
            raise CertificateError("the certificate is not in its written form")
        return certificate

    def to_bytes(self, hierarchies: dict[str, Hierarchy]) -> bytes:
        """The written form, compressed."""
        return zlib.compress(self.to_json(hierarchies).encode(), 6)

    def digest(self, hierarchies: dict[str, Hierarchy]) -> bytes:
        """SHA-256 of the written form. Guessable from the data: log only a salted commitment to it."""
        return hashlib.sha256(self.to_json(hierarchies).encode()).digest()


def release_digest(release: Release) -> str:
    """SHA-256, in hexadecimal, of a release in its written form."""
    stream = io.StringIO()
    write_release(release, stream)
    return hashlib.sha256(stream.getvalue().encode()).hexdigest()


def _world(dims: tuple[Hierarchy, ...], rows: list[list[object]]) -> World:
    coords = np.array(
        [[d.index[c] for d, c in zip(dims, row[:-1], strict=True)] for row in rows],  # type: ignore[index]
        dtype=np.int32,
    )
    change = np.array([_whole(row[-1]) for row in rows], dtype=np.int64)
    return World(coords.reshape(len(rows), len(dims)), change)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value
