"""The certificate of a release: possible worlds that agree with it, and what they are to show.

It stays inside the state: beside the cube, a difference of worlds gives away the truth.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from anonymisers.errors import CertificateError
from anonymisers.proof.world import World
from anonymisers.tables.cell_names import CellName, cell_names_from_json, cell_names_to_json
from anonymisers.tables.compressed_lines import split_lines
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release, written_release
from anonymisers.tables.rules import Level, Rules, Zeros
from anonymisers.tables.strict_json import parse_json

FORMAT = "safelane certificate 1"
_HEAD = ("format", "threshold", "zeros", "least", "sensitive", "dims", "release", "known", "refused")
_MARKS = ("accepted", "never")
_WORLDS, _BETWEEN, _END = ', "worlds": [', ",\n", "]}"
_OTHER_FORM = "the certificate is not in its written form"


@dataclass(frozen=True, eq=False)
class Certificate:
    """`worlds` over the full cross of the base dimensions `dims`, as differences from the true one.

    `release`, `known`: SHA-256 of the release and of all earlier ones, in their written form. `refused`:
    levels of tables that were not protected, so that all of their cells are withheld. `accepted`: withheld
    cells that cells which are always shown leave narrower than rule 2 asks for; the data controller answers
    for them. `never`: cells that are withheld whatever they hold.
    """

    threshold: int
    zeros: Zeros
    least: int
    sensitive: frozenset[str]
    dims: tuple[Hierarchy, ...]
    release: str
    known: tuple[str, ...]
    refused: frozenset[Level]
    worlds: tuple[World, ...]
    accepted: tuple[CellName, ...] = ()
    never: tuple[CellName, ...] = ()

    def to_json(self) -> str:
        """The written form, one world a line; equal certificates have equal forms."""
        codes = _codes(self.dims)
        return (
            self._head() + _BETWEEN.join(_world_text(codes, world) for world in self.worlds) + f"\n{_END}\n"
        )

    @classmethod
    def from_json(cls, text: str) -> "Certificate":
        """Read the written form. Raises CertificateError for anything that is not exactly one."""
        return cls.read(split_lines(text))

    @classmethod
    def read(cls, lines: Iterator[str]) -> "Certificate":
        """Read the written form, line by line. Raises CertificateError for anything that is not exactly one.

        One world after the other: all of a large register's at once would take many times the text's room.
        """
        first = next(lines)
        in_form = first.endswith(_WORLDS)
        body = parse_json(first + "]}" if in_form else "\n".join([first, *lines]))
        names = {*_HEAD, "worlds"}
        if not isinstance(body, dict) or set(body) - set(_MARKS) != names or body["format"] != FORMAT:
            raise CertificateError(f"this is not a {FORMAT!r}")
        try:
            dims = tuple(Hierarchy(n, tuple(d["codes"]), d["parent"]) for n, d in body["dims"].items())
            certificate = cls(
                threshold=_whole(body["threshold"]),
                zeros=Rules(zeros=body["zeros"]).zeros,
                least=_whole(body["least"]),
                sensitive=frozenset(body["sensitive"]),
                dims=dims,
                release=str(body["release"]),
                known=tuple(str(digest) for digest in body["known"]),
                refused=frozenset(tuple(sorted(level.items())) for level in body["refused"]),
                worlds=_worlds(dims, lines) if in_form else (),
                accepted=cell_names_from_json(body.get("accepted", []), "'accepted'"),
                never=cell_names_from_json(body.get("never", []), "'never'"),
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            message = f"the certificate cannot be read: {type(error).__name__} at {error}"
            raise CertificateError(message) from None
        if not in_form or certificate._head() != first + "\n":
            raise CertificateError(_OTHER_FORM)
        return certificate

    def _head(self) -> str:
        """What the written form says before its worlds."""
        head = {
            "format": FORMAT,
            "threshold": self.threshold,
            "zeros": self.zeros,
            "least": self.least,
            "sensitive": sorted(self.sensitive),
            "dims": {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in self.dims},
            "release": self.release,
            "known": list(self.known),
            "refused": [dict(level) for level in sorted(self.refused)],
        }
        for name, places in zip(_MARKS, (self.accepted, self.never), strict=True):
            head |= {name: cell_names_to_json(places)} if places else {}
        return json.dumps(head, ensure_ascii=False)[:-1] + _WORLDS + "\n"

    def digest(self) -> bytes:
        """SHA-256 of the written form. Guessable from the data: log only a salted commitment to it."""
        return hashlib.sha256(self.to_json().encode()).digest()


def release_digest(release: Release) -> str:
    """SHA-256, in hexadecimal, of a release in its written form."""
    digest = hashlib.sha256()
    for piece in written_release(release):
        digest.update(piece.encode())
    return digest.hexdigest()


def _codes(dims: tuple[Hierarchy, ...]) -> list[list[str]]:
    return [[json.dumps(code, ensure_ascii=False) for code in d.codes] for d in dims]


def _worlds(dims: tuple[Hierarchy, ...], lines: Iterator[str]) -> tuple[World, ...]:
    """The worlds, each in a line of its own, up to the end. Raises CertificateError for another way."""
    codes, found, more = _codes(dims), list[World](), True
    for line in lines:
        text, more = line.removesuffix(","), line.endswith(",")
        if line or found:  # without a world the line is empty
            world = _world(dims, parse_json(text))
            if _world_text(codes, world) != text:
                raise CertificateError(_OTHER_FORM)
            found.append(world)
        if not more:
            break
    if [*lines] != [_END, ""]:
        raise CertificateError(_OTHER_FORM)
    return tuple(found)


def _world_text(codes: list[list[str]], world: World) -> str:
    """One world as JSON: rows of codes and the change; `codes` are written already, column by column."""
    columns = [
        [texts[i] for i in column] for texts, column in zip(codes, world.coords.T.tolist(), strict=True)
    ]
    rows = map(", ".join, zip(*columns, map(str, world.change.tolist()), strict=True))
    return "[" + ", ".join(f"[{row}]" for row in rows) + "]"


def _world(dims: tuple[Hierarchy, ...], rows: Any) -> World:
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(dims) + 1)
    coords = np.empty((len(rows), len(dims)), dtype=np.int32)
    for axis, (dim, codes) in enumerate(zip(dims, columns[:-1], strict=True)):
        coords[:, axis] = [dim.index[code] for code in codes]
    return World(coords, np.array([_whole(change) for change in columns[-1]], dtype=np.int64))


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value
